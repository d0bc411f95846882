// One Lua state with its libraries: compiles scripts and runs them. Knows nothing of the server
// but what `LuaHost` says.
import CLua
import CLuaBridge
import RedwingContainers
import RedwingRESP

/// A compiled script or a function of a library, kept in its machine until it is released.
public struct LuaReference: Sendable, Equatable {
    let slot: Int32
}

/// What came of loading code.
public enum LuaLoading<Value> {
    case loaded(Value)
    /// The text says why not.
    case failed([UInt8])
}

/// How a script's end looks to whoever ran it.
public enum LuaOutcome: Sendable {
    /// Its result is written.
    case finished
    /// An error is written. The code that raised it has counted it already, or not.
    case failed(isCounted: Bool)
}

/// A Lua state. Used by one thread at a time.
public final class LuaMachine {
    /// The main thread of the state. At its bottom lie the error handler and the globals.
    let stack: LuaStack
    private let bridge: UnsafeMutablePointer<redwing_lua_host>
    unowned(unsafe) let host: any LuaHost
    let versions: LuaVersions
    /// Values on Lua's stack at which what nests in Swift is given up: the thread's own stack must
    /// hold as many calls.
    let maxDepth: Int32
    /// The arguments of the command that a script calls.
    let arguments = ArgumentList()
    /// The reply of that command.
    let replies: ReplyBuffer
    /// The protocol in which scripts get replies.
    var version = ProtocolVersion.resp2
    /// Whether a command runs for a script.
    var isCalling = false
    /// The library that is being loaded.
    var loading: LibraryLoading?
    /// Bytes at which garbage is collected when a script has ended.
    private var collectionMark = LuaMachine.leastCollection

    /// As deep as Lua's own stack goes.
    public static let greatestDepth: Int32 = 8000
    /// What a thread with a stack of 512 KiB can hold.
    public static let smallDepth: Int32 = 300
    private static let handlerIndex: Int32 = 1
    private static let globalsIndex: Int32 = 2
    private static let leastCollection = 16 << 20
    /// What the buffer for replies keeps between two calls.
    static let keptReplyBytes = 64 << 10
    /// Instructions between two looks at the clock.
    private static let interruptInterval: Int32 = 100_000

    /// A machine for scripts, or for the functions of libraries. `memoryLimit` is in bytes, 0 for
    /// none. Nil when there is no memory. `host` must outlive the machine.
    public init?(
        host: any LuaHost, forFunctions: Bool, versions: LuaVersions, replies: ReplyBuffer,
        memoryLimit: Int, maxDepth: Int32 = LuaMachine.greatestDepth
    ) {
        bridge = .allocate(capacity: 1)
        bridge.initialize(
            to: redwing_lua_host(
                context: nil, call: { LuaMachine.enter($0, $1, $2) },
                interrupt: { LuaMachine.interrupt($0, $1) }, bytes: 0, limit: 0, inside: 0,
                ending: 0,
                random: 0))
        guard let state = redwing_lua_open(bridge) else {
            bridge.deallocate()
            arguments.destroy()
            return nil
        }
        stack = LuaStack(state)
        self.host = host
        self.versions = versions
        self.maxDepth = maxDepth
        self.replies = replies
        bridge.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        redwing_lua_push_globals(state)
        addLibraries()
        if !forFunctions {
            redwing_lua_push_handler(state)
            lua_pushvalue(state, -1)
            lua_setfield(state, -3, "__server__err__handler")
            stack.setField("__redis__err__handler")
        }
        pushServerLibrary()
        lua_pushvalue(state, -1)
        lua_setfield(state, -3, "server")
        stack.setField("redis")
        stack.setTop(0)
        guard redwing_lua_seal(state) == 0 else { return nil }
        redwing_lua_push_handler(state)
        redwing_lua_push_globals(state)
        // Both names lead to the same wrapper.
        _ = stack.getField(LuaMachine.globalsIndex, "redis")
        lua_setfield(state, LuaMachine.globalsIndex, "server")
        redwing_lua_interrupt_every(state, LuaMachine.interruptInterval)
        bridge.pointee.limit = memoryLimit
    }

    deinit {
        lua_close(stack.state)
        bridge.deallocate()
        arguments.destroy()
        replies.destroy()
    }

    /// Bytes that the state takes.
    public var usedBytes: Int { bridge.pointee.bytes }

    private static func enter(
        _ context: UnsafeMutableRawPointer?, _ state: OpaquePointer?, _ function: Int32
    ) -> Int32 {
        guard let context, let state else { return 0 }
        return Unmanaged<LuaMachine>.fromOpaque(context)._withUnsafeGuaranteedRef {
            $0.perform(function, LuaStack(state)).code
        }
    }

    private static func interrupt(
        _ context: UnsafeMutableRawPointer?, _ state: OpaquePointer?
    ) -> Int32 {
        guard let context, let state else { return 0 }
        return Unmanaged<LuaMachine>.fromOpaque(context)._withUnsafeGuaranteedRef { machine in
            guard let text = machine.host.interrupt() else { return 0 }
            // Until it has ended, whatever catches the error on its way.
            redwing_lua_interrupt_every(state, 1)
            if state != machine.stack.state {
                redwing_lua_interrupt_every(machine.stack.state, 1)
            }
            let stack = LuaStack(state)
            text.withBytes { _ = stack.raise(error: $0) }
            return 1
        }
    }

    /// Compiles a script, which errors call by `name`.
    public func compile(_ text: Bytes, name: StaticString) -> LuaLoading<LuaReference> {
        bridge.pointee.inside += 1
        defer { bridge.pointee.inside -= 1 }
        let status = load(text, name)
        defer { stack.setTop(LuaMachine.globalsIndex) }
        guard status == 0 else { return .failed(stack.bytes(-1)?.array ?? []) }
        return .loaded(LuaReference(slot: luaL_ref(stack.state, LUA_REGISTRYINDEX)))
    }

    private func load(_ text: Bytes, _ name: StaticString) -> Int32 {
        let characters = UnsafeRawPointer(text.base).assumingMemoryBound(to: CChar.self)
        let label = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        return redwing_lua_load(stack.state, characters, text.count, label)
    }

    /// Forgets a script or function.
    public func release(_ reference: LuaReference) {
        luaL_unref(stack.state, LUA_REGISTRYINDEX, reference.slot)
    }

    /// Runs a script; `arguments` are its keys, `keyCount` of them, and what follows these. Its
    /// result or its error goes to `reply`.
    public func run(
        script: LuaReference, _ arguments: Arguments, keyCount: Int, into reply: ReplyWriter
    ) -> LuaOutcome {
        bridge.pointee.inside += 1
        lua_rawgeti(stack.state, LUA_REGISTRYINDEX, script.slot)
        stack.push("KEYS" as Bytes)
        pushArray(arguments, 0..<keyCount)
        lua_rawset(stack.state, LuaMachine.globalsIndex)
        stack.push("ARGV" as Bytes)
        pushArray(arguments, keyCount..<arguments.count)
        lua_rawset(stack.state, LuaMachine.globalsIndex)
        bridge.pointee.inside -= 1
        return finish(argumentCount: 0, reply)
    }

    /// Runs a function of a library, which gets keys and arguments.
    public func run(
        function: LuaReference, _ arguments: Arguments, keyCount: Int, into reply: ReplyWriter
    ) -> LuaOutcome {
        bridge.pointee.inside += 1
        lua_rawgeti(stack.state, LUA_REGISTRYINDEX, function.slot)
        pushArray(arguments, 0..<keyCount)
        pushArray(arguments, keyCount..<arguments.count)
        bridge.pointee.inside -= 1
        return finish(argumentCount: 2, reply)
    }

    @inline(__always)
    private func pushArray(_ arguments: Arguments, _ range: Range<Int>) {
        stack.pushTable(elements: range.count)
        var place: Int32 = 1
        for index in range {
            stack.push(arguments[index])
            stack.setElement(place)
            place &+= 1
        }
    }

    private func finish(argumentCount: Int32, _ reply: ReplyWriter) -> LuaOutcome {
        version = .resp2
        let status = lua_pcall(stack.state, argumentCount, 1, LuaMachine.handlerIndex)
        bridge.pointee.inside += 1
        var outcome = LuaOutcome.finished
        if status == 0 {
            if isCountedError { outcome = .failed(isCounted: true) }
            ReplyEncoder(stack: stack, reply: reply, version: version, maxDepth: maxDepth).write()
        } else {
            let error = takeError()
            error.text(withPlace: true).withBytes { reply.error($0) }
            outcome = .failed(isCounted: error.isCounted)
            redwing_lua_interrupt_every(stack.state, LuaMachine.interruptInterval)
        }
        stack.setTop(LuaMachine.globalsIndex)
        bridge.pointee.inside -= 1
        if bridge.pointee.bytes > collectionMark || status == LUA_ERRMEM { collect() }
        return outcome
    }

    /// Whether the result on top is the error of a command, which was counted when that ran.
    private var isCountedError: Bool {
        guard stack.isTable(-1) else { return false }
        let isError = stack.getField(-1, "err") == LUA_TSTRING
        let isCounted =
            isError && stack.getField(-2, "ignore_error_stats_update") == LUA_TBOOLEAN
        stack.pop(isError ? 2 : 1)
        return isCounted
    }

    private func collect() {
        lua_gc(stack.state, LUA_GCCOLLECT, 0)
        collectionMark = max(LuaMachine.leastCollection, bridge.pointee.bytes * 2)
    }

    /// What went wrong, from the top of the stack.
    private func takeError() -> LuaFailure {
        guard stack.isTable(-1) else {
            return LuaFailure(message: Array("ERR ".utf8) + (stack.bytes(-1)?.array ?? []))
        }
        var failure = LuaFailure(message: Array("ERR unknown error".utf8))
        _ = stack.getField(-1, "err")
        if let text = stack.bytes(-1) { failure.message = text.array }
        if stack.getField(-2, "source") == LUA_TSTRING { failure.source = stack.bytes(-1)?.array }
        if stack.getField(-3, "line") == LUA_TNUMBER { failure.line = stack.bytes(-1)?.array }
        if stack.getField(-4, "ignore_error_stats_update") == LUA_TBOOLEAN {
            failure.isCounted = lua_toboolean(stack.state, -1) != 0
        }
        stack.pop(4)
        return failure
    }

    // MARK: Libraries

    /// Runs the code of a library and gives back the functions that it registers.
    public func loadLibrary(_ text: Bytes) -> LuaLoading<[LuaRegistration]> {
        bridge.pointee.inside += 1
        let status = load(text, "@user_function")
        bridge.pointee.inside -= 1
        defer { stack.setTop(LuaMachine.globalsIndex) }
        guard status == 0 else {
            return .failed(
                Array("Error compiling function: ".utf8) + (stack.bytes(-1)?.array ?? []))
        }
        loading = LibraryLoading()
        defer { loading = nil }
        showLoadingGlobals()
        defer { showGlobals() }
        version = .resp2
        if lua_pcall(stack.state, 0, 0, LuaMachine.handlerIndex) != 0 {
            bridge.pointee.inside += 1
            defer { bridge.pointee.inside -= 1 }
            let error = takeError()
            redwing_lua_interrupt_every(stack.state, LuaMachine.interruptInterval)
            for function in loading?.functions ?? [] { release(function.reference) }
            return .failed(
                Array("Error registering functions: ".utf8) + error.text(withPlace: false))
        }
        return .loaded(loading?.functions ?? [])
    }

    /// While the code of a library runs it finds `redis` and `server` and nothing else.
    private func showLoadingGlobals() {
        bridge.pointee.inside += 1
        stack.pushTable(fields: 2)
        pushLoadingLibrary()
        redwing_lua_forbid_missing(stack.state)
        redwing_lua_protect(stack.state)
        lua_pushvalue(stack.state, -1)
        lua_setfield(stack.state, -3, "server")
        lua_setfield(stack.state, -2, "redis")
        redwing_lua_forbid_missing(stack.state)
        redwing_lua_show_globals(stack.state)
        bridge.pointee.inside -= 1
    }

    private func showGlobals() {
        lua_pushvalue(stack.state, LuaMachine.globalsIndex)
        redwing_lua_show_globals(stack.state)
    }
}

/// An error that ended a script.
private struct LuaFailure {
    var message: [UInt8]
    var source: [UInt8]?
    var line: [UInt8]?
    var isCounted = false

    /// The text for the client, without the leading minus and without line breaks.
    func text(withPlace: Bool) -> [UInt8] {
        var text = message
        if withPlace {
            text += " script: on ".utf8
            text += source ?? []
            text.append(0x3a)
            text += line ?? []
            text.append(0x2e)
        }
        return text.map { $0 == 0x0d || $0 == 0x0a ? 0x20 : $0 }
    }
}
