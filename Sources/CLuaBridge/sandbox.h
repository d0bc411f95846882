// What bridge.c needs of sandbox.c.
#ifndef REDWING_LUA_SANDBOX_H
#define REDWING_LUA_SANDBOX_H

#include <lua.h>

/// Opens the libraries that scripts may use. Answers not 0 when that failed.
int redwing_lua_furnish(lua_State *state);

#endif
