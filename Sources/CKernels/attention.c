// Causal attention of one head over one sequence. Products are formed a few rows at a time in registers and stop at
// the diagonal, which a general matrix product cannot: half the work, and rows stay in the first-level cache.
#include "attention.h"

#include "rows.h"

#define TILE (2 * LANES)
#define ROUND_UP(n, unit) (((n) + (unit) - 1) / (unit) * (unit))
// Bytes between rows of the [length, length] blocks avoid powers of two, which would share cache sets.
#define BLOCK_STRIDE(n) (ROUND_UP(n, TILE) + LANES)

// c[r][0 ..< 16 W] = beta c + sum over k of a[r * a_row + k * a_depth] * b[k * b_stride ...], for R rows.
// R and W are constants where this is inlined, so `sums` lives in registers.
INLINE void block_product(
    const int R, const int W, ptrdiff_t depth, const float *a, ptrdiff_t a_row, ptrdiff_t a_depth, const float *b,
    ptrdiff_t b_stride, float beta, float *c, ptrdiff_t c_stride) {
    v16 sums[8][2];
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++)
#pragma clang loop unroll(full)
        for (int w = 0; w < W; w++) sums[r][w] = 0;
    for (ptrdiff_t k = 0; k < depth; k++, a += a_depth, b += b_stride) {
        v16 right[2];
#pragma clang loop unroll(full)
        for (int w = 0; w < W; w++) right[w] = load(b + w * LANES);
#pragma clang loop unroll(full)
        for (int r = 0; r < R; r++) {
            const float left = a[r * a_row];
#pragma clang loop unroll(full)
            for (int w = 0; w < W; w++) sums[r][w] += left * right[w];
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++)
#pragma clang loop unroll(full)
        for (int w = 0; w < W; w++) {
            float *target = c + r * c_stride + w * LANES;
            store(target, beta == 0 ? sums[r][w] : beta * load(target) + sums[r][w]);
        }
}

// The same over `columns` (a multiple of 16), two registers at a time.
INLINE void rows_product(
    const int R, ptrdiff_t columns, ptrdiff_t depth, const float *a, ptrdiff_t a_row, ptrdiff_t a_depth,
    const float *b, ptrdiff_t b_stride, float beta, float *c, ptrdiff_t c_stride) {
    ptrdiff_t j = 0;
    for (; j + TILE <= columns; j += TILE)
        block_product(R, 2, depth, a, a_row, a_depth, b + j, b_stride, beta, c + j, c_stride);
    if (j < columns) block_product(R, 1, depth, a, a_row, a_depth, b + j, b_stride, beta, c + j, c_stride);
}

// Any number of rows up to 8.
INLINE void some_rows_product(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth, const float *a, ptrdiff_t a_row, ptrdiff_t a_depth,
    const float *b, ptrdiff_t b_stride, float beta, float *c, ptrdiff_t c_stride) {
    if (rows == 8) {
        rows_product(8, columns, depth, a, a_row, a_depth, b, b_stride, beta, c, c_stride);
        return;
    }
    if (rows & 4) {
        rows_product(4, columns, depth, a, a_row, a_depth, b, b_stride, beta, c, c_stride);
        a += 4 * a_row;
        c += 4 * c_stride;
    }
    if (rows & 2) {
        rows_product(2, columns, depth, a, a_row, a_depth, b, b_stride, beta, c, c_stride);
        a += 2 * a_row;
        c += 2 * c_stride;
    }
    if (rows & 1) rows_product(1, columns, depth, a, a_row, a_depth, b, b_stride, beta, c, c_stride);
}

// out[c][j] = x[j][c], with zeros from `length` to `padded`.
INLINE void transpose(
    ptrdiff_t length, ptrdiff_t width, const float *x, ptrdiff_t stride, float *out, ptrdiff_t padded) {
    for (ptrdiff_t c = 0; c < width; c++) {
        for (ptrdiff_t j = 0; j < length; j++) out[c * padded + j] = x[j * stride + c];
        for (ptrdiff_t j = length; j < padded; j++) out[c * padded + j] = 0;
    }
}

// Softmax of alpha * row over its first `own` elements, zeros up to `seen` (a multiple of 16 is written); alpha > 0.
// Rows have room to the next multiple of 16, so that the last register is masked, not cut. Returns the sum.
INLINE float softmax_row(ptrdiff_t own, ptrdiff_t seen, float alpha, float *row, float *largest) {
    const i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const ptrdiff_t last = (own - 1) / LANES * LANES;
    const i16 inside = lane < (i16)(int32_t)(own - last);
    v16 most = inside ? load(row + last) : (v16)-INFINITY;
    for (ptrdiff_t j = 0; j < last; j += LANES) most = vmax(most, load(row + j));
    const float shift = alpha * __builtin_reduce_max(most);
    v16 tail = vexp(alpha * load(row + last) - shift);
    tail = inside ? tail : (v16)0;
    v16 sums = tail;
    for (ptrdiff_t j = 0; j < last; j += LANES) {
        v16 e = vexp(alpha * load(row + j) - shift);
        store(row + j, e);
        sums += e;
    }
    const float sum = sum_lanes(sums), inverse = 1 / sum;
    for (ptrdiff_t j = 0; j < last; j += LANES) store(row + j, inverse * load(row + j));
    store(row + last, inverse * tail);
    for (ptrdiff_t j = last + LANES; j < seen; j += LANES) store(row + j, (v16)0);
    *largest = shift;
    return sum;
}

ptrdiff_t kernel_attention_scratch(ptrdiff_t length, ptrdiff_t width) {
    return (width + 8) * BLOCK_STRIDE(length);
}

VECTOR_KERNEL(
    void, kernel_attention,
    (ptrdiff_t length, ptrdiff_t width, const float *q, ptrdiff_t q_stride, const float *k, const float *v,
    ptrdiff_t kv_stride, float alpha, float *y, ptrdiff_t y_stride, float *log_sums, float *scratch),
    (length, width, q, q_stride, k, v, kv_stride, alpha, y, y_stride, log_sums, scratch)) {
    const ptrdiff_t padded = BLOCK_STRIDE(length);
    float *scores = scratch, *keys = scratch + 8 * padded;
    transpose(length, width, k, kv_stride, keys, padded);
    for (ptrdiff_t first = 0; first < length; first += 8) {
        const ptrdiff_t rows = length - first < 8 ? length - first : 8, seen = first + rows;
        some_rows_product(
            rows, ROUND_UP(seen, LANES), width, q + first * q_stride, q_stride, 1, keys, padded, 0, scores, padded);
        for (ptrdiff_t r = 0; r < rows; r++) {
            float largest;
            const float sum = softmax_row(first + r + 1, seen, alpha, scores + r * padded, &largest);
            if (log_sums) log_sums[first + r] = largest + logf(sum);
        }
        some_rows_product(rows, width, seen, scores, padded, 1, v, kv_stride, 0, y + first * y_stride, y_stride);
    }
}

ptrdiff_t kernel_attention_backward_scratch(ptrdiff_t length, ptrdiff_t width) {
    return (2 * width + 2 * ROUND_UP(length, 8)) * BLOCK_STRIDE(length);
}

// dv = p^T dy;  dp = dy v^T;  ds = alpha p (dp - rowsum(dy y));  dq = ds k;  dk = ds^T q.
VECTOR_KERNEL(
    void, kernel_attention_backward,
    (ptrdiff_t length, ptrdiff_t width, const float *q, ptrdiff_t q_stride, const float *k, const float *v,
    ptrdiff_t kv_stride, float alpha, const float *y, const float *dy, ptrdiff_t y_stride, const float *log_sums,
    float beta_q, float *dq, float beta_k, float *dk, float beta_v, float *dv, float *scratch),
    (length, width, q, q_stride, k, v, kv_stride, alpha, y, dy, y_stride, log_sums, beta_q, dq, beta_k, dk, beta_v,
    dv, scratch)) {
    const ptrdiff_t padded = BLOCK_STRIDE(length);
    float *keys = scratch, *values = keys + width * padded;
    float *p = values + width * padded, *ds = p + ROUND_UP(length, 8) * padded;
    transpose(length, width, k, kv_stride, keys, padded);
    transpose(length, width, v, kv_stride, values, padded);

    for (ptrdiff_t first = 0; first < length; first += 8) {
        const ptrdiff_t rows = length - first < 8 ? length - first : 8, seen = first + rows;
        const ptrdiff_t columns = ROUND_UP(seen, LANES);
        float *p_rows = p + first * padded, *ds_rows = ds + first * padded;
        some_rows_product(rows, columns, width, q + first * q_stride, q_stride, 1, keys, padded, 0, p_rows, padded);
        some_rows_product(
            rows, columns, width, dy + first * y_stride, y_stride, 1, values, padded, 0, ds_rows, padded);
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *y_row = y + (first + r) * y_stride, *dy_row = dy + (first + r) * y_stride;
            v16 product = 0;
            for (ptrdiff_t c = 0; c < width; c += LANES) product += load(y_row + c) * load(dy_row + c);
            const float delta = sum_lanes(product), shift = log_sums[first + r];
            float *p_row = p_rows + r * padded, *ds_row = ds_rows + r * padded;
            const ptrdiff_t own = first + r + 1;
            for (ptrdiff_t j = 0; j < own; j += LANES) {
                v16 probability = vexp(alpha * load(p_row + j) - shift);
                store(p_row + j, probability);
                store(ds_row + j, alpha * probability * (load(ds_row + j) - delta));
            }
            // Beyond the diagonal, as far as the products below read this row.
            for (ptrdiff_t j = own; j < seen; j++) p_row[j] = ds_row[j] = 0;
        }
        some_rows_product(
            rows, width, seen, ds_rows, padded, 1, k, kv_stride, beta_q, dq + first * q_stride, q_stride);
    }
    for (ptrdiff_t first = 0; first < length; first += 8) {
        const ptrdiff_t rows = length - first < 8 ? length - first : 8;
        const ptrdiff_t depth = length - first, corner = first * padded + first;
        some_rows_product(
            rows, width, depth, p + corner, 1, padded, dy + first * y_stride, y_stride, beta_v,
            dv + first * kv_stride, kv_stride);
        some_rows_product(
            rows, width, depth, ds + corner, 1, padded, q + first * q_stride, q_stride, beta_k,
            dk + first * kv_stride, kv_stride);
    }
}

// The cache's numbers: floats, or bf16 where `half` is 1, a constant where this is inlined.
#define load_cached(half, rows, place) \
    ((half) ? load_bf16((const uint16_t *)(rows) + (place)) : load((const float *)(rows) + (place)))

// y[0 ..< 16 W] = sum over j of weights[j] rows[j * stride ...].
INLINE void weighted_rows(
    const int half, const int W, ptrdiff_t length, const float *weights, const void *rows, ptrdiff_t first,
    ptrdiff_t stride, float *y) {
    v16 sums[4];
#pragma clang loop unroll(full)
    for (int w = 0; w < W; w++) sums[w] = 0;
    for (ptrdiff_t j = 0; j < length; j++)
#pragma clang loop unroll(full)
        for (int w = 0; w < W; w++) sums[w] += weights[j] * load_cached(half, rows, first + j * stride + w * LANES);
#pragma clang loop unroll(full)
    for (int w = 0; w < W; w++) store(y + w * LANES, sums[w]);
}

INLINE void attention_query(
    const int half, ptrdiff_t length, ptrdiff_t width, const float *q, const void *k, const void *v, ptrdiff_t stride,
    float alpha, float *y, float *scratch) {
    ptrdiff_t j = 0;
    for (; j + 4 <= length; j += 4) {  // four keys at once: their sums do not wait for each other
        const ptrdiff_t row = j * stride;
        v16 a = 0, b = 0, c = 0, d = 0;
        for (ptrdiff_t i = 0; i < width; i += LANES) {
            v16 query = load(q + i);
            a += query * load_cached(half, k, row + i);
            b += query * load_cached(half, k, row + stride + i);
            c += query * load_cached(half, k, row + 2 * stride + i);
            d += query * load_cached(half, k, row + 3 * stride + i);
        }
        scratch[j] = sum_lanes(a);
        scratch[j + 1] = sum_lanes(b);
        scratch[j + 2] = sum_lanes(c);
        scratch[j + 3] = sum_lanes(d);
    }
    for (; j < length; j++) {
        v16 a = 0;
        for (ptrdiff_t i = 0; i < width; i += LANES) a += load(q + i) * load_cached(half, k, j * stride + i);
        scratch[j] = sum_lanes(a);
    }
    const float largest = alpha * row_max(length, scratch);
    const float sum = exponentials(length, alpha, largest, scratch, scratch);
    scale_row(length, 1 / sum, scratch);
    ptrdiff_t column = 0;
    for (; column + 4 * LANES <= width; column += 4 * LANES)
        weighted_rows(half, 4, length, scratch, v, column, stride, y + column);
    for (; column + 2 * LANES <= width; column += 2 * LANES)
        weighted_rows(half, 2, length, scratch, v, column, stride, y + column);
    for (; column < width; column += LANES) weighted_rows(half, 1, length, scratch, v, column, stride, y + column);
}

VECTOR_KERNEL(
    void, kernel_attention_query,
    (ptrdiff_t length, ptrdiff_t width, const float *q, const float *k, const float *v, ptrdiff_t stride,
    float alpha, float *y, float *scratch),
    (length, width, q, k, v, stride, alpha, y, scratch)) {
    attention_query(0, length, width, q, k, v, stride, alpha, y, scratch);
}

VECTOR_KERNEL(
    void, kernel_attention_query_bf16,
    (ptrdiff_t length, ptrdiff_t width, const float *q, const uint16_t *k, const uint16_t *v, ptrdiff_t stride,
    float alpha, float *y, float *scratch),
    (length, width, q, k, v, stride, alpha, y, scratch)) {
    attention_query(1, length, width, q, k, v, stride, alpha, y, scratch);
}
