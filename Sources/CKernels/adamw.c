#include <math.h>

#include "bf16.h"
#include "optimizer.h"
#include "vector.h"

VECTOR_KERNEL(
    void, kernel_adamw,
    (ptrdiff_t count, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
    float rate_times_decay, float step_size, float beta1, float beta2, float inverse_root_correction2,
    float epsilon, float gradient_scale),
    (count, p, g, m, v, rate_times_decay, step_size, beta1, beta2, inverse_root_correction2, epsilon,
    gradient_scale)) {
    for (ptrdiff_t i = 0; i < count; i++) {
        float gradient = g[i] * gradient_scale;
        float first = m[i] + (1 - beta1) * (gradient - m[i]);
        float second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
        m[i] = first;
        v[i] = second;
        float decayed = p[i] - rate_times_decay * p[i];
        float root = __builtin_elementwise_sqrt(second);
        p[i] = decayed - step_size * first / (root * inverse_root_correction2 + epsilon);
    }
}

VECTOR_KERNEL(
    void, kernel_decay_towards, (ptrdiff_t count, float *restrict p, const float *restrict start, float rate),
    (count, p, start, rate)) {
    for (ptrdiff_t i = 0; i < count; i++) p[i] -= rate * (p[i] - start[i]);
}

INLINE uint16_t cut(float value, uint32_t random) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    // NaN and infinity stay what they are; a gradient is checked before it comes here.
    return (uint16_t)((bits + ((bits & 0x7F800000u) == 0x7F800000u ? 0 : random & 0xFFFFu)) >> 16);
}

// The finisher of MurmurHash3, a bijection that spreads every bit of its argument over all of the result.
INLINE uint32_t spread(uint32_t x) {
    x = (x ^ x >> 16) * 0x85EBCA6Bu;
    x = (x ^ x >> 13) * 0xC2B2AE35u;
    return x ^ x >> 16;
}

VECTOR_KERNEL(
    void, kernel_adamw_bf16,
    (ptrdiff_t count, float *restrict p, const float *restrict g, uint16_t *restrict m, uint16_t *restrict v,
    float rate_times_decay, float step_size, float beta1, float beta2, float inverse_root_correction2,
    float epsilon, float gradient_scale, uint32_t seed, uint32_t first),
    (count, p, g, m, v, rate_times_decay, step_size, beta1, beta2, inverse_root_correction2, epsilon,
    gradient_scale, seed, first)) {
    for (ptrdiff_t i = 0; i < count; i++) {
        float gradient = g[i] * gradient_scale;
        float old = from_bf16(m[i]);
        float first_moment = old + (1 - beta1) * (gradient - old);
        float second_moment = beta2 * from_bf16(v[i]) + (1 - beta2) * gradient * gradient;
        uint32_t random = spread((first + (uint32_t)i) ^ seed);
        m[i] = cut(first_moment, random);
        v[i] = cut(second_moment, random >> 16);
        float decayed = p[i] - rate_times_decay * p[i];
        float root = __builtin_elementwise_sqrt(second_moment);
        p[i] = decayed - step_size * first_moment / (root * inverse_root_correction2 + epsilon);
    }
}
