// `redis.register_function`: what the code of a library does while it is loaded.
import CLua
import RedwingContainers

/// A function that a library has registered.
public struct LuaRegistration {
    /// As FCALL calls it.
    public var name: [UInt8] = []
    /// The function itself.
    public var reference: LuaReference
    /// What the library says of it, if anything.
    public var description: [UInt8]?
    /// Its flags.
    public var flags = LuaScriptFlags()
}

/// What a script or function promises or asks for.
public struct LuaScriptFlags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Flags of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Writes nothing.
    public static let noWrites = LuaScriptFlags(rawValue: 1 << 0)
    /// May run when memory is short.
    public static let allowOOM = LuaScriptFlags(rawValue: 1 << 1)
    /// May run on a replica with old data.
    public static let allowStale = LuaScriptFlags(rawValue: 1 << 2)
    /// Not in a cluster.
    public static let noCluster = LuaScriptFlags(rawValue: 1 << 3)
    /// May use keys of several slots.
    public static let allowCrossSlotKeys = LuaScriptFlags(rawValue: 1 << 4)
    /// Is no script with flags: what it does is looked at as it goes.
    public static let isCompatible = LuaScriptFlags(rawValue: 1 << 5)

    private static let names: [(StaticString, LuaScriptFlags)] = [
        ("no-writes", .noWrites), ("allow-oom", .allowOOM), ("allow-stale", .allowStale),
        ("no-cluster", .noCluster), ("allow-cross-slot-keys", .allowCrossSlotKeys),
    ]

    /// The flag of that name, or nil.
    public init?(name: Bytes) {
        guard let found = LuaScriptFlags.names.first(where: { Bytes($0.0) == name }) else {
            return nil
        }
        self = found.1
    }

    /// The names of the flags that are set.
    public var names: [StaticString] {
        LuaScriptFlags.names.filter { contains($0.1) }.map(\.0)
    }
}

/// A library while its code runs.
struct LibraryLoading {
    var functions: [LuaRegistration] = []
}

extension LuaMachine {
    func registerFunction(_ stack: LuaStack) -> LuaResult {
        guard loading != nil else {
            return stack.raise(
                error: """
                    ERR server.register_function can only be called on FUNCTION LOAD command
                    """)
        }
        let count = stack.top
        guard count == 1 || count == 2 else {
            return stack.raise(error: "ERR wrong number of arguments to server.register_function")
        }
        var function = LuaRegistration(reference: LuaReference(slot: LUA_NOREF))
        if let text = count == 1 ? readNamed(stack, &function) : readPlain(stack, &function) {
            release(function.reference)
            return stack.raise(error: text)
        }
        loading?.functions.append(function)
        return .values(0)
    }

    /// `register_function(name, callback)`; answers what is wrong.
    private func readPlain(_ stack: LuaStack, _ function: inout LuaRegistration) -> Bytes? {
        guard let name = stack.bytes(1) else {
            return "ERR first argument to server.register_function must be a string"
        }
        guard stack.type(2) == LUA_TFUNCTION else {
            return "ERR second argument to server.register_function must be a function"
        }
        function.name = name.array
        function.reference = LuaReference(slot: luaL_ref(stack.state, LUA_REGISTRYINDEX))
        return nil
    }

    /// `register_function{function_name=..., callback=...}`; answers what is wrong.
    private func readNamed(_ stack: LuaStack, _ function: inout LuaRegistration) -> Bytes? {
        guard stack.isTable(1) else {
            return """
                ERR calling server.register_function with a single argument is only applicable to \
                Lua table (representing named arguments).
                """
        }
        var isNamed = false
        stack.pushNil()
        while lua_next(stack.state, 1) != 0 {
            guard stack.type(-2) == LUA_TSTRING || stack.type(-2) == LUA_TNUMBER else {
                return "ERR named argument key given to server.register_function is not a string"
            }
            // A number is no argument's name; as a string it would end the traversal.
            let key = stack.string(-2) ?? .empty
            if key.isToken("function_name") { isNamed = true }
            if let text = take(key, stack, &function) { return text }
            stack.pop()
        }
        guard isNamed else {
            return "ERR server.register_function must get a function name argument"
        }
        guard function.reference.slot != LUA_NOREF else {
            return "ERR server.register_function must get a callback argument"
        }
        return nil
    }

    /// Takes the named argument whose value is on top.
    private func take(
        _ key: Bytes, _ stack: LuaStack, _ function: inout LuaRegistration
    ) -> Bytes? {
        if key.isToken("function_name") {
            guard stack.bytes(-1) != nil else {
                return """
                    ERR function_name argument given to server.register_function must be a string
                    """
            }
            function.name = stack.bytes(-1)?.array ?? []
        } else if key.isToken("description") {
            guard stack.bytes(-1) != nil else {
                return "ERR description argument given to server.register_function must be a string"
            }
            function.description = stack.bytes(-1)?.array
        } else if key.isToken("callback") {
            guard stack.type(-1) == LUA_TFUNCTION else {
                return "ERR callback argument given to server.register_function must be a function"
            }
            lua_pushvalue(stack.state, -1)
            release(function.reference)
            function.reference = LuaReference(slot: luaL_ref(stack.state, LUA_REGISTRYINDEX))
        } else if key.isToken("flags") {
            guard stack.isTable(-1) else {
                return """
                    ERR flags argument to server.register_function must be a table representing \
                    function flags
                    """
            }
            return takeFlags(stack, &function)
        } else {
            return "ERR unknown argument given to server.register_function"
        }
        return nil
    }

    private func takeFlags(_ stack: LuaStack, _ function: inout LuaRegistration) -> Bytes? {
        var index: Int32 = 1
        while true {
            lua_rawgeti(stack.state, -1, index)
            defer { stack.pop() }
            if stack.isNil(-1) { return nil }
            guard let name = stack.string(-1), let flag = LuaScriptFlags(name: name) else {
                return "ERR unknown flag given"
            }
            function.flags.insert(flag)
            index += 1
        }
    }
}
