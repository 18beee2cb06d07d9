// SwiGLU (Shazeer 2020): y = silu(gate) * up with silu(g) = g / (1 + exp(-g)).
#include "elementwise.h"

#include "vector.h"

#define silu(argument) \
    ({ v16 g_ = (argument); \
       g_ / (1.0f + vexp(-g_)); })

// d/dg g s(g) = s + g s (1 - s), and 1 - s = e s with e = exp(-g). e can be 2e38 where s is 5e-39: (e s) first, so that
// overflow never meets underflow.
#define silu_derivative(argument) \
    ({ v16 g_ = (argument); \
       v16 e_ = vexp(-g_); \
       v16 s_ = 1.0f / (1.0f + e_); \
       s_ + g_ * s_ * (e_ * s_); })

VECTOR_KERNEL(
    void, kernel_swiglu, (ptrdiff_t count, const float *gate, const float *up, float *y), (count, gate, up, y)) {
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, silu(load(gate + i)) * load(up + i));
    const ptrdiff_t rest = count - i;
    if (rest) store_tail(y + i, silu(load_tail(gate + i, rest, 0)) * load_tail(up + i, rest, 0), rest);
}

VECTOR_KERNEL(
    void, kernel_swiglu_backward_gate,
    (ptrdiff_t count, const float *gate, const float *up, const float *dy, float beta, float *dgate),
    (count, gate, up, dy, beta, dgate)) {
    for (ptrdiff_t i = 0; i < count; i += LANES) {
        const ptrdiff_t left = count - i;
        if (left >= LANES) {
            v16 result = load(dy + i) * load(up + i) * silu_derivative(load(gate + i));
            store(dgate + i, beta == 0 ? result : beta * load(dgate + i) + result);
        } else {
            v16 result =
                load_tail(dy + i, left, 0) * load_tail(up + i, left, 0) * silu_derivative(load_tail(gate + i, left, 0));
            if (beta != 0) result += beta * load_tail(dgate + i, left, 0);
            store_tail(dgate + i, result, left);
        }
    }
}

VECTOR_KERNEL(
    void, kernel_swiglu_backward_up,
    (ptrdiff_t count, const float *gate, const float *dy, float beta, float *dup),
    (count, gate, dy, beta, dup)) {
    for (ptrdiff_t i = 0; i < count; i += LANES) {
        const ptrdiff_t left = count - i;
        if (left >= LANES) {
            v16 result = load(dy + i) * silu(load(gate + i));
            store(dup + i, beta == 0 ? result : beta * load(dup + i) + result);
        } else {
            v16 result = load_tail(dy + i, left, 0) * silu(load_tail(gate + i, left, 0));
            if (beta != 0) result += beta * load_tail(dup + i, left, 0);
            store_tail(dup + i, result, left);
        }
    }
}

VECTOR_KERNEL(void, kernel_silu, (ptrdiff_t count, const float *x, float *y), (count, x, y)) {
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, silu(load(x + i)));
    if (i < count) store_tail(y + i, silu(load_tail(x + i, count - i, 0)), count - i);
}

VECTOR_KERNEL(
    void, kernel_silu_backward,
    (ptrdiff_t count, const float *x, const float *dy, float beta, float *dx),
    (count, x, dy, beta, dx)) {
    for (ptrdiff_t i = 0; i < count; i += LANES) {
        const ptrdiff_t left = count - i;
        if (left >= LANES) {
            v16 result = load(dy + i) * silu_derivative(load(x + i));
            store(dx + i, beta == 0 ? result : beta * load(dx + i) + result);
        } else {
            v16 result = load_tail(dy + i, left, 0) * silu_derivative(load_tail(x + i, left, 0));
            if (beta != 0) result += beta * load_tail(dx + i, left, 0);
            store_tail(dx + i, result, left);
        }
    }
}
