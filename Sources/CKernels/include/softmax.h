#ifndef CKERNELS_SOFTMAX_H
#define CKERNELS_SOFTMAX_H
#include <stddef.h>

/// x = softmax(x), returning log(sum(exp(x))). Empty rows are left alone and give -infinity.
float kernel_softmax(ptrdiff_t count, float *x);
/// log(sum(exp(x))).
float kernel_log_sum_exp(ptrdiff_t count, const float *x);
/// Index of the largest element, the first of equals; 0 for count 0. NaN never wins.
ptrdiff_t kernel_argmax(ptrdiff_t count, const float *x);

/// Returns logsumexp(logits) - logits[target] and replaces the logits by scale * (softmax(logits) - onehot(target)).
double kernel_cross_entropy(ptrdiff_t count, float *logits, ptrdiff_t target, float scale);
/// Returns KL(softmax(teacher) || softmax(student)) and replaces the student's logits by
/// scale * (softmax(student) - softmax(teacher)). The teacher's logits are overwritten.
double kernel_kl_divergence(ptrdiff_t count, float *student, float *teacher, float scale);

/// Rows i of a causal score block: columns 0 ... first + i hold scores; x = softmax(alpha * x) over them, zero beyond.
/// log_sum_exp receives one value a row (of the scaled scores) and may be NULL.
void kernel_causal_softmax(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride, float *log_sum_exp);
/// The same block from stored log_sum_exp: x = exp(alpha * x - log_sum_exp[row]), zero beyond the diagonal.
void kernel_causal_softmax_again(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride,
    const float *log_sum_exp);
/// ds = alpha * p * (dp - delta[row]) over columns 0 ... first + row, zero beyond, written over dp.
void kernel_causal_softmax_backward(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, const float *p, float *dp, ptrdiff_t stride,
    const float *delta);
#endif
