// The functions of Swift's that Lua code can call, by number.
import CLua
import CLuaBridge
import RedwingContainers

/// A function that Lua code can call.
enum LuaFunction: Int32, CaseIterable {
    case call, protectedCall, errorReply, statusReply, sha1hex, log, setProtocol
    case setReplication, replicateCommands, breakpoint, debug, checkAccess
    case structPack, structUnpack, structSize
    case pack, unpack, unpackOne, unpackLimit
    case registerFunction
}

extension LuaMachine {
    /// Runs a function for Lua.
    func perform(_ number: Int32, _ stack: LuaStack) -> LuaResult {
        guard let function = LuaFunction(rawValue: number) else { return .values(0) }
        switch function {
        case .call: return call(stack, isProtected: false)
        case .protectedCall: return call(stack, isProtected: true)
        case .errorReply: return errorReply(stack)
        case .statusReply: return statusReply(stack)
        case .sha1hex: return sha1hex(stack)
        case .log: return log(stack)
        case .setProtocol: return setProtocol(stack)
        case .setReplication: return setReplication(stack)
        case .replicateCommands:
            stack.push(true)
            return .values(1)
        case .breakpoint:
            stack.push(false)
            return .values(1)
        case .debug: return .values(0)
        case .checkAccess: return checkAccess(stack)
        case .structPack: return StructLibrary.pack(stack)
        case .structUnpack: return StructLibrary.unpack(stack)
        case .structSize: return StructLibrary.size(stack)
        case .pack: return MessagePackLibrary.pack(stack)
        case .unpack: return MessagePackLibrary.unpack(stack, maxDepth)
        case .unpackOne: return MessagePackLibrary.unpackOne(stack, maxDepth)
        case .unpackLimit: return MessagePackLibrary.unpackLimit(stack, maxDepth)
        case .registerFunction: return registerFunction(stack)
        }
    }

    /// Pushes a table of functions.
    func pushLibrary(_ functions: [(StaticString, LuaFunction)]) {
        stack.pushTable(fields: Int32(functions.count + 16))
        for (name, function) in functions {
            redwing_lua_push_function(stack.state, function.rawValue)
            stack.setField(name)
        }
    }

    /// Adds the libraries that are not Lua's own to the globals, which are on top.
    func addLibraries() {
        pushLibrary([
            ("pack", .structPack), ("unpack", .structUnpack), ("size", .structSize),
        ])
        stack.setField("struct")
        pushLibrary([
            ("pack", .pack), ("unpack", .unpack), ("unpack_one", .unpackOne),
            ("unpack_limit", .unpackLimit),
        ])
        for (name, value) in [
            ("_NAME", "cmsgpack"), ("_VERSION", "lua-cmsgpack 0.4.0"),
            ("_COPYRIGHT", "Copyright (C) 2012, Redis Ltd."),
            ("_DESCRIPTION", "MessagePack C implementation for Lua"),
        ] as [(StaticString, StaticString)] {
            stack.push(Bytes(value))
            stack.setField(name)
        }
        stack.setField("cmsgpack")
    }

    /// Pushes what scripts know as `redis` and `server`, not yet protected.
    func pushServerLibrary() {
        pushLibrary([
            ("call", .call), ("pcall", .protectedCall), ("error_reply", .errorReply),
            ("status_reply", .statusReply), ("sha1hex", .sha1hex), ("log", .log),
            ("setresp", .setProtocol), ("set_repl", .setReplication),
            ("replicate_commands", .replicateCommands), ("breakpoint", .breakpoint),
            ("debug", .debug), ("acl_check_cmd", .checkAccess),
        ])
        addConstants()
    }

    /// Pushes what the code of a library finds there while it is loaded.
    func pushLoadingLibrary() {
        pushLibrary([
            ("register_function", .registerFunction), ("log", .log), ("setresp", .setProtocol),
        ])
        addConstants()
    }

    private func addConstants() {
        for (name, value) in [
            ("LOG_DEBUG", 0), ("LOG_VERBOSE", 1), ("LOG_NOTICE", 2), ("LOG_WARNING", 3),
            ("REPL_ALL", 3), ("REPL_AOF", 1), ("REPL_SLAVE", 2), ("REPL_REPLICA", 2),
            ("REPL_NONE", 0), ("REDIS_VERSION_NUM", versions.redisNumber),
            ("VALKEY_VERSION_NUM", versions.valkeyNumber),
        ] as [(StaticString, Double)] {
            stack.push(value)
            stack.setField(name)
        }
        stack.push(versions.redis)
        stack.setField("REDIS_VERSION")
        stack.push(versions.valkey)
        stack.setField("VALKEY_VERSION")
        stack.push("valkey")
        stack.setField("SERVER_NAME")
    }
}

/// The versions that scripts are told.
public struct LuaVersions: Sendable {
    /// The version of Redis whose features there are.
    public var redis: String
    /// The version of Valkey whose features there are.
    public var valkey: String

    /// Versions in the form `9.1.2`.
    public init(redis: String, valkey: String) {
        self.redis = redis
        self.valkey = valkey
    }

    /// A version as one number, a byte for each of its parts.
    private static func number(_ text: String) -> Double {
        Double(text.split(separator: ".").reduce(0) { $0 << 8 | (Int($1) ?? 0) })
    }

    var redisNumber: Double { LuaVersions.number(redis) }
    var valkeyNumber: Double { LuaVersions.number(valkey) }
}
