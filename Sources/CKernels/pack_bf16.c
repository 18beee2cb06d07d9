// Packing for the bf16 product, from fp32 (rounded on the way) or bf16, along either direction of memory.
#include "pack_bf16.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline)) BF16_KERNEL
#define LANES 16
// Pairs of depths packed across all panels before the next: few enough rows for the prefetcher to follow, enough that
// each panel is written several lines at a time.
#define PAIRS_ACROSS 4

INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// The first `count` lanes, none if negative.
INLINE uint32_t first_lanes(ptrdiff_t count) { return count <= 0 ? 0 : count >= 32 ? ~0u : (1u << count) - 1; }

INLINE const void *element(const void *pointer, ptrdiff_t index, const bool is_bf16) {
    return (const char *)pointer + index * (is_bf16 ? 2 : 4);
}

// 32 consecutive elements as bf16, zeros where `mask` says no.
INLINE __m512i load_32(const void *x, uint32_t mask, const bool is_bf16) {
    if (is_bf16) return _mm512_maskz_loadu_epi16(mask, x);
    const __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, x);
    const __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), (const float *)x + LANES);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// Sixteen elements of each of two depths, interleaved: the first depth in the lower halves of the words.
INLINE __m512i load_pairs(const void *first, const void *second, __mmask16 mask, const bool is_bf16) {
    const __m512i order = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
        16, 0);
    const __mmask16 second_mask = second ? mask : 0;
    __m512i both;
    if (is_bf16) {
        both = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_maskz_loadu_epi16(mask, first)),
            _mm256_maskz_loadu_epi16(second_mask, second), 1);
    } else {
        both = (__m512i)_mm512_cvtne2ps_pbh(
            _mm512_maskz_loadu_ps(second_mask, second), _mm512_maskz_loadu_ps(mask, first));
    }
    return _mm512_permutexvar_epi16(order, both);
}

// Rows (or columns) of the packed panels lie side by side in memory: `outer` of them, `per_panel` to a panel.
INLINE void pack_across(
    const void *x, ptrdiff_t stride, ptrdiff_t outer, ptrdiff_t depth, const ptrdiff_t per_panel,
    const ptrdiff_t groups, ptrdiff_t padded_pairs, const bool is_bf16, uint32_t *out) {
    const ptrdiff_t pairs = (depth + 1) / 2, words = groups * LANES;
    for (ptrdiff_t start = 0; start < pairs; start += PAIRS_ACROSS) {
        const ptrdiff_t end = smaller(start + PAIRS_ACROSS, pairs);
        uint32_t *panel = out;
        for (ptrdiff_t o = 0; o < outer; o += per_panel, panel += words * padded_pairs) {
            const uint32_t mask = first_lanes(smaller(per_panel, outer - o));
            for (ptrdiff_t pair = start; pair < end; pair++) {
                const void *first = element(x, 2 * pair * stride + o, is_bf16);
                const void *second = 2 * pair + 1 < depth ? element(first, stride, is_bf16) : NULL;
                for (ptrdiff_t g = 0; g < groups; g++) {
                    const void *next = second ? element(second, g * LANES, is_bf16) : NULL;
                    _mm512_store_si512(
                        panel + pair * words + g * LANES,
                        load_pairs(
                            element(first, g * LANES, is_bf16), next, (__mmask16)(mask >> (g * LANES)), is_bf16));
                }
            }
        }
    }
}

// words[i] lane j becomes words[j] lane i: 4 x 4 blocks within the quarters of registers, then the quarters.
INLINE void transpose_words(__m512i words[LANES]) {
    __m512i t[LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i += 4) {
        const __m512i low01 = _mm512_unpacklo_epi32(words[i], words[i + 1]);
        const __m512i low23 = _mm512_unpacklo_epi32(words[i + 2], words[i + 3]);
        const __m512i high01 = _mm512_unpackhi_epi32(words[i], words[i + 1]);
        const __m512i high23 = _mm512_unpackhi_epi32(words[i + 2], words[i + 3]);
        t[i] = _mm512_unpacklo_epi64(low01, low23);
        t[i + 1] = _mm512_unpackhi_epi64(low01, low23);
        t[i + 2] = _mm512_unpacklo_epi64(high01, high23);
        t[i + 3] = _mm512_unpackhi_epi64(high01, high23);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        const __m512i even0 = _mm512_shuffle_i32x4(t[i], t[i + 4], 0x88);
        const __m512i odd0 = _mm512_shuffle_i32x4(t[i], t[i + 4], 0xDD);
        const __m512i even8 = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0x88);
        const __m512i odd8 = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0xDD);
        words[i] = _mm512_shuffle_i32x4(even0, even8, 0x88);
        words[i + 4] = _mm512_shuffle_i32x4(odd0, odd8, 0x88);
        words[i + 8] = _mm512_shuffle_i32x4(even0, even8, 0xDD);
        words[i + 12] = _mm512_shuffle_i32x4(odd0, odd8, 0xDD);
    }
}

// Depths lie side by side in memory. Sixteen rows at a time: more would outnumber the prefetcher's streams.
INLINE void pack_along(
    const void *x, ptrdiff_t stride, ptrdiff_t outer, ptrdiff_t depth, const ptrdiff_t per_panel,
    const ptrdiff_t groups, ptrdiff_t padded_pairs, const bool is_bf16, uint32_t *out) {
    const ptrdiff_t pairs = (depth + 1) / 2, words = groups * LANES;
    for (ptrdiff_t o = 0; o < outer; o += per_panel, out += words * padded_pairs)
        for (ptrdiff_t g = 0; g < groups; g++) {
            const ptrdiff_t first = o + g * LANES;
            const ptrdiff_t rows = smaller(smaller(LANES, per_panel - g * LANES), outer - first);
            for (ptrdiff_t start = 0; start < pairs; start += LANES) {
                const uint32_t mask = first_lanes(depth - 2 * start);
                __m512i block[LANES];
#pragma clang loop unroll(full)
                for (int i = 0; i < LANES; i++) {
                    // Rows beyond the edge: any address, no lanes.
                    const ptrdiff_t row = i < rows ? first + i : o;
                    block[i] = load_32(element(x, row * stride + 2 * start, is_bf16), i < rows ? mask : 0, is_bf16);
                }
                transpose_words(block);
                uint32_t *target = out + start * words + g * LANES;
                if (pairs - start >= LANES) {
#pragma clang loop unroll(full)
                    for (int i = 0; i < LANES; i++) _mm512_store_si512(target + i * words, block[i]);
                } else {
#pragma clang loop unroll(full)
                    for (int i = 0; i < LANES; i++)
                        if (i < pairs - start) _mm512_store_si512(target + i * words, block[i]);
                }
            }
        }
}

// `across`: the panels' rows or columns lie side by side in memory.
INLINE void pack(
    kernel_bf16_operand x, bool across, ptrdiff_t first, ptrdiff_t outer, ptrdiff_t first_depth, ptrdiff_t depth,
    const ptrdiff_t per_panel, const ptrdiff_t groups, ptrdiff_t padded_pairs, uint32_t *out) {
    const ptrdiff_t index = across ? first_depth * x.stride + first : first * x.stride + first_depth;
    const void *start = element(x.pointer, index, x.is_bf16);
    if (across && x.is_bf16) pack_across(start, x.stride, outer, depth, per_panel, groups, padded_pairs, true, out);
    else if (across) pack_across(start, x.stride, outer, depth, per_panel, groups, padded_pairs, false, out);
    else if (x.is_bf16) pack_along(start, x.stride, outer, depth, per_panel, groups, padded_pairs, true, out);
    else pack_along(start, x.stride, outer, depth, per_panel, groups, padded_pairs, false, out);
}

BF16_KERNEL void pack_left_bf16(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth,
    uint32_t *out) {
    pack(a, a.transposed, first_row, rows, first_depth, depth, TILE_ROWS, PANEL_ROWS / LANES, (depth + 1) / 2, out);
}

BF16_KERNEL void pack_right_bf16(
    kernel_bf16_operand b, ptrdiff_t first_depth, ptrdiff_t depth, ptrdiff_t first_column, ptrdiff_t columns,
    ptrdiff_t padded_depth, uint32_t *out) {
    const ptrdiff_t pairs = (depth + 1) / 2, padded = (padded_depth + 1) / 2;
    pack(b, !b.transposed, first_column, columns, first_depth, depth, TILE_COLUMNS, TILE_COLUMNS / LANES, padded, out);
    for (ptrdiff_t j = 0; padded > pairs && j < columns; j += TILE_COLUMNS, out += TILE_COLUMNS * padded)
        for (ptrdiff_t i = TILE_COLUMNS * pairs; i < TILE_COLUMNS * padded; i += LANES)
            _mm512_store_si512(out + i, _mm512_setzero_si512());
}

BF16_KERNEL void pack_tile_bf16(
    kernel_bf16_operand a, ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_depth, ptrdiff_t depth,
    uint32_t *out) {
    __m512i block[LANES];
    if (a.transposed) {
        const __mmask16 mask = (__mmask16)first_lanes(rows < LANES ? rows : LANES);
        for (int i = 0; i < LANES; i++) {
            const ptrdiff_t left = depth - 2 * i;
            const void *first = element(a.pointer, (first_depth + 2 * i) * a.stride + first_row, a.is_bf16);
            const void *second = left > 1 ? element(first, a.stride, a.is_bf16) : NULL;
            block[i] = left <= 0 ? _mm512_setzero_si512()
                : a.is_bf16      ? load_pairs(first, second, mask, true)
                                 : load_pairs(first, second, mask, false);
        }
        transpose_words(block);
    } else {
        const uint32_t mask = first_lanes(depth);
        for (int i = 0; i < LANES; i++) {
            const void *start = element(a.pointer, (first_row + i) * a.stride + first_depth, a.is_bf16);
            block[i] = i >= rows ? _mm512_setzero_si512()
                : a.is_bf16      ? load_32(start, mask, true)
                                 : load_32(start, mask, false);
        }
    }
    for (int i = 0; i < LANES; i++) _mm512_store_si512(out + i * LANES, block[i]);
}
#endif
