// What softmax and attention share: work on one row. No vector crosses these calls, so they may be functions.
#ifndef CKERNELS_ROWS_H
#define CKERNELS_ROWS_H
#include <math.h>

#include "vector.h"

INLINE float row_max(ptrdiff_t count, const float *x) {
    v16 a = -INFINITY, b = -INFINITY;
    ptrdiff_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        a = vmax(a, load(x + i));
        b = vmax(b, load(x + i + LANES));
    }
    for (; i < count; i += LANES)
        a = vmax(a, count - i < LANES ? load_tail(x + i, count - i, -INFINITY) : load(x + i));
    return __builtin_reduce_max(vmax(a, b));
}

// out = exp(alpha * x - shift) where out is not NULL; returns the sum.
INLINE float exponentials(ptrdiff_t count, float alpha, float shift, const float *x, float *out) {
    v16 a = 0, b = 0;
    ptrdiff_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        v16 e = vexp(alpha * load(x + i) - shift), f = vexp(alpha * load(x + i + LANES) - shift);
        if (out) {
            store(out + i, e);
            store(out + i + LANES, f);
        }
        a += e;
        b += f;
    }
    for (; i < count; i += LANES) {
        if (count - i >= LANES) {
            v16 e = vexp(alpha * load(x + i) - shift);
            if (out) store(out + i, e);
            a += e;
        } else {
            v16 e = vexp(alpha * load_tail(x + i, count - i, 0) - shift), kept = 0;
            if (out) store_tail(out + i, e, count - i);
            copy_few((float *)&kept, (float *)&e, count - i);
            b += kept;
        }
    }
    return sum_lanes(a + b);
}

INLINE void scale_row(ptrdiff_t count, float alpha, float *x) {
    for (ptrdiff_t i = 0; i < count; i++) x[i] *= alpha;
}
#endif
