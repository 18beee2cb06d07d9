// The loops of elementwise functions: whole vectors, then what is left of one.
//
// `value` is the name of a macro with one parameter, `in`: an expression in which `in(p)` stands for the elements of the
// array p at which the loop is.
#ifndef CKERNELS_ELEMENTWISE_LOOPS_H
#define CKERNELS_ELEMENTWISE_LOOPS_H
#include "vector.h"

#define whole_vector(p) load((p) + i_)
#define rest_of_vector(p) load_tail((p) + i_, left_, 0)

// y = value.
#define write_each(count, y, value) \
    do { \
        ptrdiff_t i_ = 0; \
        for (; i_ + LANES <= (count); i_ += LANES) store((y) + i_, value(whole_vector)); \
        const ptrdiff_t left_ = (count) - i_; \
        if (left_) store_tail((y) + i_, value(rest_of_vector), left_); \
    } while (0)

// dx = beta * dx + value; where beta is 0, dx is not read.
#define accumulate_each(count, beta, dx, value) \
    do { \
        for (ptrdiff_t i_ = 0; i_ < (count); i_ += LANES) { \
            const ptrdiff_t left_ = (count) - i_; \
            if (left_ >= LANES) { \
                v16 result_ = value(whole_vector); \
                store((dx) + i_, (beta) == 0 ? result_ : (beta) * load((dx) + i_) + result_); \
            } else { \
                v16 result_ = value(rest_of_vector); \
                if ((beta) != 0) result_ += (beta) * load_tail((dx) + i_, left_, 0); \
                store_tail((dx) + i_, result_, left_); \
            } \
        } \
    } while (0)
#endif
