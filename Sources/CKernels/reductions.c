// Sums over one array: blocks of single-precision partial sums, gathered in double precision.
#include "elementwise.h"

#include "vector.h"

#define BLOCK 4096  // elements summed in single precision before they join the double

VECTOR_KERNEL(double, kernel_sum, (ptrdiff_t count, const float *x), (count, x)) {
    double total = 0;
    for (ptrdiff_t start = 0; start < count; start += BLOCK) {
        ptrdiff_t end = start + BLOCK < count ? start + BLOCK : count, i = start;
        v16 a = 0, b = 0;
        for (; i + 2 * LANES <= end; i += 2 * LANES) {
            a += load(x + i);
            b += load(x + i + LANES);
        }
        for (; i < end; i += LANES) a += end - i < LANES ? load_tail(x + i, end - i, 0) : load(x + i);
        total += sum_lanes(a + b);
    }
    return total;
}

VECTOR_KERNEL(double, kernel_sum_of_squares, (ptrdiff_t count, const float *x), (count, x)) {
    double total = 0;
    for (ptrdiff_t start = 0; start < count; start += BLOCK) {
        ptrdiff_t end = start + BLOCK < count ? start + BLOCK : count, i = start;
        v16 a = 0, b = 0;
        for (; i + 2 * LANES <= end; i += 2 * LANES) {
            v16 p = load(x + i), q = load(x + i + LANES);
            a += p * p;
            b += q * q;
        }
        for (; i < end; i += LANES) {
            v16 p = end - i < LANES ? load_tail(x + i, end - i, 0) : load(x + i);
            a += p * p;
        }
        total += sum_lanes(a + b);
    }
    return total;
}

VECTOR_KERNEL(float, kernel_dot, (ptrdiff_t count, const float *a, const float *b), (count, a, b)) {
    v16 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    ptrdiff_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        s0 += load(a + i) * load(b + i);
        s1 += load(a + i + LANES) * load(b + i + LANES);
        s2 += load(a + i + 2 * LANES) * load(b + i + 2 * LANES);
        s3 += load(a + i + 3 * LANES) * load(b + i + 3 * LANES);
    }
    for (; i + LANES <= count; i += LANES) s0 += load(a + i) * load(b + i);
    if (i < count) s1 += load_tail(a + i, count - i, 0) * load_tail(b + i, count - i, 0);
    return sum_lanes((s0 + s1) + (s2 + s3));
}
