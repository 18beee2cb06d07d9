#ifndef CKERNELS_ELEMENTWISE_H
#define CKERNELS_ELEMENTWISE_H
#include <stddef.h>

/// y = beta * y + alpha * x.
void kernel_axpby(ptrdiff_t count, float alpha, const float *x, float beta, float *y);
/// out = a + b.
void kernel_add(ptrdiff_t count, const float *a, const float *b, float *out);
/// out = a - b.
void kernel_subtract(ptrdiff_t count, const float *a, const float *b, float *out);
/// out = beta * out + a * b.
void kernel_multiply(ptrdiff_t count, const float *a, const float *b, float beta, float *out);
/// x[i, :] = row for every i; x has `stride` floats between rows.
void kernel_broadcast_row(ptrdiff_t rows, ptrdiff_t columns, const float *row, float *x, ptrdiff_t stride);
/// y[i, :] = x[i, :] + row for every i, both with `stride` floats between rows; row may be NULL (zeros).
void kernel_add_row(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *row, float *y, ptrdiff_t stride);
/// sums[j] = beta * sums[j] + sum_i x[i, j].
void kernel_column_sums(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t stride, float beta, float *sums);
/// Sum in double precision.
double kernel_sum(ptrdiff_t count, const float *x);
/// Sum of squares in double precision.
double kernel_sum_of_squares(ptrdiff_t count, const float *x);
/// sum_i a[i] * b[i], in single precision with 64 partial sums.
float kernel_dot(ptrdiff_t count, const float *a, const float *b);

/// out = exp(x); relative error at most 2 units in the last place on [-87.3, 88.3], clamped outside.
void kernel_exp(ptrdiff_t count, const float *x, float *out);
/// y = x * sigmoid(2 * sqrt(2/pi) * (x + 0.044715 x^3)), the tanh form of GELU.
void kernel_gelu(ptrdiff_t count, const float *x, float *y);
/// dx = beta * dx + dy * gelu'(x).
void kernel_gelu_backward(ptrdiff_t count, const float *x, const float *dy, float beta, float *dx);
/// y = x * (1 + erf(x / sqrt(2))) / 2, GELU as it is defined.
void kernel_gelu_exact(ptrdiff_t count, const float *x, float *y);
/// dx = beta * dx + dy * gelu'(x), of the same.
void kernel_gelu_exact_backward(ptrdiff_t count, const float *x, const float *dy, float beta, float *dx);
/// y = x * sigmoid(x).
void kernel_silu(ptrdiff_t count, const float *x, float *y);
/// dx = beta * dx + dy * silu'(x).
void kernel_silu_backward(ptrdiff_t count, const float *x, const float *dy, float beta, float *dx);
/// y = gate * sigmoid(gate) * up.
void kernel_swiglu(ptrdiff_t count, const float *gate, const float *up, float *y);
/// dgate = beta * dgate + dy * up * silu'(gate).
void kernel_swiglu_backward_gate(
    ptrdiff_t count, const float *gate, const float *up, const float *dy, float beta, float *dgate);
/// dup = beta * dup + dy * silu(gate).
void kernel_swiglu_backward_up(ptrdiff_t count, const float *gate, const float *dy, float beta, float *dup);
#endif
