// Root-mean-square normalisation (Zhang & Sennrich 2019), forward and backward, a row at a time; a row stays in the
// first-level cache between its passes.
#include "normalization.h"
#include "vector.h"

VECTOR_KERNEL(
    void, kernel_rms_norm,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, float epsilon, float *y, float *inverses),
    (rows, columns, x, gain, epsilon, y, inverses)) {
    const ptrdiff_t whole = columns / LANES * LANES, rest = columns - whole;
    for (ptrdiff_t row = 0; row < rows; row++, x += columns, y += columns) {
        v16 squares = 0;
        for (ptrdiff_t j = 0; j < whole; j += LANES) squares += load(x + j) * load(x + j);
        if (rest) {
            v16 tail = load_tail(x + whole, rest, 0);
            squares += tail * tail;
        }
        const float inverse = 1.0f / __builtin_elementwise_sqrt(sum_lanes(squares) / (float)columns + epsilon);
        for (ptrdiff_t j = 0; j < whole; j += LANES) store(y + j, load(x + j) * inverse * load(gain + j));
        for (ptrdiff_t j = whole; j < columns; j++) y[j] = x[j] * inverse * gain[j];
        if (inverses) inverses[row] = inverse;
    }
}

// With n = x / root mean square and g = dy * gain:  dx = (g - n * mean(g n)) / root mean square.
VECTOR_KERNEL(
    void, kernel_rms_norm_backward,
    (ptrdiff_t rows, ptrdiff_t columns, const float *x, const float *gain, const float *inverses, const float *dy,
    float beta, float *dx, float *restrict gain_gradient),
    (rows, columns, x, gain, inverses, dy, beta, dx, gain_gradient)) {
    const ptrdiff_t whole = columns / LANES * LANES;
    for (ptrdiff_t row = 0; row < rows; row++, x += columns, dy += columns) {
        const float inverse = inverses[row];
        v16 product = 0;
        for (ptrdiff_t j = 0; j < whole; j += LANES) {
            v16 d = load(dy + j), n = load(x + j) * inverse;
            product += d * load(gain + j) * n;
            if (gain_gradient) store(gain_gradient + j, load(gain_gradient + j) + d * n);
        }
        float sum = sum_lanes(product);
        for (ptrdiff_t j = whole; j < columns; j++) {
            const float n = x[j] * inverse;
            sum += dy[j] * gain[j] * n;
            if (gain_gradient) gain_gradient[j] += dy[j] * n;
        }
        if (!dx) continue;
        const float mean = sum / (float)columns;
        float *out = dx + row * columns;
        for (ptrdiff_t j = 0; j < whole; j += LANES) {
            v16 result = (load(dy + j) * load(gain + j) - load(x + j) * inverse * mean) * inverse;
            store(out + j, beta == 0 ? result : beta * load(out + j) + result);
        }
        for (ptrdiff_t j = whole; j < columns; j++) {
            const float result = (dy[j] * gain[j] - x[j] * inverse * mean) * inverse;
            out[j] = beta == 0 ? result : beta * out[j] + result;
        }
    }
}
