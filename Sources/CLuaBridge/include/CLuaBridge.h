// The C side of the boundary between Swift and Lua.
//
// Lua raises errors by longjmp, which must not pass over a Swift frame. So:
//  - Swift code never calls a function of Lua's that may raise. What Lua calls in Swift goes
//    through `dispatch` here, and answers how many results it left, or that the value on top of
//    the stack is an error; only then, when no Swift frame is left, the error is raised.
//  - While Swift code runs, the allocator does not refuse memory, and there is nothing a collection
//    could call: scripts cannot make values with finalizers.
//  - Swift calls Lua code through `lua_pcall` only.
// Functions that are short, raise and replace one of Lua's own live here whole (sandbox.c).
#ifndef REDWING_LUA_BRIDGE_H
#define REDWING_LUA_BRIDGE_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/// Answers of a Swift function: a number of results, or one of these.
#define REDWING_LUA_RAISE (-1)
/// The error on top is text that gets the place of the call in front.
#define REDWING_LUA_RAISE_HERE (-2)
/// This less the number of an argument: the text on top says what is wrong with that argument.
#define REDWING_LUA_RAISE_ARGUMENT (-16)

/// What a Lua state knows of its owner.
typedef struct redwing_lua_host {
    /// Handed to the functions below.
    void *context;
    /// Runs the function of this number for Lua.
    int (*call)(void *context, lua_State *state, int function);
    /// Called now and then while Lua code runs; leaves an error on the stack and answers not 0
    /// when that is to end.
    int (*interrupt)(void *context, lua_State *state);
    /// Bytes that the state has allocated.
    size_t bytes;
    /// Bytes that Lua code may allocate; 0 is no limit.
    size_t limit;
    /// Whether Swift code runs for Lua.
    int inside;
    /// Whether the running code is being ended.
    int ending;
    /// The state of `math.random`, of 48 bits.
    uint64_t random;
} redwing_lua_host;

/// A state with libraries that scripts may use and nothing else, in tables that they cannot change;
/// NULL without memory. `host` must outlive it.
lua_State *redwing_lua_open(redwing_lua_host *host);
/// Wraps all tables that the globals hold, and the globals. Answers not 0 when that failed.
int redwing_lua_seal(lua_State *state);
/// Sets how many instructions run between two calls of `interrupt`. More than one says that no code
/// is being ended.
void redwing_lua_interrupt_every(lua_State *state, int instructions);
/// Pushes the Swift function of this number.
void redwing_lua_push_function(lua_State *state, int function);
/// Pushes the function that makes errors into tables of text, source and line.
void redwing_lua_push_handler(lua_State *state);
/// Wraps the table on top of the stack so that scripts can read and not change it; the wrapper
/// takes its place.
void redwing_lua_protect(lua_State *state);
/// Makes reading what the table on top does not hold an error.
void redwing_lua_forbid_missing(lua_State *state);
/// Has scripts find in the globals what the table on top holds, and nothing else; pops it.
void redwing_lua_show_globals(lua_State *state);
/// Replaces the table at `index` by what it wraps, if it is a wrapper; answers whether it was.
int redwing_lua_unwrap(lua_State *state, int index);
/// Compiles text; what begins like compiled code is text too. Leaves function or message.
int redwing_lua_load(lua_State *state, const char *text, size_t count, const char *name);
/// Pushes the table that holds the globals behind the wrapper that scripts see.
void redwing_lua_push_globals(lua_State *state);

#endif
