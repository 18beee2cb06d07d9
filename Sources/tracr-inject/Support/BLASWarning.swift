import Logging
import TensorCore

/// A kernel that is slower than the processor allows halves the speed of everything, and nothing else would tell.
enum BLASWarning {
    /// Kernels of OpenBLAS that use AVX-512.
    private static let wide: Set<String> = ["SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids"]
    /// Kernels that use AVX2.
    private static let middle: Set<String> = ["Haswell", "Zen"]

    static var text: String? {
        let extensions = Set(Machine.vectorExtensions)
        let kernel = BLAS.kernelName
        let best: String
        if extensions.contains("avx512f"), !wide.contains(kernel) {
            best = "AVX-512"
        } else if extensions.contains("avx2"), !wide.contains(kernel), !middle.contains(kernel) {
            best = "AVX2"
        } else {
            return nil
        }
        let cause = BLAS.forcedKernel.map { "OPENBLAS_CORETYPE=\($0) is set" } ?? "OpenBLAS chose it"
        return "matrix products run on the \(kernel) kernel, but the processor has \(best) (\(cause))"
    }

    static func warn() {
        if let text { Logger(label: "blas").warning("\(text)") }
    }
}
