#ifndef CKERNELS_ATTENTION_H
#define CKERNELS_ATTENTION_H
#include <stddef.h>
#include <stdint.h>

/// One head of causal attention over one sequence: y = softmax(alpha q k^T, on and below the diagonal) v.
///
/// q: `length` rows of `width` floats, `q_stride` apart; k and v the same, `kv_stride` apart; width must be a multiple of
/// 16. y: the same, `y_stride` apart. log_sums receives each row's log(sum(exp(scores))), which the backward pass needs;
/// it may be NULL. scratch: kernel_attention_scratch(length, width) floats.
void kernel_attention(
    ptrdiff_t length, ptrdiff_t width, const float *q, ptrdiff_t q_stride, const float *k, const float *v,
    ptrdiff_t kv_stride, float alpha, float *y, ptrdiff_t y_stride, float *log_sums, float *scratch);

/// The gradients of the same: dq = beta_q * dq + contribution, and so on; their rows lie as far apart as those of q, and
/// those of k and v. y and dy are the forward result and its gradient.
/// scratch: kernel_attention_backward_scratch(length, width) floats.
void kernel_attention_backward(
    ptrdiff_t length, ptrdiff_t width, const float *q, ptrdiff_t q_stride, const float *k, const float *v,
    ptrdiff_t kv_stride, float alpha, const float *y, const float *dy, ptrdiff_t y_stride, const float *log_sums,
    float beta_q, float *dq, float beta_k, float *dk, float beta_v, float *dv, float *scratch);

/// One new query of one head against `length` cached keys and values: y = softmax(alpha q k^T) v.
/// width must be a multiple of 16; scratch: length rounded up to 16 floats.
void kernel_attention_query(
    ptrdiff_t length, ptrdiff_t width, const float *q, const float *k, const float *v, ptrdiff_t stride, float alpha,
    float *y, float *scratch);

/// The same with keys and values kept in bf16; sums are in single precision.
void kernel_attention_query_bf16(
    ptrdiff_t length, ptrdiff_t width, const float *q, const uint16_t *k, const uint16_t *v, ptrdiff_t stride,
    float alpha, float *y, float *scratch);

ptrdiff_t kernel_attention_scratch(ptrdiff_t length, ptrdiff_t width);
ptrdiff_t kernel_attention_backward_scratch(ptrdiff_t length, ptrdiff_t width);
#endif
