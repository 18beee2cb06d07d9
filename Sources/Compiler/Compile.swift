import RASP

/// From RASP to the weights of a transformer, after Lindner et al., "Tracr: Compiled Transformers as a Laboratory for
/// Interpretability" (2023), with exact value sets, fused maps and undefined values.
///
/// The passes, in order:
/// 1. *Lower*: s-ops become functions of residual variables; values are inferred, maps fused, equal expressions shared,
///    selectors made bilinear, each variable given the earliest half-layer it can be computed in. All refusals come from here.
/// 2. *Liveness*: what nothing kept depends on is dropped.
/// 3. *Layout*: variables get directions with labels.
/// 4. *Assembly*: embeddings, attention heads and hidden units, sparse.
///
/// The result is a function of the source alone: same program, same options, same bytes.
public enum RASPCompiler {
    /// - Throws: `RASPError` with the place in the source for what cannot be compiled, `Failure` for a missing vocabulary or
    ///   length.
    public static func compile(_ program: Program, options: CompilerOptions = .init()) throws -> CompiledModel {
        let setting = try CompilationSetting(program, options)
        var lowering = Lowering(setting, program)
        let named = try lowering.lower(program)
        let variables = lowering.variables
        let liveness = Liveness(variables, kept: named.map(\.variable))
        let layout = Layout(variables, live: liveness.isLive)
        let assembly = Assembly(variables, liveness, layout, setting)
        let layers = (1...max(assembly.layerCount, 1)).prefix(assembly.layerCount).map { layer in
            CompiledLayer(assembly.heads(layer: layer), assembly.hiddenUnits(layer: layer), width: layout.basis.count)
        }
        return CompiledModel(
            name: program.name, vocabulary: setting.vocabulary, maxLength: setting.maxLength, causal: setting.causal,
            basis: layout.basis,
            variables: VariableTable(variables, liveness, layout).list(named),
            output: program.outputName(in: named),
            tokenEmbedding: SparseMap(columns: assembly.tokenEmbedding(), rows: layout.basis.count),
            positionEmbedding: SparseMap(columns: assembly.positionEmbedding(), rows: layout.basis.count),
            layers: layers)
    }
}

extension Program {
    /// The name under which the output was kept.
    fileprivate func outputName(in named: [(name: String, variable: Int)]) -> String {
        let own = variables.filter { $0.sop === output }.map(\.name)
        return own.contains(outputName) ? outputName : own.first ?? outputName
    }
}

extension SparseMap {
    /// A table of embeddings: each column one row of the dense matrix.
    fileprivate init(columns forms: [LinearForm], rows: Int) {
        var entries: [(row: Int, column: Int, weight: Float)] = []
        for (column, form) in forms.enumerated() {
            for term in form.terms { entries.append((term.direction, column, Float(term.weight))) }
        }
        self.init(rows: rows, columns: forms.count, bias: [Float](repeating: 0, count: rows), entries: entries)
    }
}
