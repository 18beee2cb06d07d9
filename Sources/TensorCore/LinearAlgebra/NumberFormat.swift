import CKernels

/// How numbers are multiplied, or kept.
public enum NumberFormat: Sendable {
    case fp32
    /// Operands rounded to eight bits of mantissa, products summed in single precision.
    case bf16

    /// Whether the kernels in use multiply bf16 by the processor's own instructions (AVX512-BF16 or AMX). Without them,
    /// products in bf16 are computed as well, but slowly.
    public static var hasBF16: Bool { VectorLevel.inUse >= .v4BF16 }
    /// Whether they multiply it faster than fp32.
    public static var hasFastBF16: Bool { kernel_bf16_is_fast() }
}
