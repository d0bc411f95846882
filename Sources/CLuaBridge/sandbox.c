// What scripts find in a fresh state, and why they cannot change it.
//
// A table that is to be read only is replaced by a wrapper: an empty table whose metatable looks
// reads up in the table behind and refuses writes. Lua's own functions that reach around metatables
// (next, rawget, rawset, ...) are replaced by ones that know wrappers. The metatable of a wrapper
// holds the table behind under a key that scripts cannot make, and is itself never shown.
#include <lauxlib.h>
#include <lua-bitop.h>
#include <lua-cjson.h>
#include <lualib.h>
#include <math.h>
#include <string.h>

#include "CLuaBridge.h"
#include "sandbox.h"

// Addresses that serve as keys.
static const char behind_key, shown_key, globals_key;

static int refuse_write(lua_State *state) {
    return luaL_error(state, "Attempt to modify a readonly table");
}

// The same without the place in front, as Lua's own functions say it.
static int refuse_raw_write(lua_State *state) {
    lua_pushliteral(state, "Attempt to modify a readonly table");
    return lua_error(state);
}

static void push_field(lua_State *state, int index, const char *key) {
    lua_pushlightuserdata(state, (void *)key);
    lua_rawget(state, index < 0 && index > LUA_REGISTRYINDEX ? index - 1 : index);
}

int redwing_lua_unwrap(lua_State *state, int index) {
    if (!lua_istable(state, index) || !lua_getmetatable(state, index)) return 0;
    push_field(state, -1, &behind_key);
    int is_wrapper = lua_istable(state, -1);
    if (is_wrapper) {
        lua_pushvalue(state, -1);
        lua_replace(state, index < 0 ? index - 3 : index);
    }
    lua_pop(state, 2);
    return is_wrapper;
}

void redwing_lua_protect(lua_State *state) {
    lua_newtable(state);                   // table, wrapper
    lua_createtable(state, 0, 4);          // table, wrapper, metatable
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, refuse_write);
    lua_setfield(state, -2, "__newindex");
    lua_pushlightuserdata(state, (void *)&behind_key);
    lua_pushvalue(state, -4);
    lua_rawset(state, -3);
    if (lua_getmetatable(state, -3)) {     // what getmetatable shows
        redwing_lua_protect(state);
        lua_pushlightuserdata(state, (void *)&shown_key);
        lua_insert(state, -2);
        lua_rawset(state, -3);
    }
    lua_setmetatable(state, -2);
    lua_replace(state, -2);
}

static int sandbox_next(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 2);
    redwing_lua_unwrap(state, 1);
    if (lua_next(state, 1)) return 2;
    lua_pushnil(state);
    return 1;
}

static int sandbox_pairs(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_pushvalue(state, 1);
    lua_pushnil(state);
    return 3;
}

static int sandbox_foreach(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_checktype(state, 2, LUA_TFUNCTION);
    redwing_lua_unwrap(state, 1);
    lua_pushnil(state);
    while (lua_next(state, 1)) {
        lua_pushvalue(state, 2);
        lua_pushvalue(state, -3);
        lua_pushvalue(state, -3);
        lua_call(state, 2, 1);
        if (!lua_isnil(state, -1)) return 1;
        lua_pop(state, 2);
    }
    return 0;
}

static int sandbox_rawget(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_checkany(state, 2);
    lua_settop(state, 2);
    redwing_lua_unwrap(state, 1);
    lua_rawget(state, 1);
    return 1;
}

static int sandbox_rawset(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_checkany(state, 2);
    luaL_checkany(state, 3);
    lua_settop(state, 3);
    if (redwing_lua_unwrap(state, 1)) return refuse_raw_write(state);
    lua_rawset(state, 1);
    return 1;
}

static int sandbox_getmetatable(lua_State *state) {
    luaL_checkany(state, 1);
    if (!lua_getmetatable(state, 1)) {
        lua_pushnil(state);
        return 1;
    }
    push_field(state, -1, &behind_key);
    int is_wrapper = !lua_isnil(state, -1);
    lua_pop(state, 1);
    push_field(state, -1, &shown_key);
    if (is_wrapper || !lua_isnil(state, -1)) return 1;
    lua_pop(state, 1);
    luaL_getmetafield(state, 1, "__metatable");
    return 1;
}

static int sandbox_setmetatable(lua_State *state) {
    int type = lua_type(state, 2);
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_argcheck(state, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table expected");
    lua_pushvalue(state, 1);
    if (redwing_lua_unwrap(state, -1)) {
        if (lua_getmetatable(state, -1) && luaL_getmetafield(state, -2, "__metatable")) {
            luaL_error(state, "cannot change a protected metatable");
        }
        return refuse_raw_write(state);
    }
    if (luaL_getmetafield(state, 1, "__metatable")) {
        luaL_error(state, "cannot change a protected metatable");
    }
    lua_settop(state, 2);
    // A wrapper stays one: getmetatable must not show what is behind it.
    lua_setmetatable(state, 1);
    return 1;
}

static int sandbox_insert(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    int count = lua_gettop(state);
    lua_pushvalue(state, 1);
    int is_wrapper = redwing_lua_unwrap(state, -1);
    lua_settop(state, count);
    if (is_wrapper && (count == 2 || count == 3)) {
        if (count == 3) luaL_checkinteger(state, 2);
        return refuse_raw_write(state);
    }
    int length = (int)lua_objlen(state, 1) + 1;
    int position = length;
    if (count == 3) {
        position = luaL_checkint(state, 2);
        for (int index = position > length ? position : length; index > position; index--) {
            lua_rawgeti(state, 1, index - 1);
            lua_rawseti(state, 1, index);
        }
    } else if (count != 2) {
        return luaL_error(state, "wrong number of arguments to 'insert'");
    }
    lua_rawseti(state, 1, position);
    return 0;
}

// An error that is a table is handed on as its text, when it has one.
static int sandbox_pcall(lua_State *state) {
    int count = lua_gettop(state);
    if (count == 0) {
        // What is called then is the place holder of the result.
        lua_pushboolean(state, 0);
        lua_pushliteral(state, "attempt to call a boolean value");
        return 2;
    }
    int status = lua_pcall(state, count - 1, LUA_MULTRET, 0);
    if (status != 0 && lua_istable(state, -1)) {
        lua_pushliteral(state, "err");
        lua_rawget(state, -2);
        if (!lua_isstring(state, -1)) lua_pop(state, 1);
        else lua_replace(state, -2);
    }
    lua_pushboolean(state, status == 0);
    lua_insert(state, 1);
    return lua_gettop(state);
}

// Calls the handler of upvalue 1, but not while the code is being ended: Lua runs a handler without
// interruptions then, and one that does not end could not be stopped.
static int guard_handler(lua_State *state) {
    void *host;
    lua_getallocf(state, &host);
    if (((redwing_lua_host *)host)->ending) return 1;
    lua_settop(state, 1);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_insert(state, 1);
    lua_call(state, 1, 1);
    return 1;
}

static int sandbox_xpcall(lua_State *state) {
    luaL_checkany(state, 2);
    lua_settop(state, 2);
    lua_pushcclosure(state, guard_handler, 1);
    lua_insert(state, 1);
    int status = lua_pcall(state, 0, LUA_MULTRET, 1);
    lua_pushboolean(state, status == 0);
    lua_replace(state, 1);
    return lua_gettop(state);
}

int redwing_lua_load(lua_State *state, const char *text, size_t count, const char *name) {
    if (count == 0 || text[0] != LUA_SIGNATURE[0]) {
        return luaL_loadbuffer(state, text, count, name);
    }
    // Compiled code is not loaded. The parser, which would be asked for text, stops at its first
    // byte.
    char place[LUA_IDSIZE];
    if (*name == '=' || *name == '@') {
        strncpy(place, name + 1, sizeof place - 1);
        place[sizeof place - 1] = 0;
        lua_pushfstring(state, "%s:1: unexpected symbol near 'char(27)'", place);
    } else {
        size_t end = strcspn(name, "\n\r");
        lua_pushlstring(state, name, end < 40 ? end : 40);
        lua_pushfstring(
            state, "[string \"%s%s\"]:1: unexpected symbol near 'char(27)'",
            lua_tostring(state, -1),
            name[end] || end > 40 ? "..." : "");
        lua_remove(state, -2);
    }
    return LUA_ERRSYNTAX;
}

static int sandbox_loadstring(lua_State *state) {
    size_t count;
    const char *text = luaL_checklstring(state, 1, &count);
    const char *name = luaL_optstring(state, 2, text);
    if (redwing_lua_load(state, text, count, name) == 0) return 1;
    lua_pushnil(state);
    lua_insert(state, -2);
    return 2;
}

// How far a chunk has been read.
struct reading {
    int has_begun;
    int is_compiled;
};

// The next piece of a chunk: what the function at index 1 returns. The string stays alive at
// index 3.
static const char *read_piece(lua_State *state, void *context, size_t *count) {
    struct reading *reading = context;
    luaL_checkstack(state, 2, "too many nested functions");
    lua_pushvalue(state, 1);
    lua_call(state, 0, 1);
    *count = 0;
    if (lua_isnil(state, -1)) return NULL;
    if (!lua_isstring(state, -1)) luaL_error(state, "reader function must return a string");
    lua_replace(state, 3);
    const char *text = lua_tolstring(state, 3, count);
    if (!reading->has_begun && *count > 0) {
        reading->has_begun = 1;
        reading->is_compiled = text[0] == LUA_SIGNATURE[0];
        if (reading->is_compiled) return NULL;
    }
    return text;
}

static int sandbox_load(lua_State *state) {
    const char *name = luaL_optstring(state, 2, "=(load)");
    struct reading reading = {0, 0};
    luaL_checktype(state, 1, LUA_TFUNCTION);
    lua_settop(state, 3);
    int status = lua_load(state, read_piece, &reading, name);
    if (reading.is_compiled) status = redwing_lua_load(state, LUA_SIGNATURE, 1, name);
    if (status == 0) return 1;
    lua_pushnil(state);
    lua_insert(state, -2);
    return 2;
}

// The sequence of POSIX's lrand48, so that a seed gives the same numbers everywhere.
static uint64_t *random_state(lua_State *state) {
    void *host;
    lua_getallocf(state, &host);
    return &((redwing_lua_host *)host)->random;
}

static int sandbox_random(lua_State *state) {
    uint64_t *random = random_state(state);
    *random = (*random * 0x5deece66d + 0xb) & 0xffffffffffff;
    lua_Number fraction = (lua_Number)((*random >> 17) % INT32_MAX) / (lua_Number)INT32_MAX;
    if (lua_gettop(state) == 0) {
        lua_pushnumber(state, fraction);
        return 1;
    }
    if (lua_gettop(state) > 2) return luaL_error(state, "wrong number of arguments");
    int low = 1;
    int high = luaL_checkint(state, 1);
    if (lua_gettop(state) == 2) {
        low = high;
        high = luaL_checkint(state, 2);
    }
    luaL_argcheck(state, low <= high, lua_gettop(state), "interval is empty");
    lua_Number span = (lua_Number)high - (lua_Number)low + 1;
    lua_pushnumber(state, floor(fraction * span) + low);
    return 1;
}

static int sandbox_randomseed(lua_State *state) {
    uint32_t seed = (uint32_t)luaL_checkint(state, 1);
    *random_state(state) = (uint64_t)seed << 16 | 0x330e;
    return 0;
}

static int miss_global(lua_State *state) {
    size_t count;
    const char *name = luaL_checklstring(state, 2, &count);
    return luaL_error(state, "Script attempted to access nonexistent global variable '%s'", name);
}

void redwing_lua_forbid_missing(lua_State *state) {
    lua_createtable(state, 0, 1);
    lua_pushcfunction(state, miss_global);
    lua_setfield(state, -2, "__index");
    lua_setmetatable(state, -2);
}

static void remove_all_but(lua_State *state, const char *const *kept) {
    lua_pushnil(state);
    while (lua_next(state, -2)) {
        lua_pop(state, 1);
        const char *const *name = kept;
        while (*name && strcmp(*name, lua_tostring(state, -1)) != 0) name++;
        if (*name) continue;
        lua_pushvalue(state, -1);
        lua_pushnil(state);
        lua_rawset(state, -4);
    }
}

static void open_library(lua_State *state, const char *name, lua_CFunction open) {
    lua_pushcfunction(state, open);
    lua_pushstring(state, name);
    lua_call(state, 1, 1);
    // Some return themselves, some only set a global.
    if (lua_istable(state, -1) && name[0]) {
        lua_setfield(state, LUA_GLOBALSINDEX, name);
    } else {
        lua_pop(state, 1);
    }
}

static const luaL_Reg replaced[] = {
    {"next", sandbox_next},
    {"rawget", sandbox_rawget},
    {"rawset", sandbox_rawset},
    {"getmetatable", sandbox_getmetatable},
    {"setmetatable", sandbox_setmetatable},
    {"pcall", sandbox_pcall},
    {"xpcall", sandbox_xpcall},
    {"load", sandbox_load},
    {"loadstring", sandbox_loadstring},
    {NULL, NULL},
};

static const char *const base_names[] = {
    "_G", "_VERSION", "assert", "collectgarbage", "coroutine", "error", "gcinfo",
    "getmetatable", "ipairs", "load", "loadstring", "math", "next", "os", "pairs", "pcall",
    "rawequal", "rawget", "rawset", "select", "setmetatable", "string", "table", "tonumber",
    "tostring", "type", "unpack", "xpcall", "bit", "cjson", NULL,
};

static const char *const os_names[] = {"clock", NULL};

static int furnish(lua_State *state) {
    open_library(state, "", luaopen_base);
    open_library(state, "table", luaopen_table);
    open_library(state, "string", luaopen_string);
    open_library(state, "math", luaopen_math);
    open_library(state, "os", luaopen_os);
    open_library(state, "cjson", luaopen_cjson);
    open_library(state, "bit", luaopen_bit);
    lua_pushvalue(state, LUA_GLOBALSINDEX);
    remove_all_but(state, base_names);
    luaL_register(state, NULL, replaced);
    lua_getfield(state, -1, "next");
    lua_pushcclosure(state, sandbox_pairs, 1);
    lua_setfield(state, -2, "pairs");
    lua_getfield(state, -1, "os");
    remove_all_but(state, os_names);
    lua_pop(state, 1);
    lua_getfield(state, -1, "math");
    lua_pushcfunction(state, sandbox_random);
    lua_setfield(state, -2, "random");
    lua_pushcfunction(state, sandbox_randomseed);
    lua_setfield(state, -2, "randomseed");
    lua_pop(state, 1);
    *random_state(state) = 0x1234abcd330e;
    lua_getfield(state, -1, "table");
    lua_pushcfunction(state, sandbox_insert);
    lua_setfield(state, -2, "insert");
    lua_pushcfunction(state, sandbox_foreach);
    lua_setfield(state, -2, "foreach");
    lua_pop(state, 1);
    // Globals that are not there.
    redwing_lua_forbid_missing(state);
    lua_pushlightuserdata(state, (void *)&globals_key);
    lua_pushvalue(state, -2);
    lua_rawset(state, LUA_REGISTRYINDEX);
    return 0;
}

int redwing_lua_furnish(lua_State *state) { return lua_cpcall(state, furnish, NULL); }

void redwing_lua_push_globals(lua_State *state) {
    push_field(state, LUA_REGISTRYINDEX, &globals_key);
}

void redwing_lua_show_globals(lua_State *state) {
    lua_getmetatable(state, LUA_GLOBALSINDEX);
    lua_insert(state, -2);
    lua_setfield(state, -2, "__index");
    lua_pop(state, 1);
}

// Wraps all libraries and the globals, and what strings look their methods up in.
static int seal(lua_State *state) {
    redwing_lua_push_globals(state);
    int globals = lua_gettop(state);
    lua_pushnil(state);
    while (lua_next(state, globals)) {
        if (lua_istable(state, -1) && !lua_rawequal(state, -1, globals)) {
            redwing_lua_protect(state);
            lua_pushvalue(state, -2);
            lua_insert(state, -2);
            lua_rawset(state, globals);  // an existing field: the traversal goes on
        } else {
            lua_pop(state, 1);
        }
    }
    lua_pushliteral(state, "");
    if (lua_getmetatable(state, -1)) {
        lua_createtable(state, 0, 1);
        lua_getfield(state, globals, "string");
        lua_setfield(state, -2, "__index");
        redwing_lua_protect(state);
        lua_pushlightuserdata(state, (void *)&shown_key);
        lua_insert(state, -2);
        lua_rawset(state, -3);
        lua_pop(state, 1);
    }
    lua_pop(state, 1);
    lua_pushvalue(state, globals);
    redwing_lua_protect(state);
    lua_pushvalue(state, -1);
    lua_setfield(state, globals, "_G");
    lua_replace(state, LUA_GLOBALSINDEX);
    return 0;
}

int redwing_lua_seal(lua_State *state) { return lua_cpcall(state, seal, NULL); }
