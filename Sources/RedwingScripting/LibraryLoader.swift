// From the text of a library to one that can be called.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

extension ScriptController {
    /// Loads a library and returns its name. Everything stays as it was when it throws.
    func load(_ code: Bytes, replace: Bool) throws(ScriptError) -> [UInt8] {
        let (shebang, name) = try libraryName(code)
        guard LibraryStore.isName(name) else {
            throw ScriptError(
                """
                ERR Library names can only contain letters, numbers, or underscores(_) and must \
                be at least one character long
                """)
        }
        guard shebang.engine.withBytes({ $0.isToken("lua") }) else {
            throw ScriptError(
                "ERR Engine '\(String(decoding: shebang.engine, as: UTF8.self))' not found")
        }
        if !replace, libraries.library(name) != nil {
            throw ScriptError(
                Array("ERR Library '".utf8) + name + Array("' already exists".utf8))
        }
        let machine = try machine(forFunctions: true)
        libraries.loadingSince = nil
        let rest = code.slice(shebang.count, code.count - shebang.count)
        let functions: [LuaRegistration]
        switch machine.loadLibrary(rest) {
        case .failed(let text): throw ScriptError(Array("ERR ".utf8) + text)
        case .loaded(let registered): functions = registered
        }
        do throws(ScriptError) {
            try check(functions)
            let library = LibraryStore.Library(name: name, code: code.array, functions: functions)
            for gone in try libraries.add(library) { machine.release(gone.reference) }
        } catch {
            for function in functions { machine.release(function.reference) }
            throw error
        }
        return name
    }

    private func check(_ functions: [LuaRegistration]) throws(ScriptError) {
        var names: Set<[UInt8]> = []
        for function in functions {
            guard LibraryStore.isName(function.name) else {
                throw ScriptError(
                    """
                    ERR Function names can only contain letters, numbers, or underscores(_) and \
                    must be at least one character long
                    """)
            }
            guard names.insert(function.name).inserted else {
                throw ScriptError("ERR Function already exists in the library")
            }
        }
        if functions.isEmpty { throw ScriptError("ERR No functions registered") }
    }

    /// What the first line of a library says.
    func libraryName(_ code: Bytes) throws(ScriptError) -> (Shebang, [UInt8]) {
        guard Shebang.isFirst(of: code) else {
            throw ScriptError("ERR Missing library metadata")
        }
        guard let shebang = Shebang(code) else {
            throw ScriptError("ERR Invalid library metadata")
        }
        var name: [UInt8]?
        for option in shebang.options {
            let prefix = option.prefix(5).map { asciiLowercase($0) }
            guard prefix == Array("name=".utf8) else {
                throw ScriptError(Array("ERR Invalid metadata value given: ".utf8) + option)
            }
            guard name == nil else {
                throw ScriptError(
                    "ERR Invalid metadata value, name argument was given multiple times")
            }
            var value = Array(option.dropFirst(5))
            if value.count >= 2, value.first == 0x22, value.last == 0x22 {
                value = Array(value.dropFirst().dropLast())
            }
            name = value
        }
        guard let name else { throw ScriptError("ERR Library name was not given") }
        return (shebang, name)
    }

    /// The code of all libraries, for snapshots and FUNCTION DUMP.
    public var libraryCodes: [[UInt8]] { libraries.libraries.map(\.code) }

    /// Loads the code of a library from a snapshot. Throws text for the log.
    public func restoreLibrary(_ code: [UInt8]) throws {
        do throws(ScriptError) {
            _ = try load(code, replace: true)
        } catch {
            throw LibraryFailure(text: String(decoding: error.text, as: UTF8.self))
        }
    }
}

/// Why the library of a snapshot could not be loaded.
public struct LibraryFailure: Error, CustomStringConvertible {
    let text: String
    /// The reason.
    public var description: String { "a library of functions cannot be loaded: \(text)" }
}
