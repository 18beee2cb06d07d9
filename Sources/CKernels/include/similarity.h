#ifndef CKERNELS_SIMILARITY_H
#define CKERNELS_SIMILARITY_H
#include <stddef.h>

/// Returns 1 - cos(x, t) and, where dx is not NULL, sets dx = beta * dx + scale * d(1 - cos)/dx.
/// A row where either vector has zero norm has cosine 0 and no gradient.
double kernel_cosine_distance(ptrdiff_t count, const float *x, const float *t, float scale, float beta, float *dx);
#endif
