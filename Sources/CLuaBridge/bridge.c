// Between Swift and Lua: the state with its allocator, calls from Lua, errors, interruptions.
#include "CLuaBridge.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "sandbox.h"

static void *allocate(void *context, void *block, size_t old, size_t size) {
    redwing_lua_host *host = context;
    if (size == 0) {
        host->bytes -= old;
        free(block);
        return NULL;
    }
    if (size > old && host->limit && !host->inside && host->bytes - old + size > host->limit) {
        return NULL;
    }
    void *result = realloc(block, size);
    if (result) {
        host->bytes += size - old;
    } else if (host->inside) {
        // Nobody could hear of it: an error must not pass over Swift code.
        abort();
    }
    return result;
}

static int dispatch(lua_State *state) {
    void *context;
    lua_getallocf(state, &context);
    redwing_lua_host *host = context;
    int function = (int)lua_tointeger(state, lua_upvalueindex(1));
    host->inside += 1;
    int results = host->call(host->context, state, function);
    host->inside -= 1;
    if (results >= 0) return results;
    if (results <= REDWING_LUA_RAISE_ARGUMENT) {
        int argument = REDWING_LUA_RAISE_ARGUMENT - results;
        return luaL_argerror(state, argument, lua_tostring(state, -1));
    }
    if (results == REDWING_LUA_RAISE_HERE) {
        luaL_where(state, 1);
        lua_insert(state, -2);
        lua_concat(state, 2);
    }
    return lua_error(state);
}

static void interrupt(lua_State *state, lua_Debug *activation) {
    void *context;
    (void)activation;
    lua_getallocf(state, &context);
    redwing_lua_host *host = context;
    if (!lua_checkstack(state, LUA_MINSTACK)) return;
    host->inside += 1;
    int ends = host->interrupt(host->context, state);
    host->inside -= 1;
    if (!ends) return;
    host->ending = 1;
    lua_error(state);
}

// An error becomes a table of its text, where it arose, and whatever it was as a table before.
static int handle_error(lua_State *state) {
    lua_Debug place;
    int found = lua_getstack(state, 1, &place) && lua_getinfo(state, "Sl", &place);
    if (found && place.what[0] == 'C') {
        found = lua_getstack(state, 2, &place) && lua_getinfo(state, "Sl", &place);
    }
    if (!lua_istable(state, 1)) {
        const char *text = lua_tostring(state, 1);
        if (!text && lua_isboolean(state, 1)) text = lua_toboolean(state, 1) ? "true" : "false";
        if (!text) text = luaL_typename(state, 1);
        lua_createtable(state, 0, 3);
        lua_pushfstring(state, "ERR %s", text);
        lua_setfield(state, -2, "err");
        lua_replace(state, 1);
    }
    lua_settop(state, 1);
    if (found) {
        lua_pushstring(state, place.source);
        lua_setfield(state, 1, "source");
        lua_pushinteger(state, place.currentline);
        lua_setfield(state, 1, "line");
    }
    return 1;
}

lua_State *redwing_lua_open(redwing_lua_host *host) {
    lua_State *state = lua_newstate(allocate, host);
    if (state && redwing_lua_furnish(state) != 0) {
        lua_close(state);
        return NULL;
    }
    return state;
}

void redwing_lua_interrupt_every(lua_State *state, int instructions) {
    void *host;
    lua_getallocf(state, &host);
    if (instructions > 1) ((redwing_lua_host *)host)->ending = 0;
    lua_sethook(state, interrupt, LUA_MASKCOUNT, instructions);
}

void redwing_lua_push_function(lua_State *state, int function) {
    lua_pushinteger(state, function);
    lua_pushcclosure(state, dispatch, 1);
}

void redwing_lua_push_handler(lua_State *state) { lua_pushcfunction(state, handle_error); }
