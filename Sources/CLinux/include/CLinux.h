// What Swift's Glibc module does not import, or cannot express: epoll and its family, newer system
// calls, cache prefetch, long double arithmetic. Everything but the signal handler
// and the loops of `wide.c` is `static inline`, so that Swift inlines it.
#ifndef REDWING_CLINUX_H
#define REDWING_CLINUX_H

// No _GNU_SOURCE here: with it glibc's types differ from those that Swift's Glibc module has.
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

/// Asks the CPU to fetch the cache line at `address`; never faults.
static inline void redwing_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// The reason why the last system call of this thread failed.
static inline int redwing_errno(void) { return errno; }

/// accept4, which glibc declares for _GNU_SOURCE only: a non-blocking, close-on-exec socket.
static inline int redwing_accept(int descriptor, void *address, socklen_t *length) {
    return (int)syscall(SYS_accept4, descriptor, address, length, 04000 | 02000000);
}

/// epoll_wait with a timeout in nanoseconds; below 0 waits for ever.
static inline int redwing_epoll_wait(
    int descriptor, struct epoll_event *events, int capacity, int64_t timeout) {
    if (timeout <= 0) return epoll_wait(descriptor, events, capacity, timeout == 0 ? 0 : -1);
    if (timeout % 1000000 == 0 && timeout / 1000000 <= INT32_MAX)
        return epoll_wait(descriptor, events, capacity, (int)(timeout / 1000000));
    struct timespec wait = {timeout / 1000000000, timeout % 1000000000};
    int count = (int)syscall(SYS_epoll_pwait2, descriptor, events, capacity, &wait, NULL, 0);
    if (count >= 0 || errno != ENOSYS) return count;
    // Kernels before 5.11 count in milliseconds. Rounded up, else the loop would spin.
    int64_t milliseconds = (timeout + 999999) / 1000000;
    return epoll_wait(
        descriptor, events, capacity, milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds);
}

/// fork, which Swift's Glibc module does not offer: see `Daemon` for when it may be used.
static inline pid_t redwing_fork(void) { return fork(); }

/// The kernel's number of the calling thread.
static inline pid_t redwing_gettid(void) { return (pid_t)syscall(SYS_gettid); }

/// Makes the calling thread a batch job, which does not pre-empt others; 0 or -1 and errno.
static inline int redwing_sched_batch(void) {
    struct sched_param none = {0};
    // 3 is SCHED_BATCH, which glibc defines for _GNU_SOURCE only.
    return sched_setscheduler(0, 3, &none);
}

/// Lets the calling thread's timers fire on time instead of with others some 50 microseconds later.
static inline void redwing_sharp_timers(void) { prctl(PR_SET_TIMERSLACK, 1000UL); }

/// Which resource usage to ask for; the C names are an enumeration that Swift cannot pass on.
static inline int redwing_getrusage_self(struct rusage *usage) {
    return getrusage(RUSAGE_SELF, usage);
}
static inline int redwing_getrusage_thread(struct rusage *usage) {
    // RUSAGE_THREAD, which glibc defines for _GNU_SOURCE only.
    return getrusage(1, usage);
}
static inline int redwing_getrusage_children(struct rusage *usage) {
    return getrusage(RUSAGE_CHILDREN, usage);
}

/// RLIMIT_NOFILE, for the same reason.
static inline int redwing_get_open_files_limit(struct rlimit *limit) {
    return getrlimit(RLIMIT_NOFILE, limit);
}
static inline int redwing_set_open_files_limit(const struct rlimit *limit) {
    return setrlimit(RLIMIT_NOFILE, limit);
}

/// A running count that costs next to nothing to read: the CPU's time stamp counter, or
/// nanoseconds where there is none.
static inline uint64_t redwing_ticks(void) {
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
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

/// Reads `text` as a number of seconds and gives it in milliseconds, rounded up; returns 0 when it
/// is no number and -1 when it is too large. What is too small becomes the smallest integer.
static inline int redwing_parse_seconds(
    const uint8_t *text, size_t length, int64_t *milliseconds) {
    long double seconds;
    if (!redwing_parse_long_double(text, length, &seconds)) return 0;
    seconds *= 1000;
    if (seconds > (long double)INT64_MAX) return -1;
    *milliseconds = seconds < (long double)INT64_MIN ? INT64_MIN : (int64_t)ceill(seconds);
    return 1;
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

/// Writes `value` with six digits behind the point and a final zero; returns the length.
static inline int redwing_format_double(double value, char *text, size_t capacity) {
    return snprintf(text, capacity, "%f", value);
}

/// The number of set bits in `length` bytes.
uint64_t redwing_count_bits(const uint8_t *bytes, size_t length);
/// Raises bytes of `open` to numbers of six bits that lie in `dense`, lowest bits first; returns
/// how many from the first on are done, a multiple of 32, 0 where the CPU has no way of its own.
size_t redwing_raise_registers(uint8_t *open, const uint8_t *dense, size_t registers);
/// Writes the bytes of `open` as numbers of six bits to `dense`; returns as above.
size_t redwing_pack_registers(uint8_t *dense, const uint8_t *open, size_t registers);

/// Lets `signal` be noted and reported through the eventfd `descriptor`; 0 or -1 and errno.
int redwing_signal_catch(int signal, int descriptor);
/// Gives `signal` its former meaning back.
void redwing_signal_release(int signal);
/// The signals noted since the last call, one bit each (bit N for signal N).
uint64_t redwing_signal_take(void);
/// Lets `signal` be ignored.
void redwing_signal_ignore(int signal);

#endif
