// Counting bits with the instructions that the CPU turns out to have: Swift compiles for the oldest
// one, and cannot choose at run time.
#include "CLinux.h"

static inline __attribute__((always_inline)) uint64_t count(const uint8_t *bytes, size_t length) {
    uint64_t total = 0;
    size_t words = length / 8;
    for (size_t index = 0; index < words; index++) {
        uint64_t word;
        memcpy(&word, bytes + index * 8, 8);
        total += (uint64_t)__builtin_popcountll(word);
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes + words * 8, length % 8);
    return total + (uint64_t)__builtin_popcountll(rest);
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static uint64_t count_wide(
    const uint8_t *bytes, size_t length) {
    return count(bytes, length);
}
#endif

uint64_t redwing_count_bits(const uint8_t *bytes, size_t length) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        return count_wide(bytes, length);
#endif
    return count(bytes, length);
}
