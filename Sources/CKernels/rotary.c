// Rotary position embedding (Su et al. 2021): in each head, the pairs (x[i], x[i + half]) are turned by the angles of
// the row's position; what follows them is left as it is.
#include "rotary.h"

#include "vector.h"

VECTOR_KERNEL(
    void, kernel_rotate,
    (ptrdiff_t heads, ptrdiff_t width, ptrdiff_t half, const float *x, ptrdiff_t x_stride, const float *cosines,
    const float *sines, float direction, float beta, float *y, ptrdiff_t y_stride),
    (heads, width, half, x, x_stride, cosines, sines, direction, beta, y, y_stride)) {
    const ptrdiff_t whole = half / LANES * LANES;
    for (ptrdiff_t head = 0; head < heads; head++, x += x_stride, y += y_stride) {
        for (ptrdiff_t i = 0; i < whole; i += LANES) {
            v16 a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = direction * load(sines + i);
            v16 left = a * c - b * s, right = b * c + a * s;
            store(y + i, beta == 0 ? left : beta * load(y + i) + left);
            store(y + half + i, beta == 0 ? right : beta * load(y + half + i) + right);
        }
        for (ptrdiff_t i = whole; i < half; i++) {
            const float a = x[i], b = x[half + i], c = cosines[i], s = direction * sines[i];
            const float left = a * c - b * s, right = b * c + a * s;
            y[i] = beta == 0 ? left : beta * y[i] + left;
            y[half + i] = beta == 0 ? right : beta * y[half + i] + right;
        }
        for (ptrdiff_t i = 2 * half; i < width; i++) y[i] = beta == 0 ? x[i] : beta * y[i] + x[i];
    }
}
