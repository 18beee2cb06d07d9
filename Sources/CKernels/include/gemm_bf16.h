#ifndef CKERNELS_GEMM_BF16_H
#define CKERNELS_GEMM_BF16_H
#include <stdbool.h>
#include <stddef.h>

/// A row-major matrix as it lies in memory, `stride` elements between rows: floats, or bf16 (uint16_t) where `is_bf16`.
/// Where `transposed`, the product takes its transpose. Nothing need be aligned.
typedef struct {
    const void *pointer;
    ptrdiff_t stride;
    bool transposed;
    bool is_bf16;
} kernel_bf16_operand;

/// c = alpha * op(a) op(b) + beta * c, with op(a) [m, k], op(b) [k, n] and c [m, n], on the calling thread.
///
/// Floats of a and b are rounded to bf16 (nearest even); products are exact and summed in single precision. The
/// processor's instruction takes subnormal operands and sums for zero. beta = 0 never reads c.
/// scratch: kernel_gemm_bf16_scratch(m, n, k) floats. Below KERNEL_LEVEL_V4_BF16 it is
/// computed by plain loops, slowly.
void kernel_gemm_bf16(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, kernel_bf16_operand a, kernel_bf16_operand b, float beta,
    float *c, ptrdiff_t c_stride, float *scratch);

/// At most 620 thousand floats (2.4 MiB), however large the matrices.
ptrdiff_t kernel_gemm_bf16_scratch(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k);

/// The same product by plain loops, on any processor; the reference for tests.
void kernel_gemm_bf16_portable(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, kernel_bf16_operand a, kernel_bf16_operand b, float beta,
    float *c, ptrdiff_t c_stride);
#endif
