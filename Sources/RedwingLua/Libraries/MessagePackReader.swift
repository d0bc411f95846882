// MessagePack as Lua values.
import CLua
import RedwingContainers

/// Why data is not taken.
enum MessagePackError: Error {
    case missingBytes
    case badFormat
    case tooDeep(String)
    case badKey(String)
}

/// Takes MessagePack apart.
struct MessagePackReader {
    let stack: LuaStack
    private let data: Bytes
    private(set) var position: Int

    private let maxDepth: Int32

    init(_ stack: LuaStack, _ data: Bytes, from position: Int, _ maxDepth: Int32) {
        self.maxDepth = maxDepth
        self.stack = stack
        self.data = data
        self.position = position
    }

    var isAtEnd: Bool { position >= data.count }

    /// Pushes the next value. After an error what was pushed is of no use.
    mutating func push() throws(MessagePackError) {
        let type: UInt8 = try integer(UInt8.self)
        switch type {
        case 0...0x7f: stack.push(Double(type))
        case 0xe0...: stack.push(Double(Int8(bitPattern: type)))
        case 0x80...0x8f: try pushMap(Int(type & 15))
        case 0x90...0x9f: try pushArray(Int(type & 15))
        case 0xa0...0xbf: try pushText(Int(type & 31))
        case 0xc0: stack.pushNil()
        case 0xc2: stack.push(false)
        case 0xc3: stack.push(true)
        case 0xca: stack.push(Double(Float(bitPattern: try integer(UInt32.self))))
        case 0xcb: stack.push(Double(bitPattern: try integer(UInt64.self)))
        case 0xcc: stack.push(Double(try integer(UInt8.self)))
        case 0xcd: stack.push(Double(try integer(UInt16.self)))
        case 0xce: stack.push(Double(try integer(UInt32.self)))
        // Numbers beyond the signed ones come out negative, as elsewhere.
        case 0xcf, 0xd3: stack.push(Double(try integer(Int64.self)))
        case 0xd0: stack.push(Double(try integer(Int8.self)))
        case 0xd1: stack.push(Double(try integer(Int16.self)))
        case 0xd2: stack.push(Double(try integer(Int32.self)))
        case 0xd9: try pushText(Int(try integer(UInt8.self)))
        case 0xda: try pushText(Int(try integer(UInt16.self)))
        case 0xdb: try pushText(Int(try integer(UInt32.self)))
        case 0xdc: try pushArray(Int(try integer(UInt16.self)))
        case 0xdd: try pushArray(Int(try integer(UInt32.self)))
        case 0xde: try pushMap(Int(try integer(UInt16.self)))
        case 0xdf: try pushMap(Int(try integer(UInt32.self)))
        default: throw .badFormat
        }
    }

    private mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(MessagePackError) -> Integer {
        guard let value = data.integer(type, at: position) else { throw .missingBytes }
        position += MemoryLayout<Integer>.size
        return value.byteSwapped
    }

    private mutating func pushText(_ count: Int) throws(MessagePackError) {
        guard count <= data.count - position else { throw .missingBytes }
        stack.push(data.slice(position, count))
        position += count
    }

    private mutating func pushArray(_ count: Int) throws(MessagePackError) {
        guard stack.top < maxDepth, stack.reserve(4) else {
            throw .tooDeep("mp_decode_to_lua_array")
        }
        stack.pushTable()
        for index in 0..<count {
            stack.push(Double(index + 1))
            try push()
            lua_rawset(stack.state, -3)
        }
    }

    private mutating func pushMap(_ count: Int) throws(MessagePackError) {
        guard stack.top < maxDepth, stack.reserve(4) else {
            throw .tooDeep("mp_decode_to_lua_hash")
        }
        stack.pushTable()
        for _ in 0..<count {
            try push()
            try push()
            if stack.isNil(-2) { throw .badKey("table index is nil") }
            if stack.type(-2) == LUA_TNUMBER, lua_tonumber(stack.state, -2).isNaN {
                throw .badKey("table index is NaN")
            }
            lua_rawset(stack.state, -3)
        }
    }
}
