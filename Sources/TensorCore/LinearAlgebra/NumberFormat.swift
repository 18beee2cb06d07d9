import CKernels

/// How numbers are multiplied, or kept.
public enum NumberFormat: Sendable {
    case fp32
    /// Operands rounded to eight bits of mantissa, products summed in single precision.
    case bf16

    /// Whether the processor multiplies bf16 itself (AVX512-BF16). Without, products in bf16 are computed, slowly.
    public static var hasFastBF16: Bool { kernel_has_bf16() != 0 }
}
