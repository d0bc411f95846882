// The library `cmsgpack`.
import CLua
import RedwingContainers

/// `cmsgpack.pack` and the three ways to unpack.
enum MessagePackLibrary {
    static func pack(_ stack: LuaStack) -> LuaResult {
        let count = stack.top
        guard count > 0 else {
            return stack.badArgument(0, "MessagePack pack needs input.")
        }
        var writer = MessagePackWriter(stack)
        for index in 1...count {
            guard stack.reserve(1) else { return overflow(stack, "in function mp_pack") }
            lua_pushvalue(stack.state, index)
            guard writer.write() else { return overflow(stack, "in function mp_encode") }
        }
        writer.output.withBytes { stack.push($0) }
        return .values(1)
    }

    static func unpack(_ stack: LuaStack, _ maxDepth: Int32) -> LuaResult {
        unpack(stack, maxDepth, limit: 0, offset: 0)
    }

    static func unpackOne(_ stack: LuaStack, _ maxDepth: Int32) -> LuaResult {
        guard stack.type(2) <= LUA_TNIL || stack.number(2) != nil else {
            return stack.badType(2, expected: "number")
        }
        let offset = ReplyEncoder.integer(stack.number(2) ?? 0)
        stack.setTop(1)
        return unpack(stack, maxDepth, limit: 1, offset: offset)
    }

    static func unpackLimit(_ stack: LuaStack, _ maxDepth: Int32) -> LuaResult {
        guard let limit = stack.number(2) else { return stack.badType(2, expected: "number") }
        guard stack.type(3) <= LUA_TNIL || stack.number(3) != nil else {
            return stack.badType(3, expected: "number")
        }
        let offset = ReplyEncoder.integer(stack.number(3) ?? 0)
        stack.setTop(1)
        return unpack(stack, maxDepth, limit: ReplyEncoder.integer(limit), offset: offset)
    }

    private static func unpack(
        _ stack: LuaStack, _ maxDepth: Int32, limit: Int64, offset: Int64
    ) -> LuaResult {
        guard let data = stack.bytes(1) else { return stack.badType(1, expected: "string") }
        if offset < 0 || limit < 0 {
            return stack.raiseHere(
                "Invalid request to unpack with offset of \(offset) and limit of \(data.count).")
        }
        if offset > data.count {
            return stack.raiseHere(
                "Start offset \(offset) greater than input length \(data.count).")
        }
        let takesAll = limit == 0 && offset == 0
        let end = takesAll ? Int64.max : limit
        let before = stack.top
        var reader = MessagePackReader(stack, data, from: Int(offset), maxDepth)
        var count: Int64 = 0
        do throws(MessagePackError) {
            while !reader.isAtEnd, count < end {
                guard stack.reserve(4) else { return overflow(stack, "in function mp_unpack_full") }
                try reader.push()
                count += 1
            }
        } catch {
            return failure(stack, error)
        }
        if !takesAll {
            stack.push(reader.isAtEnd ? -1 : Double(reader.position))
            lua_insert(stack.state, before + 1)
        }
        return .values(stack.top - before)
    }

    private static func failure(_ stack: LuaStack, _ error: MessagePackError) -> LuaResult {
        _ = stack.top > 20 ? stack.setTop(1) : ()
        switch error {
        case .missingBytes: return stack.raiseHere("Missing bytes in input.")
        case .badFormat: return stack.raiseHere("Bad data format in input.")
        case .tooDeep(let place): return overflow(stack, "in function \(place)")
        case .badKey(let text):
            stack.push(text)
            return .raise
        }
    }

    private static func overflow(_ stack: LuaStack, _ place: String) -> LuaResult {
        stack.setTop(1)
        return stack.raiseHere("stack overflow (\(place))")
    }
}
