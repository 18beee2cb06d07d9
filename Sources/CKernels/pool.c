// A pool of worker threads for many short parallel loops.
//
// One 64-bit ticket names the job and its next piece: epoch (high 24 bits), number of pieces (20), next piece (20).
// A worker claims a piece by adding one to it. Because the number of pieces travels in the ticket, a worker that comes
// late sees "nothing left" without reading the job's fields, which may by then belong to the next job.
#if defined(__linux__)
#define _GNU_SOURCE  // sched_getaffinity
#endif
#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PIECE_BITS 20
#define PIECE_MASK ((UINT64_C(1) << PIECE_BITS) - 1)
#define MAX_PIECES ((ptrdiff_t)(1 << (PIECE_BITS - 1)))  // headroom: late claims go on counting
#define MAX_WORKERS 1023
#define SPINS_BEFORE_SLEEP 3000  // tens of microseconds: longer than the serial gaps inside a training step
#define YIELDS_BEFORE_NAP 50

static struct {
    pool_body body;
    void *context;
} job;
static _Alignas(64) _Atomic uint64_t ticket;
static _Alignas(64) _Atomic ptrdiff_t finished;
static _Atomic int active_workers, sleepers, started;
static pthread_mutex_t owner = PTHREAD_MUTEX_INITIALIZER, sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static _Thread_local bool inside;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Runs pieces of the current job until none is left.
static void work(void) {
    for (;;) {
        uint64_t seen = atomic_load_explicit(&ticket, memory_order_relaxed);
        if ((seen & PIECE_MASK) >= ((seen >> PIECE_BITS) & PIECE_MASK)) return;
        seen = atomic_fetch_add_explicit(&ticket, 1, memory_order_acq_rel);
        ptrdiff_t piece = (ptrdiff_t)(seen & PIECE_MASK), pieces = (ptrdiff_t)((seen >> PIECE_BITS) & PIECE_MASK);
        if (piece >= pieces) return;
        job.body(job.context, piece);
        atomic_fetch_add_explicit(&finished, 1, memory_order_release);
    }
}

static void *worker(void *argument) {
    int index = (int)(intptr_t)argument;
    uint64_t epoch = 0;
    inside = true;  // a parallel loop inside a piece runs on its own thread
    for (;;) {
        uint64_t now = atomic_load_explicit(&ticket, memory_order_acquire) >> (2 * PIECE_BITS);
        for (int spin = 0; now == epoch && spin < SPINS_BEFORE_SLEEP; spin++) {
            relax();
            now = atomic_load_explicit(&ticket, memory_order_acquire) >> (2 * PIECE_BITS);
        }
        if (now == epoch) {
            pthread_mutex_lock(&sleep_lock);
            atomic_fetch_add(&sleepers, 1);
            while ((now = atomic_load(&ticket) >> (2 * PIECE_BITS)) == epoch) pthread_cond_wait(&wake, &sleep_lock);
            atomic_fetch_sub(&sleepers, 1);
            pthread_mutex_unlock(&sleep_lock);
        }
        epoch = now;
        if (index < atomic_load_explicit(&active_workers, memory_order_relaxed)) work();
    }
    return NULL;
}

// Called with `owner` held. A thread that cannot be made is done without: the others take its pieces.
static void start_workers(int wanted) {
    if (wanted > MAX_WORKERS) wanted = MAX_WORKERS;
    int have = atomic_load_explicit(&started, memory_order_relaxed);
    if (have >= wanted) return;
    sigset_t all, before;  // signals belong to the program's own threads
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; have < wanted; have++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, worker, (void *)(intptr_t)have) != 0) break;
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store_explicit(&started, have, memory_order_relaxed);
}

static void run_here(ptrdiff_t pieces, pool_body body, void *context) {
    for (ptrdiff_t piece = 0; piece < pieces; piece++) body(context, piece);
}

static _Thread_local bool muted;

void pool_mute(int on) { muted = on != 0; }

int pool_is_muted(void) { return muted; }

static _Thread_local bool uncounted;

void pool_stop_counting(int on) { uncounted = on != 0; }

int pool_is_counting(void) { return !uncounted; }

void pool_run(ptrdiff_t pieces, int threads, pool_body body, void *context) {
    if (pieces <= 1 || threads <= 1 || inside || pieces > MAX_PIECES || pthread_mutex_trylock(&owner) != 0) {
        run_here(pieces, body, context);
        return;
    }
    start_workers(threads - 1);
    inside = true;
    job.body = body;
    job.context = context;
    atomic_store_explicit(&finished, 0, memory_order_relaxed);
    atomic_store_explicit(&active_workers, threads - 1, memory_order_relaxed);
    uint64_t epoch = (atomic_load_explicit(&ticket, memory_order_relaxed) >> (2 * PIECE_BITS)) + 1;
    // Sequentially consistent with the sleepers' count: either a worker sees this ticket or we see it asleep.
    atomic_store(&ticket, epoch << (2 * PIECE_BITS) | (uint64_t)pieces << PIECE_BITS);
    if (atomic_load(&sleepers) > 0) {
        pthread_mutex_lock(&sleep_lock);
        pthread_cond_broadcast(&wake);
        pthread_mutex_unlock(&sleep_lock);
    }
    work();
    for (int spin = 0; atomic_load_explicit(&finished, memory_order_acquire) < pieces; spin++) {
        if (spin < SPINS_BEFORE_SLEEP) relax();
        else if (spin < SPINS_BEFORE_SLEEP + YIELDS_BEFORE_NAP) sched_yield();
        else nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);  // the last piece's thread was preempted
    }
    inside = false;
    pthread_mutex_unlock(&owner);
}

// Control group version 2 writes "quota period" or "max period" in cpu.max.
static int quota_processors(void) {
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (!file) return 0;
    long quota = 0, period = 0;
    int fields = fscanf(file, "%ld %ld", &quota, &period);
    fclose(file);
    return fields == 2 && quota > 0 && period > 0 ? (int)((quota + period - 1) / period) : 0;
}

int pool_usable_processors(void) {
    int count = (int)sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
#endif
    int quota = quota_processors();
    if (quota > 0 && quota < count) count = quota;
    return count > 0 ? count : 1;
}
