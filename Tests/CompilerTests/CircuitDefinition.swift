import Circuits
import Compiler
import Foundation
import RASP
import Testing

/// Exchanges by their definition, on dense matrices and without a thought for speed, against `CompiledCircuit`.
@Suite struct CircuitDefinition {
    /// `[rows, columns]`
    private typealias Matrix = [[Double]]

    /// Every component's share of the stream, by its name; what an edge carries can be taken from elsewhere.
    private struct DenseRun {
        var shares: [(node: CircuitNode, share: Matrix)] = []
        var output: [Atom?] = []
    }

    private func apply(_ map: SparseMap, _ stream: Matrix) -> Matrix {
        let entries = map.entries
        return stream.map { row in
            var result = map.bias.map(Double.init)
            for entry in entries { result[entry.row] += row[entry.column] * Double(entry.weight) }
            return result
        }
    }

    private func run(
        _ model: CompiledModel, _ tokens: [Atom], _ exchanged: Set<CircuitEdge> = [], _ source: DenseRun? = nil
    ) throws -> DenseRun {
        let rows = [model.vocabulary.count] + (try model.encode(tokens))
        var run = DenseRun()
        var embedded = Matrix(repeating: [Double](repeating: 0, count: model.width), count: rows.count)
        for entry in model.tokenEmbedding.entries {
            for (position, row) in rows.enumerated() where row == entry.column {
                embedded[position][entry.row] += Double(entry.weight)
            }
        }
        for entry in model.positionEmbedding.entries where entry.column < rows.count {
            embedded[entry.column][entry.row] += Double(entry.weight)
        }
        run.shares.append((.input, embedded))
        func stream(_ reader: CircuitReader, _ before: [(node: CircuitNode, share: Matrix)]) -> Matrix {
            var sum = Matrix(repeating: [Double](repeating: 0, count: model.width), count: rows.count)
            for (number, writer) in before.enumerated() {
                let isExchanged = exchanged.contains(CircuitEdge(writer.node, reader))
                let share = isExchanged ? source?.shares[number].share ?? writer.share : writer.share
                for position in rows.indices {
                    for direction in 0..<model.width { sum[position][direction] += share[position][direction] }
                }
            }
            return sum
        }
        for (number, layer) in model.layers.enumerated() {
            let before = run.shares
            for (index, head) in layer.heads.enumerated() {
                let node = CircuitNode.head(layer: number, head: index)
                let streams = node.readers.map { stream($0, before) }
                let (queries, keys) = (apply(head.query, streams[0]), apply(head.key, streams[1]))
                let values = apply(head.value, streams[2])
                let means = rows.indices.map { query -> [Double] in
                    let visible = model.causal ? query + 1 : rows.count
                    let logits = (0..<visible).map { key in
                        zip(queries[query], keys[key]).reduce(0) { $0 + $1.0 * $1.1 }
                    }
                    let largest = logits.max() ?? 0
                    let weights = logits.map { exp($0 - largest) }
                    let total = weights.reduce(0, +)
                    return (0..<head.valueSize).map { dimension in
                        (0..<visible).reduce(0) { $0 + weights[$1] / total * values[$1][dimension] }
                    }
                }
                run.shares.append((node, apply(head.output, means)))
            }
            let hidden = apply(layer.hidden, stream(.mlp(layer: number), run.shares)).map { $0.map { max($0, 0) } }
            run.shares.append((.mlp(layer: number), apply(layer.output, hidden)))
        }
        let last = stream(.logits, run.shares)
        run.output = last.dropFirst().map { model.decode(model.outputVariable, $0.map { Float($0) }) }
        return run
    }

    @Test(arguments: ["induction", "sort_by_frequency", "dyck1", "fraction_previous"]) func edges(_ name: String) throws
    {
        let model = try ShippedPrograms.model(name)
        let circuit = CompiledCircuit(model)
        for pair in try model.circuitPairs(6, seed: 2, bred: 256) {
            let (base, source) = (try circuit.run(pair.base), try circuit.run(pair.source))
            let (denseBase, denseSource) = (try run(model, pair.base), try run(model, pair.source))
            #expect(agree(base.output, denseBase.output))
            for edge in circuit.shape.edges {
                let ours = circuit.run(base, exchanging: [edge], with: source).output
                let theirs = try run(model, pair.base, [edge], denseSource).output
                #expect(agree(ours, theirs), "\(edge)")
            }
        }
    }

    private func agree(_ left: [Atom?], _ right: [Atom?]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { CompiledModel.agree($0, $1) }
    }
}
