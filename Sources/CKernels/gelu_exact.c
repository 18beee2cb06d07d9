// GELU as it is defined (Hendrycks & Gimpel 2016): x Phi(x), with Phi(x) = (1 + erf(x / sqrt 2)) / 2.
//
// The tail Q(z) = Phi(-z) for z >= 0 is computed as exp(-z^2/2) times a smooth function, so that it keeps its relative
// precision where 1 + erf cancels. The smooth function is P(s) / (1 + 2 z) with s = (z - 3.5) / (z + 3.5), the
// substitution of Shepherd & Laframboise (1981); P is a polynomial of degree 11, fitted for relative error (4e-9).
#include "elementwise.h"

#include "elementwise_loops.h"

#define ONE_OVER_ROOT_2_PI 0.3989422804014327f

// exp(-z^2/2): the rounding of z^2 alone would be 5e-6 of the result at z = 13. The upper 12 bits of z have an exact
// square; what is left of z^2 is small.
#define gaussian(argument) \
    ({ v16 z_ = (argument); \
       u16 z_bits_; \
       memcpy(&z_bits_, &z_, sizeof z_bits_); \
       z_bits_ &= 0xFFFFF000u; \
       v16 upper_; \
       memcpy(&upper_, &z_bits_, sizeof upper_); \
       vexp(-0.5f * upper_ * upper_) * vexp(-0.5f * (z_ - upper_) * (z_ + upper_)); })

// Phi(x), and in `density_` exp(-x^2/2). Beyond 100 all is as it is at 100; by comparisons, which keep NaN.
#define phi(argument, density_) \
    ({ v16 phi_x_ = (argument); \
       v16 distance_ = phi_x_ < 0.0f ? -phi_x_ : phi_x_; \
       distance_ = distance_ > (v16)100.0f ? (v16)100.0f : distance_; \
       density_ = gaussian(distance_); \
       v16 s_ = (distance_ - 3.5f) / (distance_ + 3.5f); \
       v16 smooth_ = -4.792930485564284e-05f; \
       smooth_ = smooth_ * s_ - 2.6561920094536617e-05f; \
       smooth_ = smooth_ * s_ + 0.00044262694427743554f; \
       smooth_ = smooth_ * s_ + 0.00015771713515277952f; \
       smooth_ = smooth_ * s_ - 0.0032179751433432102f; \
       smooth_ = smooth_ * s_ + 0.0019098578486591578f; \
       smooth_ = smooth_ * s_ + 0.022315554320812225f; \
       smooth_ = smooth_ * s_ - 0.0795784518122673f; \
       smooth_ = smooth_ * s_ + 0.13773547112941742f; \
       smooth_ = smooth_ * s_ - 0.12428151071071625f; \
       smooth_ = smooth_ * s_ - 0.008285469375550747f; \
       smooth_ = smooth_ * s_ + 0.8507612347602844f; \
       v16 tail_of_x_ = density_ * smooth_ / (1.0f + 2.0f * distance_); \
       phi_x_ < 0.0f ? tail_of_x_ : 1.0f - tail_of_x_; })

#define gelu(argument) \
    ({ v16 g_ = (argument), unused_; \
       g_ * phi(g_, unused_); })

// d/dx x Phi(x) = Phi(x) + x exp(-x^2/2) / sqrt(2 pi).
#define gelu_derivative(argument) \
    ({ v16 g_ = (argument), density_of_g_; \
       v16 phi_ = phi(g_, density_of_g_); \
       v16 near_ = g_ > (v16)100.0f ? (v16)100.0f : g_ < (v16)-100.0f ? (v16)-100.0f : g_; \
       phi_ + near_ * density_of_g_ * ONE_OVER_ROOT_2_PI; })

#define gelu_of_x(in) gelu(in(x))
#define gelu_gradient(in) in(dy) * gelu_derivative(in(x))

VECTOR_KERNEL(void, kernel_gelu_exact, (ptrdiff_t count, const float *x, float *y), (count, x, y)) {
    write_each(count, y, gelu_of_x);
}

VECTOR_KERNEL(
    void, kernel_gelu_exact_backward,
    (ptrdiff_t count, const float *x, const float *dy, float beta, float *dx),
    (count, x, dy, beta, dx)) {
    accumulate_each(count, beta, dx, gelu_gradient);
}
