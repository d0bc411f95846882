// The functions of `redis` and `server`.
import CLua
import RedwingContainers
import RedwingRESP

extension LuaMachine {
    /// `redis.call` and `redis.pcall`.
    func call(_ stack: LuaStack, isProtected: Bool) -> LuaResult {
        if let text = gather(stack) { return fail(stack, text, isProtected) }
        let reply = ReplyWriter(buffer: replies, version: version)
        if isCalling {
            return fail(stack, "ERR Recursive calls are not allowed", isProtected)
        }
        isCalling = true
        host.run(arguments.arguments, into: reply)
        isCalling = false
        arguments.removeAll()
        let isError = replies.bytes.hasPrefix("-")
        let isComplete: Bool
        if replies.hasAttachments {
            isComplete = replies.wire().withBytes { push($0, stack) }
        } else {
            isComplete = push(replies.bytes, stack)
        }
        replies.removeAll()
        replies.trim(to: LuaMachine.keptReplyBytes)
        guard isComplete else {
            return fail(stack, "ERR reached lua stack limit", isProtected)
        }
        return isError && !isProtected ? .raise : .values(1)
    }

    private func push(_ reply: Bytes, _ stack: LuaStack) -> Bool {
        var decoder = ReplyDecoder(stack, reply)
        return decoder.push()
    }

    private func fail(_ stack: LuaStack, _ text: Bytes, _ isProtected: Bool) -> LuaResult {
        let result = stack.raise(error: text)
        return isProtected ? .values(1) : result
    }

    /// Puts the arguments of a call into the list; answers what is wrong with them.
    private func gather(_ stack: LuaStack) -> Bytes? {
        let count = stack.top
        guard count > 0 else { return "ERR Please specify at least one argument for this call" }
        arguments.removeAll()
        for index in 1...count {
            switch stack.type(index) {
            case LUA_TSTRING: break
            case LUA_TNUMBER:
                withNumberText(lua_tonumber(stack.state, index)) { stack.push($0) }
                lua_replace(stack.state, index)
            default: return "ERR Command arguments must be strings or integers"
            }
            arguments.append(stack.bytes(index) ?? .empty)
        }
        return nil
    }

    /// Lends a number as commands get it.
    private func withNumberText(_ number: Double, _ body: (Bytes) -> Void) {
        if number == 0 { return body("0") }
        if number.isNaN { return body(number.sign == .minus ? "-nan" : "nan") }
        withDoubleText(number, body)
    }

    func errorReply(_ stack: LuaStack) -> LuaResult {
        guard stack.top == 1, let text = stack.string(1) else { return wrongReplyArguments(stack) }
        stack.pushTable(fields: 1)
        // A code in front is one word; without it there is the general one.
        let body = text.hasPrefix("-") ? text.slice(1, text.count - 1) : text
        if body.firstIndex(of: 0x20) == nil {
            stack.push("ERR ")
            stack.push(body)
            lua_concat(stack.state, 2)
        } else {
            stack.push(body)
        }
        stack.setField("err")
        return .values(1)
    }

    func statusReply(_ stack: LuaStack) -> LuaResult {
        guard stack.top == 1, let text = stack.string(1) else { return wrongReplyArguments(stack) }
        stack.pushTable(fields: 1)
        stack.push(text)
        stack.setField("ok")
        return .values(1)
    }

    private func wrongReplyArguments(_ stack: LuaStack) -> LuaResult {
        _ = stack.raise(error: "ERR wrong number or type of arguments")
        return .values(1)
    }

    func sha1hex(_ stack: LuaStack) -> LuaResult {
        guard stack.top == 1 else {
            return stack.raise(error: "ERR wrong number of arguments")
        }
        SHA1(stack.bytes(1) ?? .empty).hex.withBytes { stack.push($0) }
        return .values(1)
    }

    func log(_ stack: LuaStack) -> LuaResult {
        let count = stack.top
        guard count >= 2 else {
            return stack.raise(error: "ERR server.log() requires two arguments or more.")
        }
        guard let number = stack.number(1) else {
            return stack.raise(error: "ERR First argument must be a number (log level).")
        }
        let level = ReplyEncoder.integer(number)
        guard 0...3 ~= level else { return stack.raise(error: "ERR Invalid log level.") }
        var text: [UInt8] = []
        for index in 2...count {
            guard let part = stack.bytes(index) else { continue }
            if !text.isEmpty { text.append(0x20) }
            text.append(part)
        }
        text.withBytes { host.log(level: Int(level), $0) }
        return .values(0)
    }

    func setProtocol(_ stack: LuaStack) -> LuaResult {
        guard stack.top == 1 else {
            return stack.raise(error: "ERR server.setresp() requires one argument.")
        }
        let number = stack.type(1) == LUA_TNUMBER ? lua_tonumber(stack.state, 1) : 0
        guard let wanted = ProtocolVersion(rawValue: UInt8(exactly: number.rounded(.down)) ?? 0)
        else { return stack.raise(error: "ERR RESP version must be 2 or 3.") }
        version = wanted
        return .values(0)
    }

    func setReplication(_ stack: LuaStack) -> LuaResult {
        guard stack.top == 1 else {
            return stack.raise(error: "ERR server.set_repl() requires one argument.")
        }
        let flags = ReplyEncoder.integer(stack.number(1) ?? 0)
        guard 0...3 ~= flags else {
            return stack.raise(
                error: """
                    ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or \
                    REPL_NONE.
                    """)
        }
        return .values(0)
    }

    func checkAccess(_ stack: LuaStack) -> LuaResult {
        if let text = gather(stack) { return stack.raise(error: text) }
        let answer = host.mayRun(arguments.arguments)
        arguments.removeAll()
        guard let answer else {
            return stack.raise(error: "ERR Invalid command passed to server.acl_check_cmd()")
        }
        stack.push(answer)
        return .values(1)
    }
}
