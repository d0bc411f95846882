// FUNCTION and its subcommands.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

extension ScriptController {
    func functionLoad(_ call: inout Call) {
        var replace = false
        for index in 2..<(call.count - 1) {
            guard call[index].isToken("replace") else {
                return call.reply.error(["ERR Unknown option given: ", call[index]])
            }
            replace = true
        }
        do throws(ScriptError) {
            let name = try load(call[call.count - 1], replace: replace)
            engine.noteChange()
            name.withBytes { call.reply.bulk($0) }
        } catch {
            error.text.withBytes { call.reply.error(line: $0) }
        }
    }

    func functionDelete(_ call: inout Call) {
        guard let functions = libraries.remove(call[2].array) else {
            return call.reply.error("ERR Library not found")
        }
        if let machine = try? machine(forFunctions: true) {
            for function in functions { machine.release(function.reference) }
        }
        engine.noteChange()
        call.reply.ok()
    }

    func functionFlush(_ call: inout Call) {
        guard call.count <= 3 else { return call.badSubcommand("FUNCTION") }
        guard call.count == 2 || isFlushMode(call[2]) else {
            return call.reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option")
        }
        forgetFunctions()
        engine.noteChange()
        call.reply.ok()
    }

    func functionDump(_ call: inout Call) {
        DumpLibraries.write(libraryCodes).withBytes { call.reply.bulk($0) }
    }

    func functionRestore(_ call: inout Call) {
        guard call.count <= 4 else { return call.badSubcommand("FUNCTION") }
        var flushes = false
        var replaces = false
        if call.count == 4 {
            if call[3].isToken("flush") {
                flushes = true
            } else if call[3].isToken("replace") {
                replaces = true
            } else if !call[3].isToken("append") {
                return call.reply.error(
                    """
                    ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.
                    """)
            }
        }
        let codes: [[UInt8]]
        do throws(DumpLibraries.Failure) {
            codes = try engine.libraries(of: call[2])
        } catch {
            switch error {
            case .badFooter:
                return call.reply.error("ERR DUMP payload version or checksum are wrong")
            case .notLibraries: return call.reply.error("ERR given type is not a function")
            case .malformed: return call.reply.error("ERR Failed loading functions payload")
            }
        }
        do throws(ScriptError) {
            try restore(codes, flushes: flushes, replaces: replaces)
            engine.noteChange()
            call.reply.ok()
        } catch {
            error.text.withBytes { call.reply.error(line: $0) }
        }
    }

    /// Loads libraries, all or none.
    private func restore(
        _ codes: [[UInt8]], flushes: Bool, replaces: Bool
    ) throws(ScriptError) {
        let former = libraryCodes
        if flushes { forgetFunctions() }
        do throws(ScriptError) {
            for code in codes {
                if !replaces { try refuseKnown(code) }
                _ = try load(code, replace: replaces)
            }
        } catch {
            forgetFunctions()
            for code in former { _ = try? load(code, replace: true) }
            throw error
        }
    }

    /// Throws when there is a library of that name, in the words of RESTORE.
    private func refuseKnown(_ code: [UInt8]) throws(ScriptError) {
        guard let name = code.withBytes({ try? libraryName($0).1 }),
            libraries.library(name) != nil
        else { return }
        throw ScriptError(Array("ERR Library ".utf8) + name + Array(" already exists".utf8))
    }

    /// Loads a library from its text.
    func load(_ code: [UInt8], replace: Bool) throws(ScriptError) -> [UInt8] {
        var failure: ScriptError?
        let name = code.withBytes { bytes -> [UInt8] in
            do throws(ScriptError) { return try load(bytes, replace: replace) } catch {
                failure = error
                return []
            }
        }
        if let failure { throw failure }
        return name
    }

    func functionList(_ call: inout Call) {
        var pattern: Bytes?
        var withCode = false
        var index = 2
        while index < call.count {
            let word = call[index]
            if !withCode, word.isToken("withcode") {
                withCode = true
            } else if pattern == nil, word.isToken("libraryname") {
                guard index + 1 < call.count else {
                    return call.reply.error("ERR library name argument was not given")
                }
                index += 1
                pattern = call[index]
            } else {
                return call.reply.error(["ERR Unknown argument ", word])
            }
            index += 1
        }
        let found = libraries.libraries.filter { library in
            guard let pattern else { return true }
            return library.name.withBytes { GlobPattern.matches($0, pattern: pattern) }
        }
        call.reply.array(found.count)
        for library in found { write(library, withCode: withCode, call.reply) }
    }

    private func write(
        _ library: LibraryStore.Library, withCode: Bool, _ reply: ReplyWriter
    ) {
        reply.map(withCode ? 4 : 3)
        reply.bulk("library_name" as Bytes)
        library.name.withBytes { reply.bulk($0) }
        reply.bulk("engine" as Bytes)
        reply.bulk("LUA" as Bytes)
        reply.bulk("functions" as Bytes)
        reply.array(library.functions.count)
        for function in library.functions {
            reply.map(3)
            reply.bulk("name" as Bytes)
            function.name.withBytes { reply.bulk($0) }
            reply.bulk("description" as Bytes)
            if let description = function.description {
                description.withBytes { reply.bulk($0) }
            } else {
                reply.null()
            }
            reply.bulk("flags" as Bytes)
            let flags = function.flags.names
            reply.set(flags.count)
            for flag in flags { reply.simple(Bytes(flag)) }
        }
        guard withCode else { return }
        reply.bulk("library_code" as Bytes)
        library.code.withBytes { reply.bulk($0) }
    }

    func functionStats(_ call: inout Call) {
        if let running, running.function == nil {
            return call.reply.error(ReplyError.busyScript)
        }
        let reply = call.reply
        reply.map(2)
        reply.bulk("running_script" as Bytes)
        if let running, let name = running.function {
            reply.map(3)
            reply.bulk("name" as Bytes)
            name.withBytes { reply.bulk($0) }
            reply.bulk("command" as Bytes)
            let command = running.command ?? []
            reply.array(command.count)
            for word in command { word.withBytes { reply.bulk($0) } }
            reply.bulk("duration_ms" as Bytes)
            reply.integer(runningMilliseconds)
        } else {
            reply.null()
        }
        reply.bulk("engines" as Bytes)
        reply.map(1)
        reply.bulk("LUA" as Bytes)
        reply.map(2)
        reply.bulk("libraries_count" as Bytes)
        reply.integer(libraries.libraries.count)
        reply.bulk("functions_count" as Bytes)
        reply.integer(libraries.functionCount)
    }

    func functionHelp(_ call: inout Call) {
        call.help("FUNCTION", ScriptController.functionHelpLines)
    }

    private static let functionHelpLines: [StaticString] = [
        "LOAD [REPLACE] <FUNCTION CODE>",
        "    Create a new library with the given library name and code.",
        "DELETE <LIBRARY NAME>",
        "    Delete the given library.",
        "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
        "    Return general information on all the libraries:",
        "    * Library name",
        "    * The engine used to run the Library",
        "    * Functions list",
        "    * Library code (if WITHCODE is given)",
        """
            It also possible to get only function that matches a pattern using LIBRARYNAME argument.
        """,
        "STATS",
        "    Return information about the current function running:",
        "    * Function name",
        "    * Command used to run the function",
        "    * Duration in MS that the function is running",
        "    If no function is running, return nil",
        "    In addition, returns a list of available engines.",
        "KILL",
        "    Kill the current running function.",
        "FLUSH [ASYNC|SYNC]",
        "    Delete all the libraries.",
        "    When called without the optional mode argument, the behavior is determined by the",
        "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
        "    * ASYNC: Asynchronously flush the libraries.",
        "    * SYNC: Synchronously flush the libraries.",
        "DUMP",
        """
            Return a serialized payload representing the current libraries, can be restored using \
        FUNCTION RESTORE command
        """,
        "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
        """
            Restore the libraries represented by the given payload, it is possible to give a \
        restore policy to
        """,
        "    control how to handle existing libraries (default APPEND):",
        "    * FLUSH: delete all existing libraries.",
        """
            * APPEND: appends the restored libraries to the existing libraries. On collision, abort.
        """,
        """
            * REPLACE: appends the restored libraries to the existing libraries, On collision, \
        replace the old
        """,
        """
              libraries with the new libraries (notice that even on this option there is a chance \
        of failure
        """,
        "      in case of functions name collision with another library).",
    ]
}
