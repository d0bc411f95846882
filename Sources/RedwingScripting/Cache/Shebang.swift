// The first line of a script or library that begins with `#!`: engine, name, flags.
import RedwingContainers
import RedwingLua

/// What a first line says.
struct Shebang {
    var engine: [UInt8]
    /// The words behind the engine.
    var options: [[UInt8]]
    /// The length of the line without its line break.
    var count: Int

    /// The first line of a text that has one; nil when the line has no end.
    init?(_ text: Bytes) {
        guard let end = text.firstIndex(of: 0x0a) else { return nil }
        let line = text.slice(2, end - 2).array
        let words = line.split(separator: 0x20, omittingEmptySubsequences: true).map { word in
            Array(word.last == 0x0d ? word.dropLast() : word)
        }
        // The engine is the first word only when nothing stands before it.
        engine = line.first == 0x20 ? [] : words.first ?? []
        options = line.first == 0x20 ? words : Array(words.dropFirst())
        count = end
    }

    /// Whether a text begins with such a line.
    static func isFirst(of text: Bytes) -> Bool { text.hasPrefix("#!") }

    /// The flags that a script's first line names; throws the error for the client.
    func flags() throws(ScriptError) -> LuaScriptFlags {
        var flags = LuaScriptFlags()
        for option in options {
            guard option.withBytes({ $0.hasPrefix("flags=") }) else {
                throw ScriptError(
                    "ERR Unknown lua shebang option: \(String(decoding: option, as: UTF8.self))")
            }
            for name in option.dropFirst(6).split(separator: 0x2c, omittingEmptySubsequences: true)
            {
                guard let flag = Array(name).withBytes({ LuaScriptFlags(name: $0) }) else {
                    throw ScriptError(
                        "ERR Unexpected flag in script shebang: "
                            + String(decoding: name, as: UTF8.self))
                }
                flags.insert(flag)
            }
        }
        guard engine.withBytes({ $0.isToken("lua") }) else {
            throw ScriptError(
                "ERR Could not find scripting engine '\(String(decoding: engine, as: UTF8.self))'")
        }
        return flags
    }
}

/// An error for the client: code and text.
struct ScriptError: Error {
    let text: [UInt8]

    init(_ text: String) { self.text = Array(text.utf8) }

    init(_ text: [UInt8]) { self.text = text }
}
