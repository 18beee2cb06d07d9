// Arrays between fp32 and bf16: the compiler vectorises these loops for each clone. Integer arithmetic at memory speed,
// the same on every processor (the instruction vcvtneps2bf16 would drop subnormals).
#include "convert_bf16.h"

#include "bf16.h"
#include "vector.h"

VECTOR_KERNEL(
    void, kernel_to_bf16,
    (ptrdiff_t count, const float *restrict x, uint16_t *restrict out),
    (count, x, out)) {
    for (ptrdiff_t i = 0; i < count; i++) out[i] = to_bf16(x[i]);
}

VECTOR_KERNEL(
    void, kernel_from_bf16,
    (ptrdiff_t count, const uint16_t *restrict x, float *restrict out),
    (count, x, out)) {
    for (ptrdiff_t i = 0; i < count; i++) out[i] = from_bf16(x[i]);
}
