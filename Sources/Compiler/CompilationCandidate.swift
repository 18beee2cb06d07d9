import RASP
import Serialization

/// A program lowered in one way and laid out: its depth and width are known, its weights are not there yet.
struct CompilationCandidate {
    private let program: Program
    private let lowering: Lowering
    private let lowered: LoweredProgram
    private let layout: Layout
    private let assembly: Assembly
    private let output: String

    /// - Throws: `RASPError` with the place in the source for what cannot be compiled this way.
    init(
        _ program: Program, _ setting: CompilationSetting, _ fusion: FusionDecisions, _ tabulations: Tabulations,
        deadlines: Deadlines = Deadlines()
    ) throws {
        self.program = program
        var lowering = Lowering(setting, program, fusion, tabulations, deadlines: deadlines)
        let named = try lowering.lower(program)
        self.lowering = lowering
        lowered = LoweredProgram(lowering, named: named)
        let outputName = program.outputName(in: named)
        output = outputName
        layout = Layout(
            lowered.variables, lowered.liveness, output: named.first { $0.name.hasSameBytes(as: outputName) }?.variable,
            reusing: setting.reuseDirections)
        assembly = Assembly(lowered.variables, lowered.liveness, layout, setting)
    }

    var layerCount: Int { assembly.layerCount }

    /// Whether it has neither more layers nor a wider stream.
    func isNoLarger(than model: CompiledModel) -> Bool {
        layerCount <= model.layerCount && layout.basis.count <= model.width
    }

    /// What going step by step would cost.
    var stepwiseCost: StepwiseCost { StepwiseCost(program, lowering) }
    var deadlines: Deadlines { Deadlines(program, lowering, lowered.liveness) }

    /// - Throws: `RASPError` where the noise cannot be bounded.
    func assembled() throws -> CompiledModel {
        let (variables, liveness, setting) = (lowered.variables, lowered.liveness, lowering.setting)
        var noise = NoisePass(variables, liveness, layout, setting)
        var layers: [CompiledLayer] = []
        for layer in stride(from: 1, through: assembly.layerCount, by: 1) {
            let heads = assembly.heads(layer: layer)
            noise.attend(heads, layer: layer)
            let units = assembly.hiddenUnits(layer: layer, noise: noise)
            try noise.feedForward(units, after: heads, layer: layer)
            layers.append(CompiledLayer(heads, units, width: layout.basis.count))
        }
        return CompiledModel(
            name: program.name, vocabulary: setting.vocabulary, maxLength: setting.maxLength, causal: setting.causal,
            basis: layout.basis,
            variables: VariableTable(variables, liveness, layout).list(lowered.named),
            output: output,
            tokenEmbedding: SparseMap(columns: assembly.tokenEmbedding(), rows: layout.basis.count),
            positionEmbedding: SparseMap(columns: assembly.positionEmbedding(), rows: layout.basis.count),
            layers: layers, noise: noise.bound)
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
