// The table of the scripting commands.
import RedwingContainers
import RedwingEngine
import RedwingRESP

extension ScriptController {
    /// Adds the commands of scripts to the engine's table. Before the first command only.
    public func registerCommands() {
        let controller = EngineBound(self)
        engine.scriptFlags = { controller.object.declaredFlags($0, $1) }
        engine.register(
            runningCommands(controller) + [scriptContainer(controller)]
                + [functionContainer(controller)])
    }

    private static let keys = "numkeys:integer [key:key...] [arg:string...]" as StaticString

    private func runningCommands(_ controller: EngineBound<ScriptController>) -> [CommandSpec] {
        let notes: StaticString = "What a script does with its keys is not known."
        func spec(
            _ name: StaticString, _ since: StaticString, isReadOnly: Bool, _ syntax: StaticString,
            _ summary: StaticString, notes: StaticString,
            _ run: @escaping @Sendable (ScriptController, inout Call) -> Void
        ) -> CommandSpec {
            var flags: CommandFlags = [
                .noScript, .stale, .skipMonitor, .noMandatoryKeys, .movableKeys,
            ]
            flags.insert(isReadOnly ? .readonly : .mayReplicate)
            let use: KeySpec.Flags =
                isReadOnly ? [.readOnly, .access] : [.readWrite, .access, .update]
            return CommandSpec(
                name, -3, flags, .scripting,
                keys: [
                    KeySpec(use, .index(2), .count(at: 0, first: 1, step: 1), notes: notes)
                ], group: "scripting", since: since,
                complexity: "That of what it does.", summary: summary, syntax: syntax,
                handler: { _, call in run(controller.object, &call) })
        }
        return [
            spec(
                "eval", "2.6.0", isReadOnly: false,
                "script:string numkeys:integer [key:key...] [arg:string...]",
                "Runs a Lua script.", notes: notes
            ) { $0.evaluate(&$1, isReadOnly: false) },
            spec(
                "eval_ro", "7.0.0", isReadOnly: true,
                "script:string numkeys:integer [key:key...] [arg:string...]",
                "Runs a Lua script that changes nothing.", notes: notes
            ) { $0.evaluate(&$1, isReadOnly: true) },
            spec(
                "evalsha", "2.6.0", isReadOnly: false,
                "sha1:string numkeys:integer [key:key...] [arg:string...]",
                "Runs a cached Lua script by its SHA-1 digest.", notes: ""
            ) { $0.evaluateDigest(&$1, isReadOnly: false) },
            spec(
                "evalsha_ro", "7.0.0", isReadOnly: true,
                "sha1:string numkeys:integer [key:key...] [arg:string...]",
                "Runs a cached Lua script that changes nothing by its SHA-1 digest.", notes: ""
            ) { $0.evaluateDigest(&$1, isReadOnly: true) },
            spec(
                "fcall", "7.0.0", isReadOnly: false,
                "function:string numkeys:integer [key:key...] [arg:string...]",
                "Calls a function of a library.", notes: notes
            ) { $0.callFunction(&$1, isReadOnly: false) },
            spec(
                "fcall_ro", "7.0.0", isReadOnly: true,
                "function:string numkeys:integer [key:key...] [arg:string...]",
                "Calls a function of a library that changes nothing.", notes: notes
            ) { $0.callFunction(&$1, isReadOnly: true) },
        ]
    }

    private func scriptContainer(_ controller: EngineBound<ScriptController>) -> CommandSpec {
        func spec(
            _ name: StaticString, _ arity: Int, _ flags: CommandFlags, since: StaticString,
            complexity: StaticString = "O(1)", _ summary: StaticString, syntax: StaticString = "",
            tips: StaticString = "",
            _ run: @escaping @Sendable (ScriptController, inout Call) -> Void
        ) -> CommandSpec {
            CommandSpec(
                name, arity, flags, .scripting, group: "scripting", since: since,
                complexity: complexity, summary: summary, syntax: syntax, tips: tips,
                handler: { _, call in run(controller.object, &call) })
        }
        let subcommands = [
            spec(
                "debug", -3, .noScript, since: "3.2.0", "Sets how scripts are debugged.",
                syntax: """
                    mode<yes:token@YES | sync:token@SYNC | no:token@NO> [engine:string^9.1.0]
                    """
            ) { $0.scriptDebug(&$1) },
            spec(
                "exists", -3, [.noScript, .stale], since: "2.6.0",
                complexity: "O(N) for N digests", "Tells which scripts are cached.",
                syntax: "sha1:string...",
                tips: "request_policy:all_shards response_policy:agg_logical_and"
            ) { $0.scriptExists(&$1) },
            spec(
                "flush", -2, [.noScript, .stale], since: "2.6.0",
                complexity: "O(N) for N scripts", "Forgets all scripts.",
                syntax: "[flush-type<async:token@ASYNC | sync:token@SYNC>]^6.2.0",
                tips: "request_policy:all_nodes response_policy:all_succeeded"
            ) { $0.scriptFlush(&$1) },
            spec("help", 2, [.loading, .stale], since: "5.0.0", "Tells about the subcommands.") {
                $0.scriptHelp(&$1)
            },
            spec(
                "kill", 2, [.noScript, .allowBusy], since: "2.6.0", "Ends the running script.",
                tips: "request_policy:all_shards response_policy:one_succeeded"
            ) { $0.kill(&$1, isFunction: false) },
            spec(
                "load", 3, [.noScript, .stale], since: "2.6.0",
                complexity: "O(N) for a script of N bytes", "Caches a script without running it.",
                syntax: "script:string",
                tips: "request_policy:all_nodes response_policy:all_succeeded"
            ) { $0.scriptLoad(&$1) },
            spec(
                "show", 3, [.noScript, .stale], since: "8.0.0", "Answers the text of a script.",
                syntax: "sha1:string"
            ) { $0.scriptShow(&$1) },
        ]
        return CommandSpec(
            "script", -2, [], group: "scripting", since: "2.6.0",
            complexity: "That of the subcommand.", summary: "Holds the commands about scripts.",
            subcommands: subcommands, handler: { Call.refuseContainer($0, &$1) })
    }

    private func functionContainer(_ controller: EngineBound<ScriptController>) -> CommandSpec {
        func spec(
            _ name: StaticString, _ arity: Int, _ flags: CommandFlags,
            complexity: StaticString = "O(1)", _ summary: StaticString, syntax: StaticString = "",
            tips: StaticString = "",
            _ run: @escaping @Sendable (ScriptController, inout Call) -> Void
        ) -> CommandSpec {
            CommandSpec(
                name, arity, flags, .scripting, group: "scripting", since: "7.0.0",
                complexity: complexity, summary: summary, syntax: syntax, tips: tips,
                handler: { _, call in run(controller.object, &call) })
        }
        let shards = "request_policy:all_shards response_policy:all_succeeded" as StaticString
        let subcommands = [
            spec(
                "delete", 3, [.write, .noScript], "Forgets a library and its functions.",
                syntax: "library-name:string", tips: shards
            ) { $0.functionDelete(&$1) },
            spec(
                "dump", 2, .noScript, complexity: "O(N) for N functions",
                "Answers all libraries in a form for RESTORE."
            ) { $0.functionDump(&$1) },
            spec(
                "flush", -2, [.write, .noScript], complexity: "O(N) for N functions",
                "Forgets all libraries.",
                syntax: "[flush-type<async:token@ASYNC | sync:token@SYNC>]", tips: shards
            ) { $0.functionFlush(&$1) },
            spec("help", 2, [.loading, .stale], "Tells about the subcommands.") {
                $0.functionHelp(&$1)
            },
            spec(
                "kill", 2, [.noScript, .allowBusy], "Ends the running function.",
                tips: "request_policy:all_shards response_policy:one_succeeded"
            ) { $0.kill(&$1, isFunction: true) },
            spec(
                "list", -2, .noScript, complexity: "O(N) for N functions",
                "Tells about the libraries.",
                syntax: """
                    [library-name-pattern:string@LIBRARYNAME] [withcode:token@WITHCODE]
                    """, tips: "nondeterministic_output_order"
            ) { $0.functionList(&$1) },
            spec(
                "load", -3, [.write, .denyOOM, .noScript], "Loads a library.",
                syntax: "[replace:token@REPLACE] function-code:string", tips: shards
            ) { $0.functionLoad(&$1) },
            spec(
                "restore", -3, [.write, .denyOOM, .noScript],
                complexity: "O(N) for N functions", "Loads the libraries of a dump.",
                syntax: """
                    serialized-value:string [policy<flush:token@FLUSH | append:token@APPEND | \
                    replace:token@REPLACE>]
                    """, tips: shards
            ) { $0.functionRestore(&$1) },
            spec(
                "stats", 2, [.noScript, .allowBusy], "Tells what function runs.",
                tips: """
                    nondeterministic_output request_policy:all_shards response_policy:special
                    """
            ) { $0.functionStats(&$1) },
        ]
        return CommandSpec(
            "function", -2, [], group: "scripting", since: "7.0.0",
            complexity: "That of the subcommand.", summary: "Holds the commands about functions.",
            subcommands: subcommands, handler: { Call.refuseContainer($0, &$1) })
    }
}
