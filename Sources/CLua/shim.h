// What Swift sees of Lua 5.1, and of the JSON and bit libraries that Debian builds for it.
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
#include <lua-bitop.h>
#include <lua-cjson.h>
