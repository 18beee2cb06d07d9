/// How numbers are multiplied, or kept.
public enum NumberFormat: Sendable {
    case fp32
    /// Operands rounded to eight bits of mantissa, products summed in single precision.
    case bf16

    /// Whether the kernels in use multiply bf16 by the processor's own instruction (AVX512-BF16). Without it, products
    /// in bf16 are computed as well, but slowly.
    public static var hasFastBF16: Bool { VectorLevel.inUse >= .v4BF16 }
}
