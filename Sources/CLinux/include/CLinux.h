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
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <time.h>
#endif

/// Asks the CPU to fetch the cache line at `address`; never faults.
static inline void redwing_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Linux's accept4, which glibc declares only for GNU sources.
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

/// Names the calling thread; glibc declares it only for GNU sources.
extern int pthread_setname_np(unsigned long thread, const char *name);

/// Random bytes of the kernel's; glibc declares it only for newer sources.
extern ssize_t getrandom(void *buffer, size_t length, unsigned int flags);

/// A running count of constant rate: the time stamp counter, or nanoseconds where there is none.
static inline uint64_t redwing_ticks(void) {
#if defined(__x86_64__)
    return __rdtsc();
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

#endif
