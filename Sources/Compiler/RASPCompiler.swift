import Passes
import RASP

// Whoever compiles a program names its options, and need not know that they lie with the passes that go by them.
@_exported import struct Passes.CompilerOptions

/// From RASP to the weights of a transformer, after Lindner et al., "Tracr: Compiled Transformers as a Laboratory for
/// Interpretability" (2023), with exact value sets, fused maps and undefined values.
///
/// The passes, in order:
/// 1. *Lower*: s-ops become functions of residual variables; values are inferred, maps fused, equal expressions shared,
///    selectors made bilinear, each variable given the earliest half-layer it can be computed in. Nearly all refusals
///    come from here.
/// 2. *Liveness*: what nothing kept depends on is dropped.
/// 3. *Layout*: variables get directions with labels.
/// 4. *Assembly*: embeddings, attention heads and hidden units, sparse; beside it, layer by layer, the bound on the
///    noise that rounding leaves (`NoisePass`). A program whose noise cannot be bounded is refused here.
///
/// The result is a function of the source alone: same program, same options, same bytes.
public enum RASPCompiler {
    /// - Throws: `RASPError` with the place in the source for what cannot be compiled, `Failure` for a missing
    ///   vocabulary or length.
    public static func compile(_ program: Program, options: CompilerOptions = .init()) throws -> CompiledModel {
        let setting = try CompilationSetting(program, options)
        var search = CandidateSearch(program, setting)
        try search.checkReach()
        for fusion in setting.fusions where !search.isDone { try search.attempt(fusion) }
        return try search.result()
    }
}
