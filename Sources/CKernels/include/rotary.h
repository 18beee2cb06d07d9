#ifndef CKERNELS_ROTARY_H
#define CKERNELS_ROTARY_H
#include <stddef.h>

/// One row of `heads` heads of 2 * half floats each, turned pair by pair: y = beta * y + R x, where R takes
/// (x[i], x[i + half]) to (c x[i] - s x[i + half], c x[i + half] + s x[i]). `cosines` and `sines` hold `half` floats;
/// direction 1 turns forwards, -1 back.
void kernel_rotate(
    ptrdiff_t heads, ptrdiff_t half, const float *x, const float *cosines, const float *sines, float direction,
    float beta, float *y);
#endif
