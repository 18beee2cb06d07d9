import Foundation
import Logging
import TensorCore

/// Whether OpenBLAS multiplies with what the processor has, and what is done where it does not.
///
/// OpenBLAS chooses a kernel when it is loaded. A version that is older than the processor does not know it and takes its
/// oldest kernel, with which a training step takes several times as long. The choice can be made for the library only
/// before it is loaded, so the process then starts itself once more, with the kernel in its environment.
enum BLASKernel {
    /// Kernels of OpenBLAS, the widest first, with the level of the processor that they use.
    private static let families: [(level: VectorLevel, name: String, kernels: Set<String>, choice: String)] = [
        (.v4, "AVX-512", ["SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids"], "SkylakeX"),
        (.v3, "AVX2", ["Haswell", "Zen"], "Haswell"),
    ]
    /// What OpenBLAS reads when it is loaded.
    private static let variable = "OPENBLAS_CORETYPE"
    /// How many threads it starts. It is called from threads of this program's own, and its own would only wait for work,
    /// for a while without rest.
    private static let threads = "OPENBLAS_NUM_THREADS"
    /// What tells the process that it has started itself, and which of these it has set.
    private static let mark = "TRACR_INJECT_BLAS_CHOSEN"

    /// The widest family that the processor has, where the kernel in use belongs to a lesser one.
    private static var missed: (name: String, choice: String)? {
        let level = VectorLevel.ofProcessor
        guard let family = families.first(where: { level >= $0.level }), !family.kernels.contains(BLAS.kernelName)
        else { return nil }
        return (family.name, family.choice)
    }

    /// Starts the process again where OpenBLAS chose less than the processor has. A kernel that the user has set stays.
    ///
    /// Called before anything else: the process keeps its number, its arguments and its open files.
    static func choose() {
        if getenv(mark) != nil {
            // Processes that this one starts find the environment as the user set it.
            restoreEnvironment()
            // The system calls the process `exe`, after the link that it was started by.
            if let name = fopen("/proc/self/comm", "w") {
                fputs("tracr-inject", name)
                fclose(name)
            }
        } else if BLAS.forcedKernel == nil, let missed {
            let set = getenv(threads) == nil ? [variable, threads] : [variable]
            setenv(mark, set.joined(separator: " "), 1)
            setenv(variable, missed.choice, 1)
            setenv(threads, "1", 0)
            execv("/proc/self/exe", CommandLine.unsafeArgv)
            // It returns only where it failed: then everything is slower, and `warning` says so.
            restoreEnvironment()
        }
    }

    private static func restoreEnvironment() {
        let set = getenv(mark).map { String(cString: $0) } ?? ""
        for name in set.split(separator: " ") where [variable, threads].contains(String(name)) {
            unsetenv(String(name))
        }
        unsetenv(mark)
    }

    /// That the kernel is slower than the processor allows; nil where it is not.
    static var warning: String? {
        guard let missed else { return nil }
        let cause = BLAS.forcedKernel.map { "\(variable)=\($0) is set" } ?? "OpenBLAS chose it"
        return "matrix products run on the \(BLAS.kernelName) kernel, but the processor has \(missed.name) (\(cause))"
    }

    static func warn() {
        if let warning { Logger(label: "blas").warning("\(warning)") }
    }
}
