#ifndef CKERNELS_CONVERT_BF16_H
#define CKERNELS_CONVERT_BF16_H
#include <stddef.h>
#include <stdint.h>

/// out = x rounded to bf16 (nearest even; overflow gives infinity, NaN stays NaN, subnormals are kept).
void kernel_to_bf16(ptrdiff_t count, const float *x, uint16_t *out);
/// out = x, exactly.
void kernel_from_bf16(ptrdiff_t count, const uint16_t *x, float *out);
#endif
