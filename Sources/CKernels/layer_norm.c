// Layer normalisation (Ba, Kiros & Hinton 2016), forward and backward, a row at a time; a row stays in the first-level
// cache between its passes.
#include <math.h>

#include "normalization.h"
#include "vector.h"

VECTOR_KERNEL(
    void, kernel_layer_norm,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *bias, float epsilon,
    float *y, float *means, float *inverse_deviations),
    (rows, columns, x, gain, bias, epsilon, y, means, inverse_deviations)) {
    const ptrdiff_t whole = columns / LANES * LANES, rest = columns - whole;
    for (ptrdiff_t row = 0; row < rows; row++, x += columns, y += columns) {
        v16 sum = 0;
        for (ptrdiff_t j = 0; j < whole; j += LANES) sum += load(x + j);
        if (rest) sum += load_tail(x + whole, rest, 0);
        float mean = sum_lanes(sum) / (float)columns;
        // Two passes: the mean first, so that a large common offset does not swallow the variance.
        v16 squares = 0;
        for (ptrdiff_t j = 0; j < whole; j += LANES) {
            v16 d = load(x + j) - mean;
            squares += d * d;
        }
        if (rest) {
            v16 d = load_tail(x + whole, rest, mean) - mean;
            squares += d * d;
        }
        float inverse = 1.0f / __builtin_elementwise_sqrt(sum_lanes(squares) / (float)columns + epsilon);
        for (ptrdiff_t j = 0; j < whole; j += LANES)
            store(y + j, (load(x + j) - mean) * inverse * load(gain + j) + load(bias + j));
        for (ptrdiff_t j = whole; j < columns; j++) y[j] = (x[j] - mean) * inverse * gain[j] + bias[j];
        if (means) means[row] = mean;
        if (inverse_deviations) inverse_deviations[row] = inverse;
    }
}

// With n = (x - mean) / deviation and g = dy * gain:  dx = (g - mean(g) - n * mean(g n)) / deviation.
VECTOR_KERNEL(
    void, kernel_layer_norm_backward,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *means,
    const float *inverse_deviations, const float *dy, float beta, float *dx, float *restrict gain_gradient,
    float *restrict bias_gradient),
    (rows, columns, x, gain, means, inverse_deviations, dy, beta, dx, gain_gradient, bias_gradient)) {
    const ptrdiff_t whole = columns / LANES * LANES;
    for (ptrdiff_t row = 0; row < rows; row++, x += columns, dy += columns) {
        const float mean = means[row], inverse = inverse_deviations[row];
        v16 sum = 0, product = 0;
        for (ptrdiff_t j = 0; j < whole; j += LANES) {
            v16 d = load(dy + j), n = (load(x + j) - mean) * inverse, g = d * load(gain + j);
            sum += g;
            product += g * n;
            if (gain_gradient) store(gain_gradient + j, load(gain_gradient + j) + d * n);
            if (bias_gradient) store(bias_gradient + j, load(bias_gradient + j) + d);
        }
        float sum_g = sum_lanes(sum), sum_gn = sum_lanes(product);
        for (ptrdiff_t j = whole; j < columns; j++) {
            float n = (x[j] - mean) * inverse, g = dy[j] * gain[j];
            sum_g += g;
            sum_gn += g * n;
            if (gain_gradient) gain_gradient[j] += dy[j] * n;
            if (bias_gradient) bias_gradient[j] += dy[j];
        }
        if (!dx) continue;
        float mean_g = sum_g / (float)columns, mean_gn = sum_gn / (float)columns;
        float *out = dx + row * columns;
        for (ptrdiff_t j = 0; j < whole; j += LANES) {
            v16 n = (load(x + j) - mean) * inverse;
            v16 result = (load(dy + j) * load(gain + j) - mean_g - n * mean_gn) * inverse;
            store(out + j, beta == 0 ? result : beta * load(out + j) + result);
        }
        for (ptrdiff_t j = whole; j < columns; j++) {
            float n = (x[j] - mean) * inverse;
            float result = (dy[j] * gain[j] - mean_g - n * mean_gn) * inverse;
            out[j] = beta == 0 ? result : beta * out[j] + result;
        }
    }
}
