#include <math.h>

#include "optimizer.h"
#include "vector.h"

VECTOR_KERNEL void kernel_adamw(
    ptrdiff_t count, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
    float rate_times_decay, float step_size, float beta1, float beta2, float inverse_root_correction2, float epsilon,
    float gradient_scale) {
    for (ptrdiff_t i = 0; i < count; i++) {
        float gradient = g[i] * gradient_scale;
        float first = m[i] + (1 - beta1) * (gradient - m[i]);
        float second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
        m[i] = first;
        v[i] = second;
        float decayed = p[i] - rate_times_decay * p[i];
        p[i] = decayed - step_size * first / (sqrtf(second) * inverse_root_correction2 + epsilon);
    }
}
