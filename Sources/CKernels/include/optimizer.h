#ifndef CKERNELS_OPTIMIZER_H
#define CKERNELS_OPTIMIZER_H
#include <stddef.h>
#include <stdint.h>

/// One AdamW step (Loshchilov & Hutter 2019, algorithm 2, in PyTorch's order of operations):
///   p -= rate * decay * p;  m += (1 - beta1)(g - m);  v = beta2 v + (1 - beta2) g^2
///   p -= step_size * m / (sqrt(v) * inverse_root_correction2 + epsilon)
/// with step_size = rate / (1 - beta1^t) and inverse_root_correction2 = 1 / sqrt(1 - beta2^t).
/// `gradient_scale` multiplies g first (clipping).
void kernel_adamw(
    ptrdiff_t count, float *p, const float *g, float *m, float *v, float rate_times_decay, float step_size,
    float beta1, float beta2, float inverse_root_correction2, float epsilon, float gradient_scale);

/// The same with moments in bf16, rounded up or down at random in proportion to what is cut off: to the nearest, v would stand still, since
/// a step changes it by less than half a unit in its last place. The random bits are a hash of `seed` and of `first` + index.
void kernel_adamw_bf16(
    ptrdiff_t count, float *p, const float *g, uint16_t *m, uint16_t *v, float rate_times_decay, float step_size,
    float beta1, float beta2, float inverse_root_correction2, float epsilon, float gradient_scale, uint32_t seed,
    uint32_t first);

/// p -= rate * (p - start): decoupled decay towards other values than zero.
void kernel_decay_towards(ptrdiff_t count, float *p, const float *start, float rate);
#endif
