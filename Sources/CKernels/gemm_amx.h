// Blocks of the bf16 product on the processor's matrix unit (AMX): sums of 32 x 32 in four tile registers.
#ifndef CKERNELS_GEMM_AMX_H
#define CKERNELS_GEMM_AMX_H
#if defined(__x86_64__)
#include <stdint.h>

#include "gemm_bf16.h"

// Rows of a and columns of b in a panel: two tiles of sixteen.
#define AMX_SIDE 32
// Depths of one tile. Panels are padded to it with zeros.
#define AMX_DEPTH 32

/// Rows first_row ..< first_row + rows and depths first_depth ..< first_depth + depth of op(a), in panels of AMX_SIDE
/// rows: for every AMX_DEPTH depths the rows one after the other.
void pack_left_amx(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth, uint32_t *out);

/// c = alpha * a b + beta * c for a packed block of each: a by pack_left_amx, b by pack_right_bf16, both padded to whole
/// tiles of depths.
void block_product_amx(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth, const uint32_t *a, const uint32_t *b, float alpha, float beta,
    float *c, ptrdiff_t c_stride);

/// Puts the calling thread's tile registers in order; they have to be released before anything else is computed for
/// long.
void begin_amx(void);
void end_amx(void);
#endif
#endif
