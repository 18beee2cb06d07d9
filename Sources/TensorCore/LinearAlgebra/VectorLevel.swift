import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much of the processor the kernels use. The names are those of the levels of x86-64; each includes those before
/// it.
///
/// Kernels use all that the processor has, or less where the environment variable `TRACR_INJECT_VECTORS` says so.
/// OpenBLAS chooses its own kernel, which `OPENBLAS_CORETYPE` sets.
public enum VectorLevel: Int, CaseIterable, Comparable, Sendable {
    /// What every processor of the architecture has.
    case none
    case v3
    case v4
    case v4BF16
    case v4AMX

    public static let variable = KERNEL_LEVEL_VARIABLE

    /// The level's name, as the variable spells it.
    public var name: String { String(cString: kernel_level_name(kernel)) }

    /// The instructions that the level is known for.
    public var instructions: String {
        switch self {
        case .none:
            #if arch(x86_64)
                "SSE2"
            #elseif arch(arm64)
                "NEON"
            #else
                "no vectors"
            #endif
        case .v3: "AVX2 and FMA"
        case .v4: "AVX-512"
        case .v4BF16: "AVX-512 with bf16"
        case .v4AMX: "AVX-512 and AMX with bf16"
        }
    }

    /// The highest level of the processor.
    public static var ofProcessor: VectorLevel { VectorLevel(kernel_level_of_processor()) }

    /// The levels that this processor can show, lowest first.
    public static var available: [VectorLevel] { allCases.filter { $0 <= ofProcessor } }

    /// The level that the kernels use in this process.
    public static var inUse: VectorLevel { VectorLevel(kernel_level_in_use()) }

    /// What the environment asks for, whether or not it is a level; nil where it asks for nothing.
    public static var requested: String? {
        guard let value = getenv(variable) else { return nil }
        let name = String(cString: value)
        return name.isEmpty ? nil : name
    }

    public static func named(_ name: String) -> VectorLevel? { allCases.first { $0.name == name } }

    public static func < (a: VectorLevel, b: VectorLevel) -> Bool { a.rawValue < b.rawValue }

    /// Runs `body` with the kernels that the calling thread calls at this level, to compare levels. Other threads stay
    /// at the level of the process, so whatever `Parallel` divides is not of one level. Only for levels of the
    /// processor.
    package func onThisThread<Result>(_ body: () throws -> Result) rethrows -> Result {
        precondition(self <= Self.ofProcessor, "the processor has no \(instructions)")
        _ = kernel_level_set_for_thread(kernel)
        defer { _ = kernel_level_set_for_thread(Self.inUse.kernel) }
        return try body()
    }

    private var kernel: kernel_level { kernel_level(rawValue: kernel_level.RawValue(rawValue)) }

    private init(_ level: kernel_level) { self = VectorLevel(rawValue: Int(level.rawValue)) ?? .none }
}
