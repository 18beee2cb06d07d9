// One number at a time: fp32 to bf16 and back. bf16 is the upper half of a float.
#ifndef CKERNELS_BF16_H
#define CKERNELS_BF16_H
#include <stdint.h>
#include <string.h>

// To the nearest, ties to even. A NaN keeps its sign and the upper part of its payload, and becomes quiet: rounded as
// a number it could carry over to infinity or past the sign.
static inline __attribute__((always_inline, unused)) uint16_t to_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
    return (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded);
}

static inline __attribute__((always_inline, unused)) float from_bf16(uint16_t x) {
    const uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
#endif
