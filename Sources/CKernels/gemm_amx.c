// The bf16 product on AMX. Each instruction multiplies 16 rows of 32 depths with 16 columns, so that a thread multiplies
// several times as fast as with AVX-512, and memory is what it waits for.
#include "gemm_amx.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "pack_bf16.h"

#define AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16")))
#define LANES 16
// Words (two bf16 each) of a tile, and of one panel's part of AMX_DEPTH depths.
#define TILE_WORDS (LANES * LANES)
#define PART_WORDS (2 * TILE_WORDS)

// What LDTILECFG reads, as the processor's manual lays it out.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_a_row[16];
    uint8_t rows[16];
} tile_configuration;

AMX void begin_amx(void) {
    tile_configuration configuration = {.palette = 1};
    for (int i = 0; i < 8; i++) configuration.bytes_a_row[i] = 64, configuration.rows[i] = LANES;
    _tile_loadconfig(&configuration);
}

AMX void end_amx(void) { _tile_release(); }

AMX void pack_left_amx(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth,
    uint32_t *out) {
    for (ptrdiff_t row = 0; row < rows; row += AMX_SIDE)
        for (ptrdiff_t start = 0; start < depth; start += AMX_DEPTH)
            for (int half = 0; half < 2; half++, out += TILE_WORDS)
                pack_tile_bf16(
                    a, first_row + row + half * LANES, rows - row - half * LANES, first_depth + start, depth - start,
                    out);
}

// c = alpha * sums + beta * c for the rows and columns that exist.
AMX static void write_sums(
    const float *sums, ptrdiff_t rows, ptrdiff_t columns, float alpha, float beta, float *c, ptrdiff_t c_stride) {
    const __m512 scale = _mm512_set1_ps(alpha), keep = _mm512_set1_ps(beta);
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t first = 0; first < columns; first += LANES) {
            const __mmask16 lanes = columns - first >= LANES ? (__mmask16)~0 : (__mmask16)((1u << (columns - first)) - 1);
            float *target = c + r * c_stride + first;
            __m512 value = _mm512_mul_ps(scale, _mm512_load_ps(sums + r * AMX_SIDE + first));
            if (beta != 0) value = _mm512_fmadd_ps(keep, _mm512_maskz_loadu_ps(lanes, target), value);
            _mm512_mask_storeu_ps(target, lanes, value);
        }
}

// The sums of one pair of panels in tiles 0 to 3, added to what they hold.
AMX static inline __attribute__((always_inline)) void multiply_panels(
    ptrdiff_t parts, const uint32_t *a, const uint32_t *b) {
    for (ptrdiff_t p = 0; p < parts; p++, a += PART_WORDS, b += PART_WORDS) {
        _tile_loadd(4, a, 64);
        _tile_loadd(6, b, 128);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, b + LANES, 128);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, a + TILE_WORDS, 64);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
}

AMX void block_product_amx(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth, const uint32_t *a, const uint32_t *b, float alpha, float beta,
    float *c, ptrdiff_t c_stride) {
    _Alignas(64) float sums[AMX_SIDE * AMX_SIDE];
    const ptrdiff_t parts = (depth + AMX_DEPTH - 1) / AMX_DEPTH;
    for (ptrdiff_t i = 0; i < rows; i += AMX_SIDE, a += PART_WORDS * parts) {
        const uint32_t *panel = b;
        for (ptrdiff_t j = 0; j < columns; j += AMX_SIDE, panel += PART_WORDS * parts) {
            float *target = c + i * c_stride + j;
            // Whole tiles that are added to c, or take its place, need no way round.
            const int whole = rows - i >= AMX_SIDE && columns - j >= AMX_SIDE && alpha == 1 && (beta == 0 || beta == 1);
            float *corner = whole ? target : sums;
            const ptrdiff_t stride = whole ? c_stride : AMX_SIDE;
            if (whole && beta == 1) {
                _tile_loadd(0, corner, stride * 4);
                _tile_loadd(1, corner + LANES, stride * 4);
                _tile_loadd(2, corner + LANES * stride, stride * 4);
                _tile_loadd(3, corner + LANES * stride + LANES, stride * 4);
            } else {
                _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
            }
            multiply_panels(parts, a, panel);
            _tile_stored(0, corner, stride * 4);
            _tile_stored(1, corner + LANES, stride * 4);
            _tile_stored(2, corner + LANES * stride, stride * 4);
            _tile_stored(3, corner + LANES * stride + LANES, stride * 4);
            if (whole) continue;
            write_sums(
                sums, rows - i < AMX_SIDE ? rows - i : AMX_SIDE, columns - j < AMX_SIDE ? columns - j : AMX_SIDE, alpha,
                beta, target, c_stride);
        }
    }
}
#endif
