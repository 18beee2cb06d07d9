#ifndef CKERNELS_OPTIMIZER_H
#define CKERNELS_OPTIMIZER_H
#include <stddef.h>

/// One AdamW step (Loshchilov & Hutter 2019, algorithm 2, in PyTorch's order of operations):
///   p -= rate * decay * p;  m += (1 - beta1)(g - m);  v = beta2 v + (1 - beta2) g^2
///   p -= step_size * m / (sqrt(v) * inverse_root_correction2 + epsilon)
/// with step_size = rate / (1 - beta1^t) and inverse_root_correction2 = 1 / sqrt(1 - beta2^t).
/// `gradient_scale` multiplies g first (clipping).
void kernel_adamw(
    ptrdiff_t count, float *p, const float *g, float *m, float *v, float rate_times_decay, float step_size,
    float beta1, float beta2, float inverse_root_correction2, float epsilon, float gradient_scale);
#endif
