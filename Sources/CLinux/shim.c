// Gives the target an object file; the functions are inline, in the header.
#include "CLinux.h"
