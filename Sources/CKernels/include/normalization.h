#ifndef CKERNELS_NORMALIZATION_H
#define CKERNELS_NORMALIZATION_H
#include <stddef.h>

/// y = (x - mean) / sqrt(variance + epsilon) * gain + bias for every row of `columns` floats.
/// `means` and `inverse_deviations` (one a row) are what the backward pass needs; both may be NULL.
void kernel_layer_norm(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *bias, float epsilon, float *y,
    float *means, float *inverse_deviations);

/// dx = beta * dx + the gradient through the normalisation; dx may be NULL.
/// gain_gradient and bias_gradient are added to (the caller clears them); either may be NULL.
void kernel_layer_norm_backward(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *means,
    const float *inverse_deviations, const float *dy, float beta, float *dx, float *gain_gradient,
    float *bias_gradient);
#endif
