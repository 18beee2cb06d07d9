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
        var plans: [LayerPlan] = []
        while plans.count < assembly.layerCount {
            let next = plans.count + 1
            if let block = lowered.blocks.first(where: { $0.contains(2 * next) }) {
                do {
                    let round = try plansOfRound(block, noise)
                    for _ in 0..<block.rounds { try noise.follow(round) }
                    plans += round
                } catch var error as RASPError {
                    error.addNote("without --tied each round has units of its own, for the noise that it meets")
                    throw error
                }
            } else {
                plans.append(try plan(next, &noise))
            }
        }
        return CompiledModel(
            name: name, vocabulary: setting.vocabulary, maxLength: setting.maxLength, causal: setting.causal,
            basis: layout.basis,
            variables: VariableTable(variables, liveness, layout, blocks: lowered.blocks).list(lowered.named),
            output: output,
            tokenEmbedding: SparseMap(columns: assembly.tokenEmbedding(), rows: width),
            positionEmbedding: SparseMap(columns: assembly.positionEmbedding(), rows: width),
            layers: plans.map { CompiledLayer($0.heads, $0.units, width: width) },
            repeated: lowered.blocks.map {
                RepeatedLayers(first: $0.start / 2, count: ($0.end - $0.start) / 2, times: $0.rounds)
            }, noise: noise.bound)
    }

    private func plan(_ layer: Int, _ noise: inout NoisePass) throws -> LayerPlan {
        let heads = assembly.heads(layer: layer)
        noise.attend(heads, layer: layer)
        let units = assembly.hiddenUnits(layer: layer, noise: noise)
        try noise.feedForward(units, after: heads, layer: layer)
        return LayerPlan(number: layer, heads: heads, units: units)
    }

    /// The layers of a block, with units that bear the noise of every round.
    ///
    /// Units are made for the noise that they meet. Those for the noise of the last round are the cleanest; but that is the
    /// noise that units for the first round have let grow, and after many rounds it can be more than any units bear, where
    /// cleaner ones would have kept it small. Then those for the noise after a few rounds are tried.
    private func plansOfRound(_ block: LoopBlock, _ noise: NoisePass) throws -> [LayerPlan] {
        var begun = noise
        let numbers = (block.start / 2 + 1)...(block.end / 2)
        let first = try numbers.map { try plan($0, &begun) }
        guard block.rounds > 1 else { return first }
        func units(after rounds: Int) throws -> [LayerPlan] {
            var noise = begun
            for _ in 1..<rounds where (try? noise.follow(first)) == nil { break }
            return try numbers.map { try plan($0, &noise) }
        }
        let last = Result { try units(after: block.rounds - 1) }
        if let units = try? last.get(), bears(units, noise, block.rounds) { return units }
        var rounds = 1
        while rounds < block.rounds - 1 {
            if let cleaner = try? units(after: rounds), bears(cleaner, noise, block.rounds) { return cleaner }
            rounds += max(1, rounds / 16)
        }
        return try last.get()
    }

    /// Whether units hold the noise down through all rounds.
    private func bears(_ units: [LayerPlan], _ noise: NoisePass, _ rounds: Int) -> Bool {
        var noise = noise
        for _ in 0..<rounds where (try? noise.follow(units)) == nil { return false }
        return true
    }
}

/// The heads and hidden units of one layer, by its number from 1 among those that are stored.
private struct LayerPlan {
    let number: Int
    let heads: [HeadPlan]
    let units: [HiddenUnit]
}

extension NoisePass {
    /// The noise after these layers.
    ///
    /// - Throws: `RASPError` where it could change a value.
    fileprivate mutating func follow(_ layers: [LayerPlan]) throws {
        for layer in layers {
            attend(layer.heads, layer: layer.number)
            try feedForward(layer.units, after: layer.heads, layer: layer.number)
        }
    }
}

extension LoweredProgram {
    /// The weights of a program that was lowered by hand, or from another language than RASP.
    ///
    /// - Parameter program: gives the model its name, and the name of the output.
    /// - Throws: `RASPError` where the noise that rounding leaves cannot be bounded; `Failure` (an internal error) for a
    ///   variable that does not fit those before it.
    package func assembled(as program: any SymbolicProgram, _ setting: CompilationSetting) throws -> CompiledModel {
        var earlier: PerVariable<CompilerVariable> = []
        for variable in variables {
            try variable.checkInvariants(among: earlier)
            earlier.append(variable)
        }
        return try LaidOutProgram(self, name: program.name, output: program.outputName, setting).assembled()
    }
}

extension SparseMap {
    /// A table of embeddings: each column one row of the dense matrix.
    fileprivate init(columns forms: [LinearForm], rows: Int) {
        var entries: [(row: Int, column: Int, weight: Float)] = []
        for (column, form) in forms.enumerated() {
            for term in form.terms { entries.append((term.direction.index, column, Float(term.weight))) }
        }
        self.init(rows: rows, columns: forms.count, bias: [Float](repeating: 0, count: rows), entries: entries)
    }
}
