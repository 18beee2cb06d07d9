#include "heap.h"

#include <pthread.h>
#include <stdlib.h>

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

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local float *scratch;
static _Thread_local ptrdiff_t scratch_count;

// Only for its destructor, which frees a thread's room when the thread ends.
static void make_key(void) { pthread_key_create(&scratch_key, free); }

float *heap_thread_scratch(ptrdiff_t count) {
    if (count <= scratch_count) return scratch;
    pthread_once(&scratch_once, make_key);
    void *room;
    if (posix_memalign(&room, 64, (size_t)count * sizeof(float)) != 0) return NULL;
    free(scratch);
    scratch = room;
    scratch_count = count;
    pthread_setspecific(scratch_key, room);
    return scratch;
}
