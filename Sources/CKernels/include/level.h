#ifndef CKERNELS_LEVEL_H
#define CKERNELS_LEVEL_H
#include <stdbool.h>

/// How much of the processor the kernels use. The names are those of the x86-64 psABI's levels; each includes those
/// before it.
typedef enum {
    /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
    KERNEL_LEVEL_NONE,
    /// AVX2 and FMA.
    KERNEL_LEVEL_V3,
    /// AVX-512 (F, BW, CD, DQ and VL).
    KERNEL_LEVEL_V4,
    /// AVX-512 that multiplies bf16 as well (AVX512-BF16).
    KERNEL_LEVEL_V4_BF16,
    /// The same with the processor's matrix unit (AMX-TILE, AMX-BF16).
    KERNEL_LEVEL_V4_AMX,
    KERNEL_LEVEL_COUNT,
} kernel_level;

/// The environment variable that lowers the level: `none`, `v3`, `v4`, `v4-bf16` or `v4-amx`.
#define KERNEL_LEVEL_VARIABLE "TRACR_INJECT_VECTORS"

/// A level's name, as the variable spells it.
const char *kernel_level_name(kernel_level level);

/// The highest level that the processor, and the system for its registers, has.
kernel_level kernel_level_of_processor(void);

/// The level in use: the one that the environment variable names, read once, or else the processor's. A name that is
/// none, or of a level that the processor lacks, changes nothing here; whoever reads the environment for a person has to
/// say so.
kernel_level kernel_level_in_use(void);

/// Whether the level in use multiplies bf16 faster than OpenBLAS multiplies fp32 with what the processor has.
bool kernel_bf16_is_fast(void);

/// Makes kernels that the calling thread calls use another level than the process, for tests that compare levels.
/// Returns 0, and changes nothing, where the processor lacks it.
int kernel_level_set_for_thread(kernel_level level);
#endif
