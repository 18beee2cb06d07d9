// GELU, tanh form (Hendrycks & Gimpel 2016): 0.5 x (1 + tanh u) with u = sqrt(2/pi) (x + 0.044715 x^3).
// 0.5 (1 + tanh u) = sigmoid(2u) = 1 / (1 + exp(-2u)): one exponential, no cancellation for large negative x.
#include "elementwise.h"

#include "vector.h"

#define TWICE_ROOT_2_OVER_PI 1.5957691216057308f
#define CUBIC 0.044715f

#define gelu(argument) \
    ({ v16 g_ = (argument); \
       v16 twice_u_ = TWICE_ROOT_2_OVER_PI * (g_ + CUBIC * g_ * g_ * g_); \
       g_ / (1.0f + vexp(-twice_u_)); })

// d/dx x s(2u) = s + x s (1 - s) 2u', and 1 - s = e s with e = exp(-2u). e can be 2e38 where s is 5e-39: (e s) first,
// so that overflow never meets underflow.
#define gelu_derivative(argument) \
    ({ v16 g_ = (argument); \
       v16 square_ = g_ * g_; \
       v16 twice_u_ = TWICE_ROOT_2_OVER_PI * (g_ + CUBIC * square_ * g_); \
       v16 e_ = vexp(-twice_u_); \
       v16 s_ = 1.0f / (1.0f + e_); \
       s_ + g_ * s_ * (e_ * s_) * (TWICE_ROOT_2_OVER_PI * (1.0f + 3.0f * CUBIC * square_)); })

VECTOR_KERNEL(void, kernel_exp, (ptrdiff_t count, const float *x, float *out), (count, x, out)) {
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES) store(out + i, vexp(load(x + i)));
    if (i < count) store_tail(out + i, vexp(load_tail(x + i, count - i, 0)), count - i);
}

VECTOR_KERNEL(void, kernel_gelu, (ptrdiff_t count, const float *x, float *y), (count, x, y)) {
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, gelu(load(x + i)));
    if (i < count) store_tail(y + i, gelu(load_tail(x + i, count - i, 0)), count - i);
}

VECTOR_KERNEL(
    void, kernel_gelu_backward,
    (ptrdiff_t count, const float *x, const float *dy, float beta, float *dx),
    (count, x, dy, beta, dx)) {
    for (ptrdiff_t i = 0; i < count; i += LANES) {
        ptrdiff_t left = count - i;
        if (left >= LANES) {
            v16 result = load(dy + i) * gelu_derivative(load(x + i));
            store(dx + i, beta == 0 ? result : beta * load(dx + i) + result);
        } else {
            v16 result = load_tail(dy + i, left, 0) * gelu_derivative(load_tail(x + i, left, 0));
            if (beta != 0) result += beta * load_tail(dx + i, left, 0);
            store_tail(dx + i, result, left);
        }
    }
}
