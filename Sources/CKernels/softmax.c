// Softmax over one row and what is built on it. The largest element is subtracted first, so nothing overflows.
#include "softmax.h"

#include <math.h>

#include "rows.h"

VECTOR_KERNEL(float, kernel_softmax, (ptrdiff_t count, float *x), (count, x)) {
    if (count <= 0) return -INFINITY;
    float largest = row_max(count, x), sum = exponentials(count, 1, largest, x, x);
    scale_row(count, 1 / sum, x);
    return largest + logf(sum);
}

VECTOR_KERNEL(float, kernel_log_sum_exp, (ptrdiff_t count, const float *x), (count, x)) {
    if (count <= 0) return -INFINITY;
    float largest = row_max(count, x);
    return largest + logf(exponentials(count, 1, largest, x, NULL));
}

VECTOR_KERNEL(ptrdiff_t, kernel_argmax, (ptrdiff_t count, const float *x), (count, x)) {
    float largest = row_max(count, x);
    for (ptrdiff_t i = 0; i < count; i++) if (x[i] == largest) return i;
    return 0;
}

VECTOR_KERNEL(
    double, kernel_cross_entropy,
    (ptrdiff_t count, float *logits, ptrdiff_t target, float scale),
    (count, logits, target, scale)) {
    if (count < LANES) {  // the few values of one variable: one register, where lanes beyond the row have weight 1e-38
        v16 x = load_tail(logits, count, -INFINITY);
        const float most = __builtin_reduce_max(x), wanted = logits[target];
        v16 e = vexp(x - most);
        const float sum = sum_lanes(e);
        store_tail(logits, (scale / sum) * e, count);
        logits[target] -= scale;
        return (double)(most - wanted) + (double)logf(sum);
    }
    float largest = row_max(count, logits), wanted = logits[target];
    float sum = exponentials(count, 1, largest, logits, logits);
    scale_row(count, scale / sum, logits);
    logits[target] -= scale;
    return (double)largest - (double)wanted + log((double)sum);
}

// KL = sum_v q_v (log q_v - log p_v) = sum_v q_v (t_v - s_v) - log sum exp(t) + log sum exp(s), t and s relative to
// their largest elements. One pass takes the exponentials, one combines them.
VECTOR_KERNEL(
    double, kernel_kl_divergence,
    (ptrdiff_t count, float *student, float *teacher, float scale),
    (count, student, teacher, scale)) {
    const float student_max = row_max(count, student), teacher_max = row_max(count, teacher);
    double student_sum = 0, teacher_sum = 0, weighted = 0;
    for (ptrdiff_t start = 0; start < count; start += 2048) {
        const ptrdiff_t end = start + 2048 < count ? start + 2048 : count;
        v16 s_sum = 0, t_sum = 0, difference = 0;
        for (ptrdiff_t i = start; i < end; i += LANES) {
            const ptrdiff_t left = end - i;
            if (left >= LANES) {
                v16 s = load(student + i) - student_max, t = load(teacher + i) - teacher_max;
                v16 p = vexp(s), q = vexp(t);
                store(student + i, p);
                store(teacher + i, q);
                s_sum += p;
                t_sum += q;
                difference += q * (t - s);
            } else {
                for (ptrdiff_t j = i; j < end; j++) {
                    float s = student[j] - student_max, t = teacher[j] - teacher_max;
                    student[j] = expf(s);
                    teacher[j] = expf(t);
                    student_sum += student[j];
                    teacher_sum += teacher[j];
                    weighted += teacher[j] * (t - s);
                }
            }
        }
        student_sum += sum_lanes(s_sum);
        teacher_sum += sum_lanes(t_sum);
        weighted += sum_lanes(difference);
    }
    const float of_student = (float)(scale / student_sum), of_teacher = (float)(scale / teacher_sum);
    for (ptrdiff_t i = 0; i < count; i++) student[i] = of_student * student[i] - of_teacher * teacher[i];
    return weighted / teacher_sum - log(teacher_sum) + log(student_sum);
}

VECTOR_KERNEL(
    void, kernel_causal_softmax,
    (ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride,
    float *log_sum_exp),
    (rows, columns, first, alpha, x, stride, log_sum_exp)) {
    for (ptrdiff_t i = 0; i < rows; i++, x += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        float largest = alpha * row_max(seen, x);  // alpha > 0
        float sum = exponentials(seen, alpha, largest, x, x);
        scale_row(seen, 1 / sum, x);
        memset(x + seen, 0, (size_t)(columns - seen) * sizeof(float));
        if (log_sum_exp) log_sum_exp[i] = largest + logf(sum);
    }
}

VECTOR_KERNEL(
    void, kernel_causal_softmax_again,
    (ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, float *x, ptrdiff_t stride,
    const float *log_sum_exp),
    (rows, columns, first, alpha, x, stride, log_sum_exp)) {
    for (ptrdiff_t i = 0; i < rows; i++, x += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        exponentials(seen, alpha, log_sum_exp[i], x, x);
        memset(x + seen, 0, (size_t)(columns - seen) * sizeof(float));
    }
}

VECTOR_KERNEL(
    void, kernel_causal_softmax_backward,
    (ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, float alpha, const float *p, float *dp, ptrdiff_t stride,
    const float *delta),
    (rows, columns, first, alpha, p, dp, stride, delta)) {
    for (ptrdiff_t i = 0; i < rows; i++, p += stride, dp += stride) {
        ptrdiff_t seen = first + i + 1 < columns ? first + i + 1 : columns;
        const float offset = delta[i];
        for (ptrdiff_t j = 0; j < seen; j++) dp[j] = alpha * p[j] * (dp[j] - offset);
        memset(dp + seen, 0, (size_t)(columns - seen) * sizeof(float));
    }
}
