import Basics
import Passes
import RASP

/// A lowered program with its directions: its depth and width are known, its weights are not there yet.
///
/// From here on nothing depends on the language that the program was written in.
struct LaidOutProgram {
    let lowered: LoweredProgram
    private let layout: Layout
    private let assembly: Assembly
    private let setting: CompilationSetting
    private let name: String
    private let output: String

    /// - Parameters:
    ///   - name: what the model is called.
    ///   - output: the name of the output among the lowered variables.
    init(_ lowered: LoweredProgram, name: String, output: String, _ setting: CompilationSetting) {
        self.lowered = lowered
        self.setting = setting
        self.name = name
        self.output = output
        layout = Layout(
            lowered.variables, lowered.liveness,
            output: lowered.named.first { $0.name.hasSameBytes(as: output) }?.variable,
            reusing: setting.reuseDirections, blocks: lowered.blocks)
        assembly = Assembly(lowered.variables, lowered.liveness, layout, setting)
    }

    var layerCount: Int { assembly.layerCount }
    var width: Int { layout.basis.count }

    /// - Throws: `RASPError` where the noise cannot be bounded.
    func assembled() throws -> CompiledModel {
        let (variables, liveness) = (lowered.variables, lowered.liveness)
        var noise = NoisePass(variables, liveness, layout, setting)
        var layers: [CompiledLayer] = []
        var round: [(heads: [HeadPlan], units: [HiddenUnit])] = []
        for layer in stride(from: 1, through: assembly.layerCount, by: 1) {
            let heads = assembly.heads(layer: layer)
            noise.attend(heads, layer: layer)
            let units = assembly.hiddenUnits(layer: layer, noise: noise)
            try noise.feedForward(units, after: heads, layer: layer)
            layers.append(CompiledLayer(heads, units, width: width))
            guard let block = lowered.blocks.first(where: { $0.contains(2 * layer) }) else { continue }
            round.append((heads, units))
            guard block.end == 2 * layer else { continue }
            // What noise the first round leaves, the next one goes on with.
            for _ in 1..<max(block.rounds, 1) {
                for (index, plan) in round.enumerated() {
                    let layer = block.start / 2 + 1 + index
                    noise.attend(plan.heads, layer: layer)
                    try noise.feedForward(plan.units, after: plan.heads, layer: layer)
                }
            }
            round = []
        }
        return CompiledModel(
            name: name, vocabulary: setting.vocabulary, maxLength: setting.maxLength, causal: setting.causal,
            basis: layout.basis,
            variables: VariableTable(variables, liveness, layout, blocks: lowered.blocks).list(lowered.named),
            output: output,
            tokenEmbedding: SparseMap(columns: assembly.tokenEmbedding(), rows: width),
            positionEmbedding: SparseMap(columns: assembly.positionEmbedding(), rows: width),
            layers: layers,
            repeated: lowered.blocks.map {
                RepeatedLayers(first: $0.start / 2, count: ($0.end - $0.start) / 2, times: $0.rounds)
            }, noise: noise.bound)
    }
}

extension LoweredProgram {
    /// The weights of a program that was lowered by hand, or from another language than RASP.
    ///
    /// - Parameter program: gives the model its name, and the name of the output.
    /// - Throws: `RASPError` where the noise that rounding leaves cannot be bounded; `Failure` (an internal error) for a
    ///   variable that does not fit those before it.
    package func assembled(as program: any SymbolicProgram, _ setting: CompilationSetting) throws -> CompiledModel {
        for (number, variable) in variables.enumerated() {
            try variable.checkInvariants(among: Array(variables[..<number]))
        }
        return try LaidOutProgram(self, name: program.name, output: program.outputName, setting).assembled()
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
