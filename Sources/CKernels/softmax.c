// Softmax over one row and what is built on it. The largest element is subtracted first, so nothing overflows.
#include "softmax.h"

#include <math.h>

#include "vector.h"

INLINE float row_max(ptrdiff_t count, const float *x) {
    v16 a = -INFINITY, b = -INFINITY;
    ptrdiff_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        a = vmax(a, load(x + i));
        b = vmax(b, load(x + i + LANES));
    }
    for (; i < count; i += LANES)
        a = vmax(a, count - i < LANES ? load_tail(x + i, count - i, -INFINITY) : load(x + i));
    return __builtin_reduce_max(vmax(a, b));
}

// x = exp(alpha * x - shift), returning the sum; lanes beyond the row count as zero.
INLINE float exponentials(ptrdiff_t count, float alpha, float shift, const float *x, float *out) {
    v16 a = 0, b = 0;
    ptrdiff_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        v16 e = vexp(alpha * load(x + i) - shift), f = vexp(alpha * load(x + i + LANES) - shift);
        if (out) {
            store(out + i, e);
            store(out + i + LANES, f);
        }
        a += e;
        b += f;
    }
    for (; i < count; i += LANES) {
        if (count - i >= LANES) {
            v16 e = vexp(alpha * load(x + i) - shift);
            if (out) store(out + i, e);
            a += e;
        } else {
            v16 e = vexp(alpha * load_tail(x + i, count - i, 0) - shift), kept = 0;
            if (out) store_tail(out + i, e, count - i);
            memcpy(&kept, &e, (size_t)(count - i) * sizeof(float));
            b += kept;
        }
    }
    return sum_lanes(a + b);
}

INLINE void scale_row(ptrdiff_t count, float alpha, float *x) {
    for (ptrdiff_t i = 0; i < count; i++) x[i] *= alpha;
}

VECTOR_KERNEL float kernel_softmax(ptrdiff_t count, float *x) {
    if (count <= 0) return -INFINITY;
    float largest = row_max(count, x), sum = exponentials(count, 1, largest, x, x);
    scale_row(count, 1 / sum, x);
    return largest + logf(sum);
}

VECTOR_KERNEL float kernel_log_sum_exp(ptrdiff_t count, const float *x) {
    if (count <= 0) return -INFINITY;
    float largest = row_max(count, x);
    return largest + logf(exponentials(count, 1, largest, x, NULL));
}

VECTOR_KERNEL ptrdiff_t kernel_argmax(ptrdiff_t count, const float *x) {
    float largest = row_max(count, x);
    for (ptrdiff_t i = 0; i < count; i++) if (x[i] == largest) return i;
    return 0;
}

VECTOR_KERNEL double kernel_cross_entropy(ptrdiff_t count, float *logits, ptrdiff_t target, float scale) {
    float largest = row_max(count, logits), wanted = logits[target];
    float sum = exponentials(count, 1, largest, logits, logits);
    scale_row(count, scale / sum, logits);
    logits[target] -= scale;
    return (double)largest - (double)wanted + log((double)sum);
}

// KL = sum_v q_v (log q_v - log p_v) = sum_v q_v (t_v - s_v) - logsumexp(t) + logsumexp(s).
VECTOR_KERNEL double kernel_kl_divergence(ptrdiff_t count, float *student, float *teacher, float scale) {
    float student_max = row_max(count, student), teacher_max = row_max(count, teacher);
    float student_sum = exponentials(count, 1, student_max, student, NULL);
    float teacher_sum = exponentials(count, 1, teacher_max, teacher, NULL);
    float student_lse = student_max + logf(student_sum), teacher_lse = teacher_max + logf(teacher_sum);
    double divergence = 0;
    for (ptrdiff_t start = 0; start < count; start += 1024) {
        ptrdiff_t end = start + 1024 < count ? start + 1024 : count;
        v16 partial = 0;
        for (ptrdiff_t i = start; i < end; i += LANES) {
            ptrdiff_t left = end - i;
            // Lanes beyond the row are -infinity-like on both sides: probability 0, difference 0.
            v16 s = left < LANES ? load_tail(student + i, left, student_lse - 200) : load(student + i);
            v16 t = left < LANES ? load_tail(teacher + i, left, teacher_lse - 200) : load(teacher + i);
            v16 log_p = s - student_lse, log_q = t - teacher_lse, q = vexp(log_q);
            partial += q * (log_q - log_p);
            v16 gradient = scale * (vexp(log_p) - q);
            if (left < LANES) store_tail(student + i, gradient, left);
            else store(student + i, gradient);
        }
        divergence += sum_lanes(partial);
    }
    return divergence;
}

VECTOR_KERNEL void kernel_causal_softmax(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride, float *log_sum_exp) {
    for (ptrdiff_t i = 0; i < rows; i++, x += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        float largest = alpha * row_max(seen, x);  // alpha > 0
        float sum = exponentials(seen, alpha, largest, x, x);
        scale_row(seen, 1 / sum, x);
        memset(x + seen, 0, (size_t)(columns - seen) * sizeof(float));
        if (log_sum_exp) log_sum_exp[i] = largest + logf(sum);
    }
}

VECTOR_KERNEL void kernel_causal_softmax_again(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride,
    const float *log_sum_exp) {
    for (ptrdiff_t i = 0; i < rows; i++, x += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        exponentials(seen, alpha, log_sum_exp[i], x, x);
        memset(x + seen, 0, (size_t)(columns - seen) * sizeof(float));
    }
}

VECTOR_KERNEL void kernel_causal_softmax_backward(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, const float *p, float *dp, ptrdiff_t stride,
    const float *delta) {
    for (ptrdiff_t i = 0; i < rows; i++, p += stride, dp += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        const float offset = delta[i];
        for (ptrdiff_t j = 0; j < seen; j++) dp[j] = alpha * p[j] * (dp[j] - offset);
        memset(dp + seen, 0, (size_t)(columns - seen) * sizeof(float));
    }
}
