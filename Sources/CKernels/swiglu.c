// SwiGLU (Shazeer 2020): y = silu(gate) * up with silu(g) = g / (1 + exp(-g)).
#include "elementwise.h"

#include "elementwise_loops.h"

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

#define silu_of_x(in) silu(in(x))
#define silu_gradient(in) in(dy) * silu_derivative(in(x))
#define gated(in) silu(in(gate)) * in(up)
#define gradient_of_gate(in) in(dy) * in(up) * silu_derivative(in(gate))
#define gradient_of_up(in) in(dy) * silu(in(gate))

VECTOR_KERNEL(
    void, kernel_swiglu, (ptrdiff_t count, const float *gate, const float *up, float *y), (count, gate, up, y)) {
    write_each(count, y, gated);
}

VECTOR_KERNEL(
    void, kernel_swiglu_backward_gate,
    (ptrdiff_t count, const float *gate, const float *up, const float *dy, float beta, float *dgate),
    (count, gate, up, dy, beta, dgate)) {
    accumulate_each(count, beta, dgate, gradient_of_gate);
}

VECTOR_KERNEL(
    void, kernel_swiglu_backward_up,
    (ptrdiff_t count, const float *gate, const float *dy, float beta, float *dup),
    (count, gate, dy, beta, dup)) {
    accumulate_each(count, beta, dup, gradient_of_up);
}

VECTOR_KERNEL(void, kernel_silu, (ptrdiff_t count, const float *x, float *y), (count, x, y)) {
    write_each(count, y, silu_of_x);
}

VECTOR_KERNEL(
    void, kernel_silu_backward,
    (ptrdiff_t count, const float *x, const float *dy, float beta, float *dx),
    (count, x, dy, beta, dx)) {
    accumulate_each(count, beta, dx, silu_gradient);
}
