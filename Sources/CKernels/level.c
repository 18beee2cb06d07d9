#include "level.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

static const char *const names[KERNEL_LEVEL_COUNT] = {"none", "v3", "v4", "v4-bf16", "v4-amx"};

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

// The tile registers are large, so Linux gives them only to a process that asks; its threads, also later ones, have them
// too.
static bool has_amx(void) {
#if defined(__linux__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
    const unsigned bf16 = 1u << 22, tiles = 1u << 24;
    if (!(d & bf16) || !(d & tiles)) return false;
    const long request = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
    return false;
#endif
}

kernel_level kernel_level_of_processor(void) {
    __builtin_cpu_init();
    if (!has_v3()) return KERNEL_LEVEL_NONE;
    if (!has_v4()) return KERNEL_LEVEL_V3;
    if (!__builtin_cpu_supports("avx512bf16")) return KERNEL_LEVEL_V4;
    return has_amx() ? KERNEL_LEVEL_V4_AMX : KERNEL_LEVEL_V4_BF16;
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

bool kernel_bf16_is_fast(void) {
    const kernel_level level = kernel_level_in_use();
#if defined(__x86_64__)
    // Intel's processors have one slow unit for the instruction of AVX512-BF16 beside two for fp32.
    if (level == KERNEL_LEVEL_V4_BF16) return !__builtin_cpu_is("intel");
#endif
    return level > KERNEL_LEVEL_V4_BF16;
}

_Thread_local int kernel_level_of_thread = -1;

int kernel_level_ask(void) { return kernel_level_of_thread = (int)kernel_level_in_use(); }

int kernel_level_set_for_thread(kernel_level level) {
    if (level > kernel_level_of_processor()) return 0;
    kernel_level_of_thread = (int)level;
    return 1;
}
