import Basics
import Circuits
import Compiler
import InjectionSettings
import LanguageModels
import TensorCore

/// Draws the circuit batch of each step: what is replaced, and by what.
package struct CircuitSource {
    package let placement: CircuitPlacement
    /// The student's true edges.
    package let edges: Set<CircuitEdge>
    let perturbed: PerturbedExamples
    let oracle: CompiledOracle
    let settings: Settings.Circuit
    /// Of all steps together.
    let examples: Int
    let seed: Int
    private let outside: [CircuitNode]
    /// The variables that the circuit computes; the program may name others, which its output does not need.
    private let computed: Set<ExactString>
    /// By reader the writers that it has no true edge from.
    private let foreign: [(reader: CircuitReader, writers: [CircuitNode])]

    /// - Parameter settings: of the run.
    package init(
        placement: CircuitPlacement, circuit: CompiledCircuit, perturbed: PerturbedExamples, oracle: CompiledOracle,
        settings: Settings
    ) {
        let edges = placement.edges(of: circuit)
        (self.placement, self.edges, self.perturbed, self.oracle) = (placement, edges, perturbed, oracle)
        (self.settings, seed) = (settings.circuit, settings.seed)
        examples = settings.steps * settings.batch.task
        let nodes = Set(circuit.nodes)
        computed = Set(
            circuit.model.variables.filter { circuit.writer(of: $0).map(nodes.contains) ?? false }.map {
                ExactString($0.name)
            })
        outside = placement.outside
        foreign = placement.foreign(edges)
    }

    /// - Parameters:
    ///   - made: the examples of a step, or of a shard of it.
    ///   - position: of the step's first example in the run; the same choice whenever it is asked for.
    /// - Returns: nil where no example has a partner, and in steps before anything is replaced.
    package func batch(
        from made: [PerturbedExamples.Made], at position: Int, shard: Int, encoder: TaskEncoder, arena: Arena
    ) throws -> CircuitBatch? {
        guard let extent = settings.extent(after: Double(position) / Double(max(examples, 1))) else { return nil }
        var random = SeededRandom(seed: seed, stream: "circuit/\(position)/\(shard)")
        var order = Array(made.indices)
        random.shuffle(&order)
        let candidates = order.prefix(settings.examples)
        let partners = try Parallel.map(Array(candidates)) { index in
            try perturbed.partner(of: made[index], among: made, at: position * 1_024 + index)
        }
        let pairs = zip(candidates, partners).compactMap { index, partner in partner.map { (made[index].encoded, $0) } }
        guard !pairs.isEmpty else { return nil }

        let byEdges = random.uniform() < settings.edges
        let step = random.pick(placement.steps)
        let exchanged = byEdges ? [] : pairs.indices.filter { _ in random.integer(below: 2) == 0 }
        let batch = try examples(pairs, exchanging: step.component, in: exchanged, encoder: encoder, arena: arena)
        for node in step.nodes where !exchanged.isEmpty { batch.replacement.replaced[node] = exchanged }
        // For half of the examples everything that may be replaced is, for the others any share of it.
        let shares = pairs.map { _ in extent * (random.integer(below: 2) == 0 ? 1 : random.uniform()) }
        func chosen(_ random: inout SeededRandom) -> [Int] {
            pairs.indices.filter { shares[$0] == 1 || random.uniform() < shares[$0] }
        }
        if byEdges {
            for (reader, writers) in foreign {
                var replaced: [CircuitNode: [Int]] = [:]
                for writer in writers { replaced[writer] = chosen(&random) }
                batch.replacement.rerouted[reader] = replaced
            }
        } else {
            for node in outside { batch.replacement.replaced[node] = chosen(&random) }
            spareBackups(&batch.replacement, sequences: pairs.count, apart: (step.component, exchanged), &random)
        }
        return batch
    }

    /// Of each step that has backups one set is kept and the others may be replaced: nothing follows from it.
    ///
    /// - Parameter exchanged: the step all of whose sets are replaced, and where.
    private func spareBackups(
        _ replacement: inout ComponentReplacement, sequences: Int, apart exchanged: (CircuitNode, [Int]),
        _ random: inout SeededRandom
    ) {
        for step in placement.steps where step.groups.count > 1 {
            let kept = random.integer(below: step.groups.count)
            let chosen = (0..<sequences).filter { _ in random.integer(below: 2) == 0 }
                .filter { step.component != exchanged.0 || !exchanged.1.contains($0) }
            for (number, group) in step.groups.enumerated() where number != kept {
                for node in group { replacement.replaced[node, default: []] += chosen }
            }
        }
    }

    /// The examples with the compiled model's answers, in some of them after an exchange of one component's outputs.
    private func examples(
        _ pairs: [(own: EncodedExample, partner: EncodedExample)], exchanging component: CircuitNode,
        in exchanged: [Int], encoder: TaskEncoder, arena: Arena
    ) throws -> CircuitBatch {
        let packed = PackedBatch(pairs.map(\.own.tokens))
        var batch = TrainingBatch(
            packed: packed, taskSequences: pairs.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: packed.tokens.count), texts: [])
        var targets = try oracle.targets(for: pairs.map(\.own.atoms), dense: false, arena: arena)
        oracle.forget(&targets) { !computed.contains(ExactString($0.name)) }
        let changed = try Parallel.map(exchanged) { index in
            try oracle.model.residualStates(
                pairs[index].own.atoms, replacing: [component], with: pairs[index].partner.atoms)
        }
        let outputs = oracle.exchange(
            &targets, behind: component.layer ?? 0, runs: Array(zip(exchanged, changed)), starts: packed.starts)
        if var after = targets.exchanged {
            oracle.forget(&after) { !computed.contains(ExactString($0.name)) }
            targets.exchanged = after
        }
        for (index, pair) in pairs.enumerated() {
            let start = packed.starts[index]
            for position in pair.own.predicting where position < pair.own.tokens.count {
                batch.isAnswer[start + position] = true
            }
            let answers = outputs[index].map { encoder.answer(of: pair.own, after: $0) } ?? pair.own.answerTargets
            for (position, target) in answers {
                batch.answerRows.append(Int32(start + position))
                batch.answerTargets.append(target)
            }
        }
        batch.targets = targets
        return CircuitBatch(examples: batch, partners: PackedBatch(pairs.map(\.partner.tokens)))
    }
}
