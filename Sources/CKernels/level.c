#include "level.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

static const char *const names[KERNEL_LEVEL_COUNT] = {"none", "v3", "v4", "v4-bf16"};

const char *kernel_level_name(kernel_level level) { return names[level]; }

#if defined(__x86_64__)
// The features that the kernels are compiled for (dispatch.h). The compiler's own word for a level is younger than some
// systems' libgcc, which has to answer it.
static bool has_v3(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2");
}

static bool has_v4(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl");
}

kernel_level kernel_level_of_processor(void) {
    __builtin_cpu_init();
    if (!has_v3()) return KERNEL_LEVEL_NONE;
    if (!has_v4()) return KERNEL_LEVEL_V3;
    return __builtin_cpu_supports("avx512bf16") ? KERNEL_LEVEL_V4_BF16 : KERNEL_LEVEL_V4;
}
#else
kernel_level kernel_level_of_processor(void) { return KERNEL_LEVEL_NONE; }
#endif

kernel_level kernel_level_in_use(void) {
    static _Atomic int known = -1;
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level >= 0) return (kernel_level)level;
    // Threads that come here together find the same.
    const kernel_level most = kernel_level_of_processor();
    const char *wanted = getenv(KERNEL_LEVEL_VARIABLE);
    level = (int)most;
    for (int i = 0; wanted && i <= (int)most; i++)
        if (strcmp(wanted, names[i]) == 0) level = i;
    atomic_store_explicit(&known, level, memory_order_relaxed);
    return (kernel_level)level;
}

_Thread_local int kernel_level_of_thread = -1;

int kernel_level_ask(void) { return kernel_level_of_thread = (int)kernel_level_in_use(); }

int kernel_level_set_for_thread(kernel_level level) {
    if (level > kernel_level_of_processor()) return 0;
    kernel_level_of_thread = (int)level;
    return 1;
}
