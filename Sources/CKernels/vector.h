// Sixteen floats at a time, whatever the processor: one AVX-512 register, two AVX, or four SSE.
//
// The helpers that take or return vectors are macros because a vector may not cross a call between functions compiled
// for different processors, and a kernel's helpers are compiled for the plain one (even when always inlined).
#ifndef CKERNELS_VECTOR_H
#define CKERNELS_VECTOR_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

// Fused multiply-add wherever the processor has it. NaN and infinity keep their meaning (no -ffast-math).
#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline, unused))
#define LANES 16

typedef float v16 __attribute__((ext_vector_type(LANES)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v4 __attribute__((ext_vector_type(4)));
typedef int32_t i16 __attribute__((ext_vector_type(LANES)));
typedef uint32_t u16 __attribute__((ext_vector_type(LANES)));
typedef uint16_t h16 __attribute__((ext_vector_type(LANES)));

#define load(p) ({ v16 loaded_; memcpy(&loaded_, (p), sizeof loaded_); loaded_; })
#define store(p, v) ({ v16 stored_ = (v); memcpy((p), &stored_, sizeof stored_); })

// Sixteen bf16 numbers as floats: their bits are the upper halves.
#define load_bf16(p) \
    ({ h16 halves_; \
       memcpy(&halves_, (p), sizeof halves_); \
       u16 whole_ = __builtin_convertvector(halves_, u16) << 16; \
       v16 wide_; \
       memcpy(&wide_, &whole_, sizeof wide_); \
       wide_; })

// Up to 15 floats, by copies of fixed sizes: a call of memcpy for so few costs more than the work on them.
INLINE void copy_few(float *target, const float *source, ptrdiff_t count) {
    if (count & 8) { memcpy(target, source, 32); target += 8; source += 8; }
    if (count & 4) { memcpy(target, source, 16); target += 4; source += 4; }
    if (count & 2) { memcpy(target, source, 8); target += 2; source += 2; }
    if (count & 1) *target = *source;
}

// The last 1-15 elements of a row; the other lanes hold `fill`.
#define load_tail(p, n, fill) \
    ({ v16 tail_ = (v16)(float)(fill); copy_few((float *)&tail_, (p), (n)); tail_; })
#define store_tail(p, v, n) ({ v16 tail_ = (v); copy_few((p), (float *)&tail_, (n)); })

#define sum_lanes(v) \
    ({ v16 lanes_ = (v); \
       v8 eight_ = lanes_.lo + lanes_.hi; \
       v4 four_ = eight_.lo + eight_.hi; \
       (four_.x + four_.z) + (four_.y + four_.w); })

#define vmax(a, b) __builtin_elementwise_max(a, b)

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2; exp(r) by a degree-6 polynomial fitted for relative error
// (3e-9, so rounding dominates: at most 2 units in the last place in all). Inputs are clamped to [-87.3, 88.3], where
// 2^n is a normal number; by comparisons, which keep NaN where max and min would drop it. Adding 1.5 * 2^23 rounds to
// an integer in the low bits of the mantissa. ln 2 comes in two parts, the first exact in few bits.
#define vexp(argument) \
    ({ v16 x_ = (argument); \
       x_ = x_ < (v16)-87.3f ? (v16)-87.3f : x_; \
       x_ = x_ > (v16)88.3f ? (v16)88.3f : x_; \
       v16 shifted_ = x_ * 1.44269504088896341f + 12582912.0f; \
       v16 n_ = shifted_ - 12582912.0f; \
       v16 r_ = x_ - n_ * 0.693359375f; \
       r_ = r_ + n_ * 2.12194440e-4f; \
       v16 poly_ = 0.001381459878757596f; \
       poly_ = poly_ * r_ + 0.008368716575205326f; \
       poly_ = poly_ * r_ + 0.04166838899254799f; \
       poly_ = poly_ * r_ + 0.1666652113199234f; \
       poly_ = poly_ * r_ + 0.4999999403953552f; \
       poly_ = poly_ * (r_ * r_) + r_ + 1.0f; \
       i16 bits_; \
       memcpy(&bits_, &shifted_, sizeof bits_); \
       i16 exponent_ = (bits_ - 0x4B400000 + 127) << 23; \
       v16 power_; \
       memcpy(&power_, &exponent_, sizeof power_); \
       poly_ * power_; })
#endif
