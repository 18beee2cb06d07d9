#ifndef CKERNELS_HEAP_H
#define CKERNELS_HEAP_H
#include <stddef.h>

/// Up to `bytes` of freed memory stay with the process, and allocations below `largest` come out of it. Without effect where the
/// C library has no such setting.
void heap_keep(size_t bytes, size_t largest);
#endif
