import Circuits
import RASP

/// A forward pass of a compiled model, taken apart: what every component adds to the residual stream, and the output.
public struct CircuitRun: Sendable {
    public let tokens: [Atom]
    /// The output at every position; nil where it is undefined.
    public let output: [Atom?]
    /// By writer, `[tokens + 1, directions of the writer]`, BOS first.
    let shares: [[Double]]
}

extension CompiledCircuit {
    /// Runs the model.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func run(_ tokens: [Atom]) throws -> CircuitRun {
        var pass = CircuitPass(self, tokens: tokens)
        try pass.embed()
        return pass.finished()
    }

    /// The run of the same tokens where some edges carry what they carry in another run. (Path patching: only those
    /// readers see it, and what they make of it goes on.)
    ///
    /// - Precondition: Both inputs have the same length.
    public func run(_ base: CircuitRun, exchanging edges: Set<CircuitEdge>, with source: CircuitRun) -> CircuitRun {
        var pass = CircuitPass(self, base: base, source: source)
        for edge in edges {
            if let writer = wiring.numbers[edge.writer] { pass.exchanged[edge.reader, default: []].insert(writer) }
        }
        return pass.finished()
    }

    /// The run of the same tokens where some components write what they write in another run, for all who read it.
    ///
    /// - Precondition: Both inputs have the same length.
    public func run(_ base: CircuitRun, exchanging nodes: Set<CircuitNode>, with source: CircuitRun) -> CircuitRun {
        var pass = CircuitPass(self, base: base, source: source)
        let writers = Set(nodes.compactMap { wiring.numbers[$0] })
        for reader in shape.readers { pass.exchanged[reader] = writers }
        return pass.finished()
    }
}

/// The pass under way.
private struct CircuitPass {
    let circuit: CompiledCircuit
    let tokens: [Atom]
    /// What is computed anew only where something differs from it.
    let base: CircuitRun?
    let source: CircuitRun?
    /// By reader, the writers of whose shares it sees the source's.
    var exchanged: [CircuitReader: Set<Int>] = [:]
    private var shares: [[Double]]
    /// Writers whose share is not that of the base.
    private var changed: Set<Int> = []

    private var model: CompiledModel { circuit.model }
    private var wiring: CircuitWiring { circuit.wiring }
    private var positions: Int { tokens.count + 1 }

    init(_ circuit: CompiledCircuit, tokens: [Atom]) {
        self.circuit = circuit
        self.tokens = tokens
        (base, source) = (nil, nil)
        shares = [[Double]](repeating: [], count: circuit.wiring.writers.count)
    }

    init(_ circuit: CompiledCircuit, base: CircuitRun, source: CircuitRun) {
        precondition(base.tokens.count == source.tokens.count, "inputs of different lengths are exchanged")
        precondition(base.shares.count == circuit.wiring.writers.count, "the run is of another model")
        self.circuit = circuit
        tokens = base.tokens
        (self.base, self.source) = (base, source)
        shares = base.shares
    }

    mutating func embed() throws {
        let rows = [model.vocabulary.count] + (try model.encode(tokens))
        var (embedded, places) = (SparseVectors(), SparseVectors())
        for (position, row) in rows.enumerated() {
            embedded.append(row, 1)
            embedded.endVector()
            places.append(position, 1)
            places.endVector()
        }
        shares[0] = share(of: 0) { sums in
            model.tokenEmbedding.accumulate(embedded, into: sums)
            model.positionEmbedding.accumulate(places, into: sums)
        }
    }

    mutating func finished() -> CircuitRun {
        for writer in wiring.writers.indices.dropFirst() {
            guard let new = computed(wiring.writers[writer]) else { continue }
            shares[writer] = new(writer)
            if let base, base.shares[writer] != shares[writer] { changed.insert(writer) }
        }
        let output = differs(.logits) ? decoded() : base?.output ?? decoded()
        return CircuitRun(tokens: tokens, output: output, shares: shares)
    }

    /// How a component's share is computed; nil where all that it reads is as in the base.
    private func computed(_ node: CircuitNode) -> ((Int) -> [Double])? {
        guard base == nil || node.readers.contains(where: differs) else { return nil }
        switch node {
        case .head(let layer, let number):
            let head = model.layers[layer].heads[number]
            let streams = node.readers.map(stream)
            return { writer in
                let means = head.means(
                    queries: streams[0], keys: streams[1], values: streams[2], causal: model.causal)
                return share(of: writer) { head.output.accumulate(means, into: $0) }
            }
        case .mlp(let number):
            let layer = model.layers[number]
            return { writer in
                let active = layer.activations(stream(.mlp(layer: number)))
                return share(of: writer) { layer.output.accumulate(active, into: $0) }
            }
        case .input, .logits: return nil
        }
    }

    /// The share that a reader sees.
    private func share(_ writer: Int, seenBy reader: CircuitReader) -> [Double] {
        guard let source, exchanged[reader]?.contains(writer) == true else { return shares[writer] }
        return source.shares[writer]
    }

    private func differs(_ reader: CircuitReader) -> Bool {
        guard let base, let input = wiring.inputs[reader] else { return true }
        return input.suppliers.contains { writer, columns in
            guard changed.contains(writer) || exchanged[reader]?.contains(writer) == true else { return false }
            let (seen, own, width) = (
                share(writer, seenBy: reader), base.shares[writer], wiring.directions[writer].count
            )
            return (0..<positions).contains { position in
                columns.contains { seen[position * width + $0] != own[position * width + $0] }
            }
        }
    }

    /// What a reader reads of the stream: sums in double precision, rounded to fp32 once.
    private func stream(_ reader: CircuitReader) -> SparseVectors {
        var vectors = SparseVectors()
        guard let input = wiring.inputs[reader] else { return vectors }
        let seen = Dictionary(
            uniqueKeysWithValues: input.suppliers.map { ($0.writer, share($0.writer, seenBy: reader)) })
        let sources = input.sources.map { sources in
            sources.map {
                (values: seen[$0.writer] ?? [], column: $0.column, width: wiring.directions[$0.writer].count)
            }
        }
        for position in 0..<positions {
            for (direction, sources) in zip(input.directions, sources) {
                let sum = Float(sources.reduce(0.0) { $0 + $1.values[position * $1.width + $1.column] })
                if sum != 0 { vectors.append(direction, Double(sum)) }
            }
            vectors.endVector()
        }
        return vectors
    }

    /// What a sum over the whole width holds on a writer's directions.
    private func share(of writer: Int, _ accumulate: (UnsafeMutableBufferPointer<Double>) -> Void) -> [Double] {
        var sums = [Double](repeating: 0, count: positions * model.width)
        sums.withUnsafeMutableBufferPointer { accumulate($0) }
        let directions = wiring.directions[writer]
        return (0..<positions).flatMap { position in directions.map { sums[position * model.width + $0] } }
    }

    private func decoded() -> [Atom?] {
        let (variable, stream) = (model.outputVariable, stream(.logits))
        return (1..<positions).map { position in
            var row = [Float](repeating: 0, count: model.width)
            for entry in stream.starts[position]..<stream.starts[position + 1] {
                row[Int(stream.columns[entry])] = Float(stream.values[entry])
            }
            return model.decode(variable, row)
        }
    }
}
