// Lua's stack in Swift's words. Only functions that cannot raise an error are used here, as Swift
// code may not be left by a longjmp; what that asks of the rest is said in CLuaBridge.h.
import CLua
import CLuaBridge
import RedwingContainers

/// A Lua state, or the thread of it that calls.
struct LuaStack {
    let state: OpaquePointer

    @inline(__always)
    init(_ state: OpaquePointer) { self.state = state }

    /// The number of values, which is the index of the top.
    @inline(__always)
    var top: Int32 { lua_gettop(state) }

    /// Makes room for so many more values; false when there is none.
    @inline(__always)
    func reserve(_ count: Int32) -> Bool { lua_checkstack(state, count) != 0 }

    @inline(__always)
    func pop(_ count: Int32 = 1) { lua_settop(state, -count - 1) }

    @inline(__always)
    func setTop(_ index: Int32) { lua_settop(state, index) }

    @inline(__always)
    func type(_ index: Int32) -> Int32 { lua_type(state, index) }

    @inline(__always)
    func isNil(_ index: Int32) -> Bool { lua_type(state, index) == LUA_TNIL }

    @inline(__always)
    func isTable(_ index: Int32) -> Bool { lua_type(state, index) == LUA_TTABLE }

    /// The bytes of a string, lent while it is on the stack. A number becomes a string there.
    @inline(__always)
    func bytes(_ index: Int32) -> Bytes? {
        var count = 0
        guard let text = lua_tolstring(state, index, &count) else { return nil }
        return Bytes(raw: text, count: count)
    }

    /// The same of a string only.
    @inline(__always)
    func string(_ index: Int32) -> Bytes? {
        lua_type(state, index) == LUA_TSTRING ? bytes(index) : nil
    }

    /// A number, or a string that spells one.
    @inline(__always)
    func number(_ index: Int32) -> Double? {
        lua_isnumber(state, index) != 0 ? lua_tonumber(state, index) : nil
    }

    @inline(__always)
    func push(_ bytes: Bytes) {
        lua_pushlstring(
            state, UnsafeRawPointer(bytes.base).assumingMemoryBound(to: CChar.self),
            bytes.count)
    }

    func push(_ text: String) { text.withBytes { push($0) } }

    @inline(__always)
    func push(_ number: Double) { lua_pushnumber(state, number) }

    @inline(__always)
    func push(_ value: Bool) { lua_pushboolean(state, value ? 1 : 0) }

    @inline(__always)
    func pushNil() { lua_pushnil(state) }

    @inline(__always)
    func pushTable(elements: Int = 0, fields: Int32 = 0) {
        lua_createtable(state, Int32(clamping: elements), fields)
    }

    /// Gives the table below the top that field; its value is popped.
    @inline(__always)
    func setField(_ name: StaticString) {
        push(Bytes(name))
        lua_insert(state, -2)
        lua_rawset(state, -3)
    }

    /// Pushes a field of the table at `index`, past its metatable; returns its type.
    @inline(__always)
    func getField(_ index: Int32, _ name: StaticString) -> Int32 {
        push(Bytes(name))
        lua_rawget(state, index < 0 ? index - 1 : index)
        return lua_type(state, -1)
    }

    /// Gives the table below the top that element; its value is popped.
    @inline(__always)
    func setElement(_ index: Int32) { lua_rawseti(state, -2, index) }

    /// What Lua calls the type of a value.
    func typeName(_ index: Int32) -> String {
        String(cString: lua_typename(state, lua_type(state, index)))
    }
}

/// What a function answers to Lua: the number of its results on the stack, or how to raise what is
/// on top.
enum LuaResult {
    case values(Int32)
    /// Raises the value on top.
    case raise
    /// Raises the text on top with the place of the call in front.
    case raiseHere
    /// Raises that there is something wrong with that argument, which the text on top says.
    case badArgument(Int32)

    var code: Int32 {
        switch self {
        case .values(let count): count
        case .raise: REDWING_LUA_RAISE
        case .raiseHere: REDWING_LUA_RAISE_HERE
        case .badArgument(let index): REDWING_LUA_RAISE_ARGUMENT - index
        }
    }
}

extension LuaStack {
    /// Raises a table of that error text.
    func raise(error text: Bytes) -> LuaResult {
        pushTable(fields: 1)
        push(text)
        setField("err")
        return .raise
    }

    func raiseHere(_ text: String) -> LuaResult {
        push(text)
        return .raiseHere
    }

    func badArgument(_ index: Int32, _ text: String) -> LuaResult {
        push(text)
        return .badArgument(index)
    }

    /// The argument is not of the type that it has to be.
    func badType(_ index: Int32, expected: String) -> LuaResult {
        badArgument(index, "\(expected) expected, got \(typeName(index))")
    }
}
