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

/// y = x / sqrt(mean of squares + epsilon) * gain for every row of `columns` floats.
/// `inverses` (one a row) is what the backward pass needs; it may be NULL.
void kernel_rms_norm(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, float epsilon, float *y, float *inverses);

/// dx = beta * dx + the gradient through the normalisation; dx may be NULL.
/// gain_gradient is added to (the caller clears it); it may be NULL.
void kernel_rms_norm_backward(
    ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *inverses, const float *dy,
    float beta, float *dx, float *gain_gradient);
#endif
