// Packed bf16 operands: panels of at most LANES * groups rows or columns, for every pair of depths one 32-bit word
// (two bf16) a row or column, zeros beyond the edges. That is the order in which the tiles of the product read.
#ifndef CKERNELS_PACK_BF16_H
#define CKERNELS_PACK_BF16_H
#if defined(__x86_64__)
#include <stdint.h>

#include "gemm_bf16.h"

// A panel of the left operand: TILE_ROWS rows, in PANEL_ROWS words a pair (whole registers, the last two words zero).
#define TILE_ROWS 14
#define PANEL_ROWS 16
// A panel of the right operand: two registers of columns.
#define TILE_COLUMNS 32

#define BF16_KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

/// Rows first_row ..< first_row + rows and depths first_depth ..< first_depth + depth of op(a).
void pack_left_bf16(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth, uint32_t *out);
/// Depths first_depth ..< first_depth + depth and columns first_column ..< first_column + columns of op(b), with zeros up
/// to `padded_depth` in each panel.
void pack_right_bf16(
    kernel_bf16_operand b, ptrdiff_t first_depth, ptrdiff_t depth, ptrdiff_t first_column, ptrdiff_t columns,
    ptrdiff_t padded_depth, uint32_t *out);
/// Sixteen rows of op(a) one after the other, of each 32 depths, of which `rows` and `depth` exist; the others are zero.
void pack_tile_bf16(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth, uint32_t *out);
#endif
#endif
