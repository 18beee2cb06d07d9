import Circuits
import Compiler
import Injection
import LanguageModels
import RASP
import TensorCore

/// Test prompts in pairs of equal length, and what every component gives out for them.
struct CircuitMeasurement {
    private struct Batch: Sendable {
        /// Partners lie side by side: 0 and 1, 2 and 3, ...
        var examples: [EncodedExample]
        var runs: [CircuitRun]
        /// The student's pass over them, from whose states replacements go on.
        var pass: KnownPass
        /// What each writer gives out, [N, D], the partners' rows in the place of the own.
        var partners: [CircuitNode: Tensor]
    }

    private let run: LoadedRun
    private let placement: CircuitPlacement
    private let circuit: CompiledCircuit
    private let reader: AnswerReader
    private let comparison: ExchangeComparison
    private let batches: [Batch]
    /// The mean of each writer's output over all tokens, [1, D].
    private let means: [CircuitNode: Tensor]

    init(_ run: LoadedRun, _ placement: CircuitPlacement, prompts: Int, seed: Int) throws {
        (self.run, self.placement) = (run, placement)
        circuit = CompiledCircuit(run.compiled)
        reader = AnswerReader(run)
        comparison = ExchangeComparison(reader)
        let examples = try PromptPairs.examples(run, prompts: prompts, seed: seed)
        let groups = stride(from: 0, to: examples.count, by: 16).map {
            Array(examples[$0..<min($0 + 16, examples.count)])
        }
        let (student, writers, model, reader) = (run.student, placement.shape.writers, circuit, reader)
        let layers = Set(0..<placement.shape.layers)
        var sums: [CircuitNode: Tensor] = [:]
        var rows: Float = 0
        batches = try groups.map { group in
            let pass = KnownPass(group, states: layers, reader: reader, arena: Arena())
            let packed = pass.batch
            let tape = Tape(arena: Arena(), recording: false, precision: student.precision)
            let outputs = ComponentReplacement.outputs(of: writers, student.model, packed, tape)
            let sources = (0..<packed.count).flatMap { packed.rows($0 ^ 1) }
            var partners: [CircuitNode: Tensor] = [:]
            for (node, output) in outputs {
                let swapped = Tensor(zeros: output.shape)
                for (row, source) in sources.enumerated() {
                    swapped.rows(row..<(row + 1)).copy(from: output.rows(source..<(source + 1)))
                }
                partners[node] = swapped
                let sum = sums[node] ?? Tensor(zeros: Shape([1, output.columns]))
                for (index, value) in output.buffer.enumerated() { sum.buffer[index % output.columns] += value }
                sums[node] = sum
            }
            rows += Float(packed.tokens.count)
            return Batch(
                examples: group, runs: try group.map { try model.run(Array($0.atoms[..<$0.contentCount])) },
                pass: pass, partners: partners)
        }
        means = sums.mapValues { sum in
            let mean = Tensor(zeros: sum.shape)
            for (index, value) in sum.buffer.enumerated() { mean.buffer[index] = value / rows }
            return mean
        }
    }

    var prompts: Int { batches.reduce(0) { $0 + $1.examples.count } }

    func certificate() throws -> CircuitCertificate {
        let edges = placement.edges(of: circuit)
        var tasks: [Task] = [Task(.nothing, .resample, "")]
        let foreign = placement.foreign(edges)
        for ablation in CircuitCertificate.Ablation.allCases {
            tasks.append(Task(.outside, ablation, "all", nodes: placement.outside))
            tasks.append(Task(.outsideEdges, ablation, "all", edges: foreign))
            tasks += placement.outside.map { Task(.outsideComponent, ablation, "\($0)", nodes: [$0]) }
        }
        for step in placement.steps {
            tasks.append(
                Task(.step, .resample, "\(step.component)", nodes: step.nodes, exchangedNodes: [step.component]))
        }
        for step in placement.steps where step.groups.count > 1 {
            for (number, kept) in step.groups.enumerated() {
                let others = step.groups.enumerated().filter { $0.offset != number }.flatMap(\.element)
                let names = kept.map(\.description).joined(separator: ",")
                tasks.append(Task(.backup, .resample, "\(step.component), all but \(names)", nodes: others))
            }
        }
        for edge in circuit.edges {
            let own = Dictionary(grouping: placement.edges(of: edge), by: \.reader)
            tasks.append(
                Task(
                    .edge, .resample, "\(edge)", edges: own.map { ($0.key, $0.value.map(\.writer)) },
                    exchangedEdges: [edge]))
        }
        let cells =
            try run.student.model.mapSideBySide(tasks) { task, arena in try measure(task, arena) } + decoyCells()
        return CircuitCertificate(
            prompts: prompts, components: placement.inside.count, edges: edges.count, cells: cells)
    }

    /// How often each decoy gives out the value of its variable; numbers count where they are the nearest known one.
    private func decoyCells() throws -> [CircuitCertificate.Cell] {
        guard !placement.decoys.isEmpty else { return [] }
        let heads = placement.decoyHeads(run.layout, seed: run.settings.seed)
        let expected = ExpectedValues(run)
        return try zip(placement.decoys, heads).map { decoy, head in
            var cell = CircuitCertificate.Cell(
                kind: .decoy, ablation: .resample, what: "\(decoy.node): \(decoy.variable)")
            guard let variable = run.layout.variables.firstIndex(where: { $0.rows == head.entry.rows }) else {
                preconditionFailure("a decoy gives out a variable of the program")
            }
            for batch in batches {
                let outputs = ComponentReplacement.outputs(
                    of: [decoy.node], run.student.model, batch.pass.batch,
                    Tape(arena: Arena(), recording: false, precision: run.student.precision))
                guard let output = outputs[decoy.node] else { continue }
                let read = Tensor(zeros: [output.rows, head.codes.rows])
                BLAS.multiply(Matrix(output), Matrix(head.codes, transposed: true), into: read)
                for (index, example) in batch.examples.enumerated() {
                    let values = try expected.values(on: Array(example.atoms[..<example.contentCount]))[variable]
                    for (position, row) in batch.pass.batch.rows(index).enumerated() {
                        guard let value = values[position] else { continue }
                        cell.all.add(head.entry.value(in: read.row(row)) == value)
                    }
                }
            }
            return cell
        }
    }

    /// One replacement, and the same in the compiled model.
    private struct Task: Sendable {
        var kind: CircuitCertificate.Kind
        var ablation: CircuitCertificate.Ablation
        var what: String
        var nodes: [CircuitNode]
        var edges: [(reader: CircuitReader, writers: [CircuitNode])]
        var exchangedNodes: Set<CircuitNode>
        var exchangedEdges: Set<CircuitEdge>

        init(
            _ kind: CircuitCertificate.Kind, _ ablation: CircuitCertificate.Ablation, _ what: String,
            nodes: [CircuitNode] = [], edges: [(reader: CircuitReader, writers: [CircuitNode])] = [],
            exchangedNodes: Set<CircuitNode> = [], exchangedEdges: Set<CircuitEdge> = []
        ) {
            (self.kind, self.ablation, self.what, self.nodes, self.edges) = (kind, ablation, what, nodes, edges)
            (self.exchangedNodes, self.exchangedEdges) = (exchangedNodes, exchangedEdges)
        }

        /// The same in every sequence.
        func replacement(sequences: Int) -> ComponentReplacement {
            let all = Array(0..<sequences)
            var replacement = ComponentReplacement()
            for node in nodes { replacement.replaced[node] = all }
            for (reader, writers) in edges {
                for writer in writers { replacement.rerouted[reader, default: [:]][writer] = all }
            }
            return replacement
        }
    }

    private func measure(_ task: Task, _ arena: Arena) throws -> CircuitCertificate.Cell {
        var cell = CircuitCertificate.Cell(kind: task.kind, ablation: task.ablation, what: task.what)
        for batch in batches {
            arena.reset()
            let replacement = task.replacement(sequences: batch.examples.count)
            let values = values(of: replacement.writers, task.ablation, batch, arena)
            let said = batch.pass.nextTokens(replacement, by: values, arena: arena)
            for (index, example) in batch.examples.enumerated() {
                let (own, other) = (batch.runs[index], batch.runs[index ^ 1])
                let after =
                    !task.exchangedNodes.isEmpty
                    ? circuit.run(own, exchanging: task.exchangedNodes, with: other)
                    : circuit.run(own, exchanging: task.exchangedEdges, with: other)
                guard let changes = comparison.changes(example, from: own.output, to: after.output) else { continue }
                let isEqual = comparison.agrees(said[index], with: after.output, on: example)
                cell.all.add(isEqual)
                if changes { cell.changing.add(isEqual) }
            }
        }
        return cell
    }

    private func values(
        of writers: Set<CircuitNode>, _ ablation: CircuitCertificate.Ablation, _ batch: Batch, _ arena: Arena
    ) -> [CircuitNode: Tensor] {
        guard ablation != .resample else { return batch.partners }
        var values: [CircuitNode: Tensor] = [:]
        for node in writers {
            let constant = arena.zeros(Shape([batch.pass.batch.tokens.count, placement.shape.streamWidth]))
            if ablation == .mean, let mean = means[node] {
                for row in 0..<constant.rows { constant.rows(row..<(row + 1)).copy(from: mean) }
            }
            values[node] = constant
        }
        return values
    }
}

extension VariableLayout.Entry {
    /// The value whose row is the largest, or the known number that is nearest.
    fileprivate func value(in read: UnsafeMutablePointer<Float>) -> Atom? {
        switch encoding {
        case .categorical(let values): return values.indices.max { read[$0] < read[$1] }.map { values[$0] }
        case .numerical(let known):
            let number = Double(read[0])
            return known.min { abs($0 - number) < abs($1 - number) }.map { .float($0) }
        }
    }
}
