// Scripts and functions of one server: the machines that run them, what is cached, what runs now.
// It stands between the engine, which knows nothing of Lua, and Lua, which knows nothing of the
// engine.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

/// The scripts of one engine. Everything is called on the engine's thread.
public final class ScriptController {
    let engine: Engine
    /// The machine of EVAL, made when the first script comes.
    private var scriptMachine: LuaMachine?
    /// The machine of the libraries.
    private var functionMachine: LuaMachine?
    var cache = ScriptCache()
    var libraries = LibraryStore()
    /// The script that runs.
    var running: RunningScript?
    /// Serves other clients for a moment while a script runs for long.
    public var serveOthers: () -> Void = {}
    /// Milliseconds of a clock that goes on while a script runs.
    private let clock: () -> Int64
    private let maxDepth: Int32

    /// Bytes that the scripts of a machine may take.
    private static let memoryLimit = 1 << 30

    /// A controller for `engine`. `clock` tells milliseconds that grow.
    /// `onSmallStacks` says that the threads which run it have stacks of 512 KiB.
    public init(
        _ engine: Engine, onSmallStacks: Bool = false, clock: @escaping () -> Int64
    ) {
        self.engine = engine
        maxDepth = onSmallStacks ? LuaMachine.smallDepth : LuaMachine.greatestDepth
        self.clock = clock
    }

    /// A script that runs.
    struct RunningScript {
        let session: Session
        var rules: ScriptRules
        /// Whether it is a function of a library, and its name.
        let function: [UInt8]?
        let command: [[UInt8]]?
        /// When the clock was first looked at.
        var firstLook: Int64?
        var isSlow = false
        var isKilled = false
    }

    /// The machine for scripts or functions.
    func machine(forFunctions: Bool) throws(ScriptError) -> LuaMachine {
        if let machine = forFunctions ? functionMachine : scriptMachine { return machine }
        guard
            let machine = LuaMachine(
                host: self, forFunctions: forFunctions,
                versions: LuaVersions(redis: "7.2.4", valkey: Engine.featureVersion),
                replies: engine.makeReplyBuffer(capacity: 1024),
                memoryLimit: ScriptController.memoryLimit, maxDepth: maxDepth)
        else { throw ScriptError("ERR not enough memory for scripts") }
        if forFunctions { functionMachine = machine } else { scriptMachine = machine }
        return machine
    }

    /// Gives up the machine of scripts with all that it holds.
    func forgetScripts() {
        _ = cache.removeAll()
        scriptMachine = nil
    }

    /// Gives up the machine of functions with all that it holds.
    func forgetFunctions() {
        libraries = LibraryStore()
        functionMachine = nil
    }

    /// Bytes of the two machines.
    var machineBytes: (scripts: Int, functions: Int) {
        (scriptMachine?.usedBytes ?? 0, functionMachine?.usedBytes ?? 0)
    }

    /// Whether a script runs and others are served meanwhile.
    public var isBusy: Bool { running?.isSlow ?? false }

    /// Ends the running script although it may have written: the server ends.
    public func endRunning() { running?.isKilled = true }

    /// What clients are refused with while a script runs for long.
    public var busyText: String {
        running?.function == nil
            ? ReplyError.busyScript.string : ReplyError.busyFunction.string
    }

    /// How long the running script has run.
    var runningMilliseconds: Int64 { clock() - (running?.firstLook ?? clock()) }

    /// Runs `body`, which runs a script, as the script of a session.
    func asScript(
        of call: inout Call, flags: LuaScriptFlags, isReadOnly: Bool, function: [UInt8]?,
        _ body: (Arguments, ReplyWriter) -> LuaOutcome
    ) {
        let session = call.session
        let frame = engine.beginScript(session)
        running = RunningScript(
            session: session,
            rules: ScriptRules(
                isReadOnly: isReadOnly || flags.contains(.noWrites),
                mayExceedMemory: flags.contains(.allowOOM)),
            function: function,
            command: function == nil ? nil : (0..<call.count).map { call[$0].array })
        let outcome = body(call.arguments.dropFirst(3), call.reply)
        running = nil
        engine.endScript(session, frame)
        if case .failed(isCounted: true) = outcome { engine.noteCountedError() }
    }
}

extension ScriptController: LuaHost {
    /// Runs a command of the running script.
    public func run(_ arguments: Arguments, into reply: ReplyWriter) {
        guard var script = running else {
            return reply.error("ERR Commands can only be called by scripts that run")
        }
        engine.runScripted(arguments, as: script.session, &script.rules, into: reply)
        running?.rules = script.rules
    }

    /// Whether the user of the running script may run a command.
    public func mayRun(_ arguments: Arguments) -> Bool? {
        guard let session = running?.session else { return nil }
        return engine.mayRun(arguments, as: session)
    }

    /// Writes a line of a script to the log.
    public func log(level: Int, _ text: Bytes) {
        engine.logFromScript(level: level, text)
    }

    /// Lets others have a moment when a script runs for long; answers why it is to end, or nil.
    public func interrupt() -> [UInt8]? {
        let now = clock()
        guard running != nil else { return interruptLoading(now) }
        let first = running?.firstLook ?? now
        running?.firstLook = first
        if running?.isKilled == true { return killedText }
        let threshold = engine.configuration.busyReplyThreshold
        guard threshold > 0, now - first >= Int64(threshold) else { return nil }
        if running?.isSlow == false {
            running?.isSlow = true
            engine.host?.log(
                "Slow script detected: still in execution after \(now - first) milliseconds.")
        }
        let restriction: Engine.Restrictions = running?.function == nil ? .script : .function
        engine.restrictions.insert(restriction)
        serveOthers()
        engine.restrictions.remove(restriction)
        return running?.isKilled == true ? killedText : nil
    }

    private var killedText: [UInt8] {
        running?.function == nil
            ? Array("ERR Script killed by user with SCRIPT KILL.".utf8)
            : Array("ERR Script killed by user with FUNCTION KILL.".utf8)
    }

    /// The code of a library may not take long.
    private func interruptLoading(_ now: Int64) -> [UInt8]? {
        guard let start = libraries.loadingSince else {
            libraries.loadingSince = now
            return nil
        }
        return now - start > LibraryStore.loadingLimit
            ? Array("ERR FUNCTION LOAD timeout".utf8) : nil
    }
}
