#include "heap.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

void heap_keep(size_t bytes, size_t largest) {
#ifdef M_TRIM_THRESHOLD
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
    mallopt(M_MMAP_THRESHOLD, (int)largest);
#else
    (void)bytes;
    (void)largest;
#endif
}
