// The matrix product with bf16 operands and fp32 sums, blocked in the manner of Goto & van de Geijn (2008): a panel of
// a few rows of a runs over a block of b that stays in the second-level cache, 14 x 32 sums at a time in registers.
#include "gemm_bf16.h"

#include <stdint.h>

#include "bf16.h"
#include "dispatch.h"

// The portable product takes this many columns at a time.
#define PORTABLE_COLUMNS 64

static float operand_at(kernel_bf16_operand x, ptrdiff_t row, ptrdiff_t column) {
    const ptrdiff_t index = x.transposed ? column * x.stride + row : row * x.stride + column;
    return from_bf16(x.is_bf16 ? ((const uint16_t *)x.pointer)[index] : to_bf16(((const float *)x.pointer)[index]));
}

void kernel_gemm_bf16_portable(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, kernel_bf16_operand a, kernel_bf16_operand b, float beta,
    float *c, ptrdiff_t c_stride) {
    for (ptrdiff_t i = 0; i < m; i++)
        for (ptrdiff_t first = 0; first < n; first += PORTABLE_COLUMNS) {
            const ptrdiff_t columns = n - first < PORTABLE_COLUMNS ? n - first : PORTABLE_COLUMNS;
            float sums[PORTABLE_COLUMNS] = {0}, *row = c + i * c_stride + first;
            for (ptrdiff_t p = 0; p < k; p++) {
                const float left = operand_at(a, i, p);
                for (ptrdiff_t j = 0; j < columns; j++) sums[j] += left * operand_at(b, p, first + j);
            }
            for (ptrdiff_t j = 0; j < columns; j++) row[j] = alpha * sums[j] + (beta == 0 ? 0 : beta * row[j]);
        }
}

#if defined(__x86_64__)
#include <immintrin.h>

#include "gemm_amx.h"
#include "pack_bf16.h"

#define INLINE static inline __attribute__((always_inline)) BF16_KERNEL
#define LANES 16
// Depths in one pass: longer passes read and write c less often, shorter ones leave room for more columns below.
#define MAX_DEPTH 1024
// With AMX a panel of a stays in a first-level cache of 48 KiB.
#define MAX_AMX_DEPTH 512
// Elements of b packed at a time: less than half of a second-level cache of 1 MiB.
#define RIGHT_ELEMENTS (192 * 1024)
// Elements of a packed at a time: 2 MB, out of the third-level cache. They are read in order, once a block of b.
#define LEFT_ELEMENTS (1000 * 1024)

typedef struct {
    ptrdiff_t rows, columns, depth;
} block_shape;

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

static ptrdiff_t round_up(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit * unit; }

// `length` in equal parts of at most `most`, each a multiple of `unit` (but the last).
static ptrdiff_t part(ptrdiff_t length, ptrdiff_t most, ptrdiff_t unit) {
    if (most < unit) most = unit;
    const ptrdiff_t parts = (length + most - 1) / most;
    return parts < 2 ? length : round_up((length + parts - 1) / parts, unit);
}

// A packed panel ends with whole pairs of depths, or with whole tiles of AMX.
static ptrdiff_t padded_depth(ptrdiff_t depth, bool amx) { return round_up(depth, amx ? AMX_DEPTH : 2); }

// A panel of a: how many rows, and how many words they take for a pair of depths.
typedef struct {
    ptrdiff_t rows, words;
} left_panel;

static left_panel left_panels(bool amx) {
    return amx ? (left_panel){AMX_SIDE, AMX_SIDE} : (left_panel){TILE_ROWS, PANEL_ROWS};
}

_Static_assert(AMX_SIDE == TILE_COLUMNS, "both kinds of tiles read the same panels of b");

static block_shape blocks(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool amx) {
    block_shape shape;
    shape.depth = part(k, amx ? MAX_AMX_DEPTH : MAX_DEPTH, 2 * LANES);
    const ptrdiff_t padded = shape.depth > 0 ? padded_depth(shape.depth, amx) : 2;
    const left_panel left = left_panels(amx);
    shape.columns = part(n, RIGHT_ELEMENTS / padded / TILE_COLUMNS * TILE_COLUMNS, TILE_COLUMNS);
    shape.rows = part(m, LEFT_ELEMENTS / padded / left.words * left.rows, left.rows);
    return shape;
}

static ptrdiff_t left_words(block_shape shape, bool amx) {
    const left_panel left = left_panels(amx);
    return round_up(shape.rows, left.rows) / left.rows * left.words * padded_depth(shape.depth, amx) / 2;
}

static ptrdiff_t right_words(block_shape shape, bool amx) {
    return round_up(shape.columns, TILE_COLUMNS) * padded_depth(shape.depth, amx) / 2;
}

// c[r][j] = alpha * sums[r][j] + beta * c[r][j] for R rows and 16 V columns; `edge`: only the lanes of `last` in the
// last register of a row.
INLINE void write_sums(
    const int R, const int V, const bool edge, __m512 sums[TILE_ROWS][2], float alpha, float beta, float *c,
    ptrdiff_t c_stride, __mmask16 last) {
    const __m512 scale = _mm512_set1_ps(alpha), keep = _mm512_set1_ps(beta);
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) {
            const __mmask16 lanes = edge && v == V - 1 ? last : (__mmask16)~0;
            float *target = c + r * c_stride + v * LANES;
            __m512 value = _mm512_mul_ps(scale, sums[r][v]);
            if (beta != 0) value = _mm512_fmadd_ps(keep, _mm512_maskz_loadu_ps(lanes, target), value);
            _mm512_mask_storeu_ps(target, lanes, value);
        }
}

// One tile of c: R rows and 16 V columns, of which `columns` exist, over `pairs` pairs of depths.
// R and V are constants where this is inlined, so `sums` lives in registers: 28 for sums, 2 for b, 1 for a.
INLINE void tile(
    const int R, const int V, ptrdiff_t pairs, const uint32_t *a, const uint32_t *b, float alpha, float beta,
    float *c, ptrdiff_t c_stride, ptrdiff_t columns) {
    __m512 sums[TILE_ROWS][2];
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) {
            sums[r][v] = _mm512_setzero_ps();
            _mm_prefetch((const char *)(c + r * c_stride + v * LANES), _MM_HINT_T0);
        }
    // Unrolled, the compiler would move sums from register to register.
#pragma clang loop unroll(disable)
    for (ptrdiff_t p = 0; p < pairs; p++, a += PANEL_ROWS, b += TILE_COLUMNS) {
        __m512bh right[2];
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) right[v] = (__m512bh)_mm512_load_si512(b + v * LANES);
#pragma clang loop unroll(full)
        for (int r = 0; r < R; r++) {
            const __m512bh left = (__m512bh)_mm512_set1_epi32((int)a[r]);
#pragma clang loop unroll(full)
            for (int v = 0; v < V; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], left, right[v]);
        }
    }
    if (columns == V * LANES) write_sums(R, V, false, sums, alpha, beta, c, c_stride, 0);
    else write_sums(R, V, true, sums, alpha, beta, c, c_stride, (__mmask16)((1u << (columns - (V - 1) * LANES)) - 1));
}

typedef void (*tile_function)(
    ptrdiff_t, const uint32_t *, const uint32_t *, float, float, float *, ptrdiff_t, ptrdiff_t);

#define TILE(R, V) \
    BF16_KERNEL static void tile_##R##_##V( \
        ptrdiff_t pairs, const uint32_t *a, const uint32_t *b, float alpha, float beta, float *c, \
        ptrdiff_t c_stride, ptrdiff_t columns) { \
        tile(R, V, pairs, a, b, alpha, beta, c, c_stride, columns); \
    }
#define TILES(R) TILE(R, 1) TILE(R, 2)
#define BOTH(R) {tile_##R##_1, tile_##R##_2}
TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6) TILES(7)
TILES(8) TILES(9) TILES(10) TILES(11) TILES(12) TILES(13) TILES(14)
static const tile_function tiles[TILE_ROWS][2] = {
    BOTH(1), BOTH(2), BOTH(3),  BOTH(4),  BOTH(5),  BOTH(6),  BOTH(7),
    BOTH(8), BOTH(9), BOTH(10), BOTH(11), BOTH(12), BOTH(13), BOTH(14),
};

// One packed block of a with one of b.
static void block_product(
    block_shape shape, const uint32_t *a, const uint32_t *b, float alpha, float beta, float *c, ptrdiff_t c_stride) {
    const ptrdiff_t pairs = (shape.depth + 1) / 2;
    for (ptrdiff_t i = 0; i < shape.rows; i += TILE_ROWS, a += PANEL_ROWS * pairs) {
        const ptrdiff_t rows = smaller(TILE_ROWS, shape.rows - i);
        const uint32_t *panel = b;
        for (ptrdiff_t j = 0; j < shape.columns; j += TILE_COLUMNS, panel += TILE_COLUMNS * pairs) {
            const ptrdiff_t columns = smaller(TILE_COLUMNS, shape.columns - j);
            tiles[rows - 1][columns > LANES](
                pairs, a, panel, alpha, beta, c + i * c_stride + j, c_stride, columns);
        }
    }
}

static void blocked_product(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, kernel_bf16_operand a, kernel_bf16_operand b, float beta,
    float *c, ptrdiff_t c_stride, float *scratch, const bool amx) {
    const block_shape most = blocks(m, n, k, amx);
    uint32_t *right = (uint32_t *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63), *left = right + right_words(most, amx);
    if (amx) begin_amx();
    for (ptrdiff_t i = 0; i < m; i += most.rows)
        for (ptrdiff_t p = 0; p < k; p += most.depth) {
            block_shape shape = {smaller(most.rows, m - i), 0, smaller(most.depth, k - p)};
            if (amx) pack_left_amx(a, i, shape.rows, p, shape.depth, left);
            else pack_left_bf16(a, i, shape.rows, p, shape.depth, left);
            for (ptrdiff_t j = 0; j < n; j += most.columns) {
                shape.columns = smaller(most.columns, n - j);
                float *corner = c + i * c_stride + j;
                const float keep = p == 0 ? beta : 1;
                pack_right_bf16(b, p, shape.depth, j, shape.columns, padded_depth(shape.depth, amx), right);
                if (amx) {
                    block_product_amx(
                        shape.rows, shape.columns, shape.depth, left, right, alpha, keep, corner, c_stride);
                } else {
                    block_product(shape, left, right, alpha, keep, corner, c_stride);
                }
            }
        }
    if (amx) end_amx();
}

ptrdiff_t kernel_gemm_bf16_scratch(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k) {
    const bool amx = current_level() >= KERNEL_LEVEL_V4_AMX;
    const block_shape most = blocks(m, n, k, amx);
    return left_words(most, amx) + right_words(most, amx) + LANES;
}
#else
ptrdiff_t kernel_gemm_bf16_scratch(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k) {
    (void)m, (void)n, (void)k;
    return 1;
}
#endif

void kernel_gemm_bf16(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha, kernel_bf16_operand a, kernel_bf16_operand b, float beta,
    float *c, ptrdiff_t c_stride, float *scratch) {
    (void)scratch;
#if defined(__x86_64__)
    const kernel_level level = current_level();
    if (k > 0 && level >= KERNEL_LEVEL_V4_BF16) {
        blocked_product(m, n, k, alpha, a, b, beta, c, c_stride, scratch, level >= KERNEL_LEVEL_V4_AMX);
        return;
    }
#endif
    kernel_gemm_bf16_portable(m, n, k, alpha, a, b, beta, c, c_stride);
}
