// The exponential function by itself, as `vexp` computes it.
#include "elementwise.h"
#include "elementwise_loops.h"

#define exp_of_x(in) vexp(in(x))

VECTOR_KERNEL(void, kernel_exp, (ptrdiff_t count, const float *x, float *out), (count, x, out)) {
    write_each(count, out, exp_of_x);
}
