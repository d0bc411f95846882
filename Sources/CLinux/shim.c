// The signal handler: the one piece of code that has to be C and to have state, because a handler
// gets no argument of ours and may call next to nothing.
#include "CLinux.h"

#include <signal.h>
#include <stdatomic.h>

static atomic_int notified = -1;
static _Atomic uint64_t noted = 0;
static struct sigaction former[64];

static void handle(int signal) {
    int saved = errno;
    atomic_fetch_or(&noted, (uint64_t)1 << signal);
    uint64_t one = 1;
    // A full counter has woken the reader already, so the result does not matter.
    ssize_t written = write(atomic_load(&notified), &one, sizeof one);
    (void)written;
    errno = saved;
}

int redwing_signal_catch(int signal, int descriptor) {
    if (signal <= 0 || signal >= 64) {
        errno = EINVAL;
        return -1;
    }
    atomic_store(&notified, descriptor);
    struct sigaction action = {0};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, &former[signal]);
}

void redwing_signal_release(int signal) {
    if (signal > 0 && signal < 64) sigaction(signal, &former[signal], NULL);
}

uint64_t redwing_signal_take(void) { return atomic_exchange(&noted, 0); }

void redwing_signal_ignore(int signal_number) { signal(signal_number, SIG_IGN); }
