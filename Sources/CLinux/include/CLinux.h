// What Swift's Glibc module does not import, or cannot express: epoll and its family, cache
// prefetch, long double arithmetic. Everything is `static inline`, so that Swift inlines it.
#ifndef REDWING_CLINUX_H
#define REDWING_CLINUX_H

// No _GNU_SOURCE here: with it glibc's types differ from those that Swift's Glibc module has.
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <signal.h>
#include <sys/prctl.h>
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

/// Lets the calling thread's timers fire on time instead of with others some 50 microseconds later.
static inline void redwing_sharp_timers(void) { prctl(PR_SET_TIMERSLACK, 1000UL); }

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

/// Room for the longest number that is read or written as a long double, with its final zero.
enum { redwing_long_double_room = 5 * 1024 };

/// Reads the whole of `text` as a long double by the rules of strtold, without leading blanks;
/// returns 0 when it is none, is NaN, or is out of range.
static inline int redwing_parse_long_double(
    const uint8_t *text, size_t length, long double *value) {
    char copy[redwing_long_double_room];
    char *end;
    if (length == 0 || length >= sizeof(copy) || isspace(text[0])) return 0;
    memcpy(copy, text, length);
    copy[length] = 0;
    errno = 0;
    *value = strtold(copy, &end);
    if ((size_t)(end - copy) != length || isnan(*value)) return 0;
    return !(errno == ERANGE && (isinf(*value) || *value == 0));
}

/// Adds two numbers given as text and writes the sum in decimal at `sum`, which has room for
/// `redwing_long_double_room` bytes: 17 digits behind the point, without the zeros at their end.
/// Returns the sum's length, 0 when a text is no number, -1 when the sum is not finite.
static inline int redwing_add_long_doubles(
    const uint8_t *left, size_t left_length, const uint8_t *right, size_t right_length,
    char *sum) {
    long double first, second;
    if (!redwing_parse_long_double(left, left_length, &first)) return 0;
    if (!redwing_parse_long_double(right, right_length, &second)) return 0;
    first += second;
    if (isnan(first) || isinf(first)) return -1;
    int length = snprintf(sum, redwing_long_double_room, "%.17Lf", first);
    if (length <= 0 || length >= redwing_long_double_room) return -1;
    while (sum[length - 1] == '0') length--;
    if (sum[length - 1] == '.') length--;
    if (length == 2 && sum[0] == '-' && sum[1] == '0') {
        sum[0] = '0';
        length = 1;
    }
    return length;
}

#endif
