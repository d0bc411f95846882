// A command's reply becomes Lua values: what scripts get from `call`.
import CLua
import RedwingContainers
import RedwingRESP

/// Takes replies of this server apart, which are well-formed.
struct ReplyDecoder {
    let stack: LuaStack
    private let bytes: Bytes
    private var position = 0

    init(_ stack: LuaStack, _ bytes: Bytes) {
        self.stack = stack
        self.bytes = bytes
    }

    /// Whether all is read.
    var isAtEnd: Bool { position >= bytes.count }

    /// Pushes the next reply. Returns false, with nothing pushed, when the stack is full or the
    /// reply is cut.
    mutating func push() -> Bool {
        guard position < bytes.count, stack.reserve(4) else { return false }
        let type = bytes[position]
        position += 1
        switch type {
        case 0x24: return pushBulk()  // $
        case 0x3a: stack.push(Double(number()))  // :
        case 0x2b: pushText("ok")  // +
        case 0x2d:  // -
            pushText("err")
            stack.push(true)
            stack.setField("ignore_error_stats_update")
        case 0x2a: return pushArray()  // *
        case 0x5f:  // _
            _ = line()
            stack.pushNil()
        case 0x23: stack.push(line().hasPrefix("t"))  // #
        case 0x2c: pushDouble()  // ,
        case 0x28: pushText("big_number")  // (
        case 0x3d: return pushVerbatim()  // =
        case 0x25: return pushMap()  // %
        case 0x7e: return pushSet()  // ~
        case 0x7c:  // |: attributes are of no use to a script
            guard skip(number() * 2) else { return false }
            return push()
        default: return pushArray()  // >
        }
        return true
    }

    private mutating func line() -> Bytes {
        let rest = bytes.slice(position, bytes.count - position)
        let end = rest.firstIndex(of: 0x0d) ?? rest.count
        position += min(rest.count, end + 2)
        return rest.slice(0, end)
    }

    @inline(__always)
    private mutating func number() -> Int64 {
        var value: Int64 = 0
        var isNegative = false
        if position < bytes.count, bytes[position] == 0x2d {
            isNegative = true
            position += 1
        }
        while position < bytes.count, bytes[position] != 0x0d {
            value = value &* 10 &- Int64(bytes[position] &- 0x30)
            position += 1
        }
        position += 2
        return isNegative ? value : 0 &- value
    }

    private mutating func run(_ count: Int64) -> Bytes? {
        guard count >= 0, count <= Int64(bytes.count - position - 2) else { return nil }
        let run = bytes.slice(position, Int(count))
        position += Int(count) + 2
        return run
    }

    private mutating func pushBulk() -> Bool {
        let count = number()
        guard count >= 0 else {
            stack.push(false)
            return true
        }
        guard let text = run(count) else { return false }
        stack.push(text)
        return true
    }

    private mutating func pushText(_ field: StaticString) {
        stack.pushTable(fields: 1)
        stack.push(line())
        stack.setField(field)
    }

    private mutating func pushDouble() {
        stack.pushTable(fields: 1)
        stack.push(line().parseDouble() ?? .nan)
        stack.setField("double")
    }

    private mutating func pushVerbatim() -> Bool {
        guard let text = run(number()), text.count >= 4 else { return false }
        stack.pushTable(fields: 1)
        stack.pushTable(fields: 2)
        stack.push(text.slice(4, text.count - 4))
        stack.setField("string")
        stack.push(text.slice(0, 3))
        stack.setField("format")
        stack.setField("verbatim_string")
        return true
    }

    private mutating func pushArray() -> Bool {
        let count = number()
        guard count >= 0 else {
            stack.push(false)
            return true
        }
        stack.pushTable(elements: Int(count))
        for index in 0..<count {
            guard push() else { return give(up: 1) }
            stack.setElement(Int32(truncatingIfNeeded: index + 1))
        }
        return true
    }

    private mutating func pushMap() -> Bool {
        let count = number()
        stack.pushTable(fields: 1)
        stack.pushTable(fields: Int32(clamping: count))
        for _ in 0..<max(0, count) {
            guard push() else { return give(up: 2) }
            guard push() else { return give(up: 3) }
            setEntry()
        }
        stack.setField("map")
        return true
    }

    private mutating func pushSet() -> Bool {
        let count = number()
        stack.pushTable(fields: 1)
        stack.pushTable(fields: Int32(clamping: count))
        for _ in 0..<max(0, count) {
            guard push() else { return give(up: 2) }
            stack.push(true)
            setEntry()
        }
        stack.setField("set")
        return true
    }

    /// Gives the table below key and value that entry; a key that cannot be one is left out.
    private func setEntry() {
        let key = stack.type(-2)
        let number = key == LUA_TNUMBER ? lua_tonumber(stack.state, -2) : 0
        if key == LUA_TNIL || number.isNaN { return stack.pop(2) }
        lua_rawset(stack.state, -3)
    }

    private mutating func skip(_ count: Int64) -> Bool {
        for _ in 0..<max(0, count) {
            guard push() else { return false }
            stack.pop()
        }
        return true
    }

    private func give(up count: Int32) -> Bool {
        stack.pop(count)
        return false
    }
}
