// Kernels compiled once a level and chosen at each call: a portable binary at native speed, on a processor that can be
// treated as a lesser one.
#ifndef CKERNELS_DISPATCH_H
#define CKERNELS_DISPATCH_H
#include "level.h"

// What the calling thread's kernels use; negative until it has asked.
extern _Thread_local int kernel_level_of_thread;
int kernel_level_ask(void);

static inline __attribute__((always_inline, unused)) kernel_level current_level(void) {
    const int level = kernel_level_of_thread;
    return (kernel_level)(level >= 0 ? level : kernel_level_ask());
}

// VECTOR_KERNEL(result, name, (parameters), (their names)) { body } defines the function `name`. The body is written
// once and inlined into a function for each level; whatever it calls has to be inlined too, since a vector may not cross
// a call between functions compiled for different processors.
#define VARIANT(result, name, level, target, parameters, arguments) \
    target static __attribute__((noinline)) result name##_##level parameters { return name##_body arguments; }

#if defined(__x86_64__)
// Features by name and not `arch=x86-64-v4`, for which the compiler keeps to registers of 256 bits.
#define TARGET_V3 __attribute__((target("avx2,fma,bmi,bmi2")))
#define TARGET_V4 \
    __attribute__((target("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")))

#define VECTOR_KERNEL(result, name, parameters, arguments) \
    static inline __attribute__((always_inline)) result name##_body parameters; \
    VARIANT(result, name, none, , parameters, arguments) \
    VARIANT(result, name, v3, TARGET_V3, parameters, arguments) \
    VARIANT(result, name, v4, TARGET_V4, parameters, arguments) \
    result name parameters { \
        const kernel_level level_ = current_level(); \
        if (level_ >= KERNEL_LEVEL_V4) return name##_v4 arguments; \
        if (level_ >= KERNEL_LEVEL_V3) return name##_v3 arguments; \
        return name##_none arguments; \
    } \
    static inline __attribute__((always_inline)) result name##_body parameters
#else
#define VECTOR_KERNEL(result, name, parameters, arguments) result name parameters
#endif
#endif
