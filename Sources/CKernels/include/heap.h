#ifndef CKERNELS_HEAP_H
#define CKERNELS_HEAP_H
#include <stddef.h>

/// Up to `bytes` of freed memory stay with the process, and allocations below `largest` come out of it. Without effect where the
/// C library has no such setting.
void heap_keep(size_t bytes, size_t largest);

/// At least `count` floats, aligned to 64 bytes, of the calling thread's own, until its next call; NULL where there is no memory. For kernels
/// whose working room is larger than a stack.
float *heap_thread_scratch(ptrdiff_t count);
#endif
