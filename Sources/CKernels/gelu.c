// GELU, tanh form (Hendrycks & Gimpel 2016): 0.5 x (1 + tanh u) with u = sqrt(2/pi) (x + 0.044715 x^3).
// 0.5 (1 + tanh u) = sigmoid(2u) = 1 / (1 + exp(-2u)): one exponential, no cancellation for large negative x.
#include "elementwise.h"

#include "elementwise_loops.h"

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

#define gelu_of_x(in) gelu(in(x))
#define gelu_gradient(in) in(dy) * gelu_derivative(in(x))

VECTOR_KERNEL(void, kernel_gelu, (ptrdiff_t count, const float *x, float *y), (count, x, y)) {
    write_each(count, y, gelu_of_x);
}

VECTOR_KERNEL(
    void, kernel_gelu_backward,
    (ptrdiff_t count, const float *x, const float *dy, float beta, float *dx),
    (count, x, dy, beta, dx)) {
    accumulate_each(count, beta, dx, gelu_gradient);
}
