// Loops over bytes with the instructions that the CPU turns out to have: Swift compiles for the
// oldest one, and cannot choose at run time.
#include "CLinux.h"

#if defined(__x86_64__)
#include <immintrin.h>

static int has_wide(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
}
#endif

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

// Of each lane of 32 bits the lower 24 hold four registers.
__attribute__((target("avx2"))) static size_t raise_wide(
    uint8_t *open, const uint8_t *dense, size_t registers) {
    const __m256i lanes = _mm256_setr_epi8(
        0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,
        0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    size_t done = 0;
    // A round reads four bytes more than it uses; the last one is left to others.
    for (; done + 64 <= registers; done += 32) {
        const uint8_t *source = dense + done / 4 * 3;
        __m256i packed = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)source)),
            _mm_loadu_si128((const __m128i *)(source + 12)), 1);
        packed = _mm256_shuffle_epi8(packed, lanes);
        __m256i first = _mm256_and_si256(packed, _mm256_set1_epi32(0x3f));
        __m256i second =
            _mm256_and_si256(_mm256_slli_epi32(packed, 2), _mm256_set1_epi32(0x3f00));
        __m256i third =
            _mm256_and_si256(_mm256_slli_epi32(packed, 4), _mm256_set1_epi32(0x3f0000));
        __m256i fourth =
            _mm256_and_si256(_mm256_slli_epi32(packed, 6), _mm256_set1_epi32(0x3f000000));
        __m256i all = _mm256_or_si256(
            _mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        __m256i *target = (__m256i *)(open + done);
        _mm256_storeu_si256(target, _mm256_max_epu8(_mm256_loadu_si256(target), all));
    }
    return done;
}

__attribute__((target("avx2"))) static size_t pack_wide(
    uint8_t *dense, const uint8_t *open, size_t registers) {
    const __m256i lanes = _mm256_setr_epi8(
        0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1,
        0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    size_t done = 0;
    // A round writes four bytes more than it has to; the last one is left to others.
    for (; done + 64 <= registers; done += 32) {
        __m256i all = _mm256_loadu_si256((const __m256i *)(open + done));
        __m256i first = _mm256_and_si256(all, _mm256_set1_epi32(0x3f));
        __m256i second = _mm256_srli_epi32(_mm256_and_si256(all, _mm256_set1_epi32(0x3f00)), 2);
        __m256i third =
            _mm256_srli_epi32(_mm256_and_si256(all, _mm256_set1_epi32(0x3f0000)), 4);
        __m256i fourth =
            _mm256_srli_epi32(_mm256_and_si256(all, _mm256_set1_epi32(0x3f000000)), 6);
        __m256i packed = _mm256_shuffle_epi8(
            _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth)),
            lanes);
        uint8_t *target = dense + done / 4 * 3;
        _mm_storeu_si128((__m128i *)target, _mm256_castsi256_si128(packed));
        _mm_storeu_si128((__m128i *)(target + 12), _mm256_extracti128_si256(packed, 1));
    }
    return done;
}
#endif

uint64_t redwing_count_bits(const uint8_t *bytes, size_t length) {
#if defined(__x86_64__)
    if (has_wide()) return count_wide(bytes, length);
#endif
    return count(bytes, length);
}

size_t redwing_raise_registers(uint8_t *open, const uint8_t *dense, size_t registers) {
#if defined(__x86_64__)
    if (has_wide()) return raise_wide(open, dense, registers);
#endif
    return 0;
}

size_t redwing_pack_registers(uint8_t *dense, const uint8_t *open, size_t registers) {
#if defined(__x86_64__)
    if (has_wide()) return pack_wide(dense, open, registers);
#endif
    return 0;
}
