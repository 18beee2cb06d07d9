// cos(x, t) = x.t / (|x| |t|);  d(1 - cos)/dx = -(t / |t| - cos x / |x|) / |x|.
#include <math.h>

#include "similarity.h"
#include "vector.h"

VECTOR_KERNEL(
    double, kernel_cosine_distance,
    (ptrdiff_t count, const float *x, const float *t, float scale, float beta, float *dx),
    (count, x, t, scale, beta, dx)) {
    v16 xx = 0, tt = 0, xt = 0;
    ptrdiff_t i = 0;
    for (; i < count; i += LANES) {
        v16 a = count - i < LANES ? load_tail(x + i, count - i, 0) : load(x + i);
        v16 b = count - i < LANES ? load_tail(t + i, count - i, 0) : load(t + i);
        xx += a * a;
        tt += b * b;
        xt += a * b;
    }
    // Norms by square roots in double: the squares of tiny floats already sum to denormals.
    double x_norm = __builtin_elementwise_sqrt((double)sum_lanes(xx));
    double t_norm = __builtin_elementwise_sqrt((double)sum_lanes(tt));
    if (!(x_norm > 0 && t_norm > 0)) {
        if (dx && beta == 0) memset(dx, 0, (size_t)count * sizeof(float));
        else if (dx && beta != 1) for (i = 0; i < count; i++) dx[i] *= beta;
        return isnan(x_norm + t_norm) ? NAN : 1;
    }
    double cosine = (double)sum_lanes(xt) / (x_norm * t_norm);
    if (dx) {
        float along_t = (float)(-(double)scale / (x_norm * t_norm));
        float along_x = (float)((double)scale * cosine / (x_norm * x_norm));
        if (beta == 0) for (i = 0; i < count; i++) dx[i] = along_t * t[i] + along_x * x[i];
        else for (i = 0; i < count; i++) dx[i] = beta * dx[i] + along_t * t[i] + along_x * x[i];
    }
    return 1 - cosine;
}
