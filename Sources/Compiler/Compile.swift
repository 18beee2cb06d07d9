import RASP
import Serialization

/// From RASP to the weights of a transformer, after Lindner et al., "Tracr: Compiled Transformers as a Laboratory for
/// Interpretability" (2023), with exact value sets, fused maps and undefined values.
///
/// The passes, in order:
/// 1. *Lower*: s-ops become functions of residual variables; values are inferred, maps fused, equal expressions shared,
///    selectors made bilinear, each variable given the earliest half-layer it can be computed in. All refusals come from here.
/// 2. *Liveness*: what nothing kept depends on is dropped.
/// 3. *Layout*: variables get directions with labels.
/// 4. *Assembly*: embeddings, attention heads and hidden units, sparse; beside it, layer by layer, the bound on the noise that
///    rounding leaves (`NoisePass`). What it cannot bound is refused.
///
/// The result is a function of the source alone: same program, same options, same bytes.
public enum RASPCompiler {
    /// - Throws: `RASPError` with the place in the source for what cannot be compiled, `Failure` for a missing vocabulary or
    ///   length.
    public static func compile(_ program: Program, options: CompilerOptions = .init()) throws -> CompiledModel {
        let setting = try CompilationSetting(program, options)
        let tabulations = Tabulations()
        var best: CompiledModel?
        var limit: StepwiseCost?
        var refusal: (any Error)?
        // Attention alone needs this many; an MLP comes with each.
        let leastLayers = LayerReport(program.output).layers
        for fusion in setting.fusions where best.map({ $0.layerCount > max(leastLayers, 1) }) ?? true {
            do {
                let (model, cost) = try compile(program, setting, fusion, tabulations)
                limit = limit ?? cost
                if let known = best, let limit, !model.isBetter(than: known, within: limit) { continue }
                best = model
            } catch { refusal = refusal ?? error }
        }
        guard let best else { throw refusal ?? Failure(.internalError, "no way to compile '\(program.name)' was tried") }
        return best
    }

    /// The same for those who go on to use the weights unseen: they are compared with the interpreter on some inputs first.
    ///
    /// - Throws: as `compile`, and a `Failure` that names the first difference.
    public static func compileVerified(
        _ program: Program, options: CompilerOptions = .init(), inputs: Int = 100
    ) throws -> CompiledModel {
        let model = try compile(program, options: options)
        try model.verify(against: program, count: inputs).require()
        return model
    }

    private static func compile(
        _ program: Program, _ setting: CompilationSetting, _ fusion: Fusion, _ tabulations: Tabulations
    ) throws -> (CompiledModel, StepwiseCost) {
        var lowering = Lowering(setting, program, fusion, tabulations)
        let named = try lowering.lower(program)
        let lowered = LoweredProgram(lowering, named: named)
        let (variables, liveness) = (lowered.variables, lowered.liveness)
        let output = program.outputName(in: named)
        let outputVariable = named.first { $0.name.hasSameBytes(as: output) }?.variable
        let layout = Layout(variables, liveness, output: outputVariable, reusing: setting.reuseDirections)
        let assembly = Assembly(variables, liveness, layout, setting)
        var noise = NoisePass(variables, liveness, layout, setting)
        var layers: [CompiledLayer] = []
        for layer in stride(from: 1, through: assembly.layerCount, by: 1) {
            let heads = assembly.heads(layer: layer)
            noise.attend(heads, layer: layer)
            let units = assembly.hiddenUnits(layer: layer, noise: noise)
            try noise.feedForward(units, after: heads, layer: layer)
            layers.append(CompiledLayer(heads, units, width: layout.basis.count))
        }
        let model = CompiledModel(
            name: program.name, vocabulary: setting.vocabulary, maxLength: setting.maxLength, causal: setting.causal,
            basis: layout.basis,
            variables: VariableTable(variables, liveness, layout).list(named),
            output: output,
            tokenEmbedding: SparseMap(columns: assembly.tokenEmbedding(), rows: layout.basis.count),
            positionEmbedding: SparseMap(columns: assembly.positionEmbedding(), rows: layout.basis.count),
            layers: layers, noise: noise.bound)
        return (model, StepwiseCost(program, lowering))
    }
}

extension CompiledModel {
    /// Fewer layers as long as that costs no more than going step by step; at equal depth fewer non-zeros.
    fileprivate func isBetter(than other: CompiledModel, within limit: StepwiseCost) -> Bool {
        let fits = { (model: CompiledModel) in
            model.nonzeroCount <= limit.nonzeros && model.hiddenSize <= limit.hiddenUnits
        }
        if fits(self) != fits(other) { return fits(self) }
        return fits(self)
            ? (layerCount, nonzeroCount) < (other.layerCount, other.nonzeroCount)
            : (nonzeroCount, layerCount) < (other.nonzeroCount, other.layerCount)
    }
}

extension Program {
    /// The name under which the output was kept.
    fileprivate func outputName(in named: [(name: String, variable: Int)]) -> String {
        let own = variables.filter { $0.sop === output }.map(\.name)
        return own.contains { $0.hasSameBytes(as: outputName) } ? outputName : own.first ?? outputName
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
