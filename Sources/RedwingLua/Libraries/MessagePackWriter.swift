// Lua values as MessagePack. Source of the format: the MessagePack specification.
import CLua
import RedwingContainers

/// Writes Lua values as MessagePack.
struct MessagePackWriter {
    let stack: LuaStack
    var output: [UInt8] = []

    /// Tables within tables are written so deep; what lies below is written as nil.
    private static let maxDepth = 16

    init(_ stack: LuaStack) { self.stack = stack }

    /// Writes the value on top and pops it. Returns false when the stack is full.
    mutating func write(depth: Int = 0) -> Bool {
        guard stack.reserve(4) else { return false }
        defer { stack.pop() }
        switch stack.type(-1) {
        case LUA_TSTRING: write(stack.bytes(-1) ?? .empty)
        case LUA_TNUMBER: write(lua_tonumber(stack.state, -1))
        case LUA_TBOOLEAN: output.append(lua_toboolean(stack.state, -1) != 0 ? 0xc3 : 0xc2)
        case LUA_TTABLE where depth < MessagePackWriter.maxDepth:
            return isArray() ? writeArray(depth) : writeMap(depth)
        default: output.append(0xc0)
        }
        return true
    }

    private mutating func write(_ text: Bytes) {
        switch text.count {
        case ..<32: output.append(0xa0 | UInt8(text.count))
        case ...0xff: output += [0xd9, UInt8(text.count)]
        case ...0xffff: put(0xda, UInt16(text.count))
        default: put(0xdb, UInt32(truncatingIfNeeded: text.count))
        }
        output.append(text)
    }

    private mutating func put<Integer: FixedWidthInteger>(_ type: UInt8, _ value: Integer) {
        output.append(type)
        output.append(bigEndian: value)
    }

    private mutating func write(_ number: Double) {
        guard let integer = Int64(exactly: number) else {
            let single = Float(number)
            if Double(single) == number { return put(0xca, single.bitPattern) }
            return put(0xcb, number.bitPattern)
        }
        switch integer {
        case 0...127: output.append(UInt8(integer))
        case 128...0xff: put(0xcc, UInt8(integer))
        case 0x100...0xffff: put(0xcd, UInt16(integer))
        case 0x1_0000...0xffff_ffff: put(0xce, UInt32(integer))
        case 0...: put(0xcf, integer)
        case (-32)...: output.append(UInt8(bitPattern: Int8(integer)))
        case (-128)...: put(0xd0, Int8(integer))
        case (-32768)...: put(0xd1, Int16(integer))
        case (-0x8000_0000)...: put(0xd2, Int32(integer))
        default: put(0xd3, integer)
        }
    }

    /// Whether the keys of the table on top are the numbers from 1 on.
    private func isArray() -> Bool {
        var count = 0.0
        var largest = 0.0
        stack.pushNil()
        while lua_next(stack.state, -2) != 0 {
            stack.pop()
            let key = stack.type(-1) == LUA_TNUMBER ? lua_tonumber(stack.state, -1) : 0
            guard key > 0, key == key.rounded(.towardZero), key < 0x1p31 else {
                stack.pop()
                return false
            }
            count += 1
            largest = max(largest, key)
        }
        return count == largest
    }

    private mutating func writeArray(_ depth: Int) -> Bool {
        let count = lua_objlen(stack.state, -1)
        head(count, short: 0x90, long: 0xdc)
        for index in 0..<count {
            lua_rawgeti(stack.state, -1, Int32(truncatingIfNeeded: index + 1))
            guard write(depth: depth + 1) else {
                stack.pop()
                return false
            }
        }
        return true
    }

    private mutating func writeMap(_ depth: Int) -> Bool {
        var count = 0
        stack.pushNil()
        while lua_next(stack.state, -2) != 0 {
            stack.pop()
            count += 1
        }
        head(count, short: 0x80, long: 0xde)
        stack.pushNil()
        while lua_next(stack.state, -2) != 0 {
            lua_pushvalue(stack.state, -2)
            guard write(depth: depth + 1), write(depth: depth + 1) else { return false }
        }
        return true
    }

    private mutating func head(_ count: Int, short: UInt8, long: UInt8) {
        switch count {
        case ...15: output.append(short | UInt8(count))
        case ...0xffff: put(long, UInt16(count))
        default: put(long + 1, UInt32(truncatingIfNeeded: count))
        }
    }
}
