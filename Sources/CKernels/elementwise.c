// Plain elementwise work: the compiler vectorises these loops for each clone.
#include "elementwise.h"

#include "vector.h"

VECTOR_KERNEL(
    void, kernel_axpby,
    (ptrdiff_t count, float alpha, const float *x, float beta, float *y),
    (count, alpha, x, beta, y)) {
    if (beta == 0) {
        for (ptrdiff_t i = 0; i < count; i++) y[i] = alpha * x[i];
    } else if (beta == 1) {
        for (ptrdiff_t i = 0; i < count; i++) y[i] += alpha * x[i];
    } else {
        for (ptrdiff_t i = 0; i < count; i++) y[i] = beta * y[i] + alpha * x[i];
    }
}

VECTOR_KERNEL(void, kernel_add, (ptrdiff_t count, const float *a, const float *b, float *out), (count, a, b, out)) {
    for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] + b[i];
}

VECTOR_KERNEL(
    void, kernel_subtract,
    (ptrdiff_t count, const float *a, const float *b, float *out),
    (count, a, b, out)) {
    for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] - b[i];
}

VECTOR_KERNEL(
    void, kernel_multiply,
    (ptrdiff_t count, const float *a, const float *b, float beta, float *out),
    (count, a, b, beta, out)) {
    if (beta == 0) {
        for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] * b[i];
    } else {
        for (ptrdiff_t i = 0; i < count; i++) out[i] = beta * out[i] + a[i] * b[i];
    }
}

VECTOR_KERNEL(
    void, kernel_broadcast_row,
    (ptrdiff_t rows, ptrdiff_t columns, const float *row, float *x, ptrdiff_t stride),
    (rows, columns, row, x, stride)) {
    for (ptrdiff_t i = 0; i < rows; i++) memcpy(x + i * stride, row, (size_t)columns * sizeof(float));
}

VECTOR_KERNEL(
    void, kernel_add_row,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *row, float *y, ptrdiff_t stride),
    (rows, columns, x, row, y, stride)) {
    for (ptrdiff_t i = 0; i < rows; i++) {
        const float *source = x + i * stride;
        float *target = y + i * stride;
        if (row) for (ptrdiff_t j = 0; j < columns; j++) target[j] = source[j] + row[j];
        else memcpy(target, source, (size_t)columns * sizeof(float));
    }
}

// Eight rows at a time: the running sums are read and written once for eight reads of x.
VECTOR_KERNEL(
    void, kernel_column_sums,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t stride, float beta, float *restrict sums),
    (rows, columns, x, stride, beta, sums)) {
    if (beta == 0) memset(sums, 0, (size_t)columns * sizeof(float));
    else if (beta != 1) for (ptrdiff_t j = 0; j < columns; j++) sums[j] *= beta;
    ptrdiff_t i = 0;
    for (; i + 8 <= rows; i += 8) {
        const float *r = x + i * stride;
        for (ptrdiff_t j = 0; j < columns; j++) {
            sums[j] += ((r[j] + r[j + stride]) + (r[j + 2 * stride] + r[j + 3 * stride]))
                + ((r[j + 4 * stride] + r[j + 5 * stride]) + (r[j + 6 * stride] + r[j + 7 * stride]));
        }
    }
    for (; i < rows; i++) {
        const float *r = x + i * stride;
        for (ptrdiff_t j = 0; j < columns; j++) sums[j] += r[j];
    }
}
