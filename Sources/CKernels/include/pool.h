#ifndef CKERNELS_POOL_H
#define CKERNELS_POOL_H
#include <stddef.h>

typedef void (*pool_body)(void *context, ptrdiff_t piece);

/// Runs body(context, 0 ..< pieces) on at most `threads` threads, the calling one included, and returns when all are
/// done. Pieces are claimed in order by whoever is free, so a late worker delays nobody. A call from inside a piece,
/// or while another thread uses the pool, runs all pieces on the calling thread.
void pool_run(ptrdiff_t pieces, int threads, pool_body body, void *context);

/// While a thread is muted, its calls of pool_run return at once: a rehearsal, which allocates and computes nothing.
void pool_mute(int muted);
int pool_is_muted(void);

/// Whether the calling thread counts the operations of what it runs; other threads go on counting.
void pool_stop_counting(int on);
int pool_is_counting(void);

/// Processors this process may run on: the affinity mask, cut by the control group's quota where one is set.
int pool_usable_processors(void);
#endif
