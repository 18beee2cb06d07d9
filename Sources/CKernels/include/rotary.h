#ifndef CKERNELS_ROTARY_H
#define CKERNELS_ROTARY_H
#include <stddef.h>

/// One row of `heads` heads of `width` floats each, whose first 2 * half are turned pair by pair: y = beta * y + R x,
/// where R takes (x[i], x[i + half]) to (c x[i] - s x[i + half], c x[i + half] + s x[i]) and leaves the rest as it is.
/// The heads are `x_stride` and `y_stride` floats apart. `cosines` and `sines` hold `half` floats; direction 1 turns
/// forwards, -1 back.
void kernel_rotate(
    ptrdiff_t heads, ptrdiff_t width, ptrdiff_t half, const float *x, ptrdiff_t x_stride, const float *cosines,
    const float *sines, float direction, float beta, float *y, ptrdiff_t y_stride);
#endif
