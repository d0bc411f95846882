// What Swift's Glibc module does not import, or cannot express: epoll and its family, cache
// prefetch, long double arithmetic. Everything is `static inline`, so that Swift inlines it.
#ifndef REDWING_CLINUX_H
#define REDWING_CLINUX_H

// No _GNU_SOURCE here: with it glibc's types differ from those that Swift's Glibc module has.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

/// Asks the CPU to fetch the cache line at `address`; never faults.
static inline void redwing_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
