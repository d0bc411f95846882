// What Swift sees of libxxhash: checksums of snapshot blocks.
#include <xxhash.h>
