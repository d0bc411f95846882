// What a script returns becomes a reply.
import CLua
import RedwingContainers
import RedwingRESP

/// Writes Lua values as replies.
struct ReplyEncoder {
    let stack: LuaStack
    let reply: ReplyWriter
    /// The protocol that the script has asked for, which decides what booleans become.
    let version: ProtocolVersion
    /// Values on the stack at which a nested table is given up.
    let maxDepth: Int32

    /// Writes the value on top and pops it.
    func write() {
        guard stack.top < maxDepth, stack.reserve(4) else {
            reply.error("ERR reached lua stack limit")
            return stack.pop()
        }
        switch stack.type(-1) {
        case LUA_TSTRING: reply.bulk(stack.bytes(-1) ?? .empty)
        case LUA_TNUMBER: reply.integer(ReplyEncoder.integer(lua_tonumber(stack.state, -1)))
        case LUA_TBOOLEAN: write(lua_toboolean(stack.state, -1) != 0)
        case LUA_TTABLE: writeTable()
        default: reply.null()
        }
        stack.pop()
    }

    /// The integer that a number is cut to; what has none becomes the least.
    static func integer(_ number: Double) -> Int64 {
        number > -0x1p63 && number < 0x1p63 ? Int64(number) : Int64.min
    }

    private func write(_ value: Bool) {
        if version == .resp3 { return reply.boolean(value) }
        if value { reply.integer(1) } else { reply.null() }
    }

    private func writeTable() {
        if let text = field("err") {
            return writeLine(0x2d, text)
        }
        if let text = field("ok") { return writeLine(0x2b, text) }
        if stack.getField(-1, "double") == LUA_TNUMBER {
            reply.double(lua_tonumber(stack.state, -1))
            return stack.pop()
        }
        stack.pop()
        if stack.getField(-1, "map") == LUA_TTABLE { return writeMap() }
        stack.pop()
        if stack.getField(-1, "set") == LUA_TTABLE { return writeSet() }
        stack.pop()
        if stack.getField(-1, "big_number") == LUA_TSTRING { return writeBigNumber() }
        stack.pop()
        if stack.getField(-1, "verbatim_string") == LUA_TTABLE, writeVerbatim() { return }
        stack.pop()
        writeArray()
    }

    /// A field that is a string; it stays on the stack only then.
    private func field(_ name: StaticString) -> Bytes? {
        if stack.getField(-1, name) == LUA_TSTRING { return stack.bytes(-1) }
        stack.pop()
        return nil
    }

    /// A simple string or error; line breaks become blanks. Pops the field.
    private func writeLine(_ type: UInt8, _ text: Bytes) {
        let out = reply.buffer.reserve(text.count + 3)
        out[0] = type
        ReplyEncoder.copyLine(text, to: out + 1)
        reply.buffer.advance(text.count + 1)
        reply.raw("\r\n")
        stack.pop()
    }

    static func copyLine(_ text: Bytes, to out: UnsafeMutablePointer<UInt8>) {
        for index in 0..<text.count {
            out[index] = text[index] == 0x0d || text[index] == 0x0a ? 0x20 : text[index]
        }
    }

    private func writeBigNumber() {
        let text = stack.bytes(-1) ?? .empty
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 1) { copy in
            guard let base = copy.baseAddress else { return }
            ReplyEncoder.copyLine(text, to: base)
            reply.bigNumber(Bytes(base: base, count: text.count))
        }
        stack.pop()
    }

    /// Pops the field and returns true when it is complete.
    private func writeVerbatim() -> Bool {
        let hasText = stack.getField(-1, "string") == LUA_TSTRING
        let hasFormat = stack.getField(-2, "format") == LUA_TSTRING
        if hasText, hasFormat, let text = stack.bytes(-2), let format = stack.bytes(-1) {
            // The protocol wants three letters.
            let padded =
                format.array.prefix(3) + [0x20, 0x20, 0x20].prefix(max(0, 3 - format.count))
            Array(padded).withBytes { reply.verbatim(text, format: $0) }
            stack.pop(3)
            return true
        }
        stack.pop(2)
        return false
    }

    private func writeMap() {
        let open = reply.open()
        var count = 0
        stack.pushNil()
        while lua_next(stack.state, -2) != 0 {
            lua_pushvalue(stack.state, -2)
            write()
            write()
            count += 1
        }
        reply.close(open, map: count)
        stack.pop()
    }

    private func writeSet() {
        let open = reply.open()
        var count = 0
        stack.pushNil()
        while lua_next(stack.state, -2) != 0 {
            stack.pop()
            lua_pushvalue(stack.state, -1)
            write()
            count += 1
        }
        reply.close(open, set: count)
        stack.pop()
    }

    private func writeArray() {
        let open = reply.open()
        var count: Int32 = 0
        while true {
            lua_rawgeti(stack.state, -1, count + 1)
            if stack.isNil(-1) { break }
            write()
            count += 1
        }
        stack.pop()
        reply.close(open, array: Int(count))
    }
}
