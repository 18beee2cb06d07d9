import Circuits
import Discovery
import Foundation
import LanguageModels
import TensorCore

/// What cutting edges does, by the plainest means: one prompt at a time, a hook at every writer and reader, sums by
/// loops. What the module computes is compared with it.
struct PlainReference {
    let model: any LanguageModel
    let pair: PromptPair
    let shape: CircuitShape
    let clean: [CircuitNode: [Float]]
    /// What takes the place of each output.
    let replacement: [CircuitNode: [Float]]
    private let cleanFinal: [Float]

    init(_ model: any LanguageModel, _ pair: PromptPair, zero: Bool = false) {
        self.model = model
        self.pair = pair
        shape = CircuitShape(model.configuration)
        (clean, cleanFinal) = Self.outputs(model, pair.clean)
        replacement = zero ? clean.mapValues { $0.map { _ in 0 } } : Self.outputs(model, pair.corrupted).0
    }

    private static func outputs(_ model: any LanguageModel, _ tokens: [Int32]) -> ([CircuitNode: [Float]], [Float]) {
        var outputs: [CircuitNode: [Float]] = [:]
        var hooks = Hooks()
        for node in CircuitShape(model.configuration).writers {
            guard let point = node.hookPoint else { continue }
            hooks.observe(at: point) { outputs[node] = $0.value.values }
        }
        let final = model.forward(Tape(arena: Arena(), recording: false), PackedBatch([tokens]), hooks: hooks).final
        // Positions belong to no component.
        for (index, value) in (positions(model, tokens) ?? []).enumerated() { outputs[.input]?[index] -= value }
        return (outputs, final.value.rows(tokens.count - 1..<tokens.count).values)
    }

    /// What the positions alone add to the embedding.
    private static func positions(_ model: any LanguageModel, _ tokens: [Int32]) -> [Float]? {
        model.positions(Tape(arena: Arena(), recording: false), PackedBatch([tokens]))?.value.values
    }

    func difference(_ node: CircuitNode) -> [Float] {
        zip(replacement[node] ?? [], clean[node] ?? []).map { $0 - $1 }
    }

    var cleanLoss: Double { loss(cleanFinal) }

    /// Minus the logit difference.
    private func loss(_ final: [Float]) -> Double {
        let head = model.head.value
        return final.indices.reduce(0) { sum, column in
            let direction = Double(head[Int(pair.incorrect), column]) - Double(head[Int(pair.correct), column])
            return sum + Double(final[column]) * direction
        }
    }

    /// KL(clean || changed) of the next token.
    private func divergence(_ final: [Float]) -> Double {
        func logProbabilities(_ x: [Float]) -> [Double] {
            let head = model.head.value
            let logits = (0..<head.rows).map { row in
                x.indices.reduce(0.0) { $0 + Double(x[$1]) * Double(head[row, $1]) }
            }
            let most = logits.max() ?? 0
            let total = most + log(logits.reduce(0) { $0 + exp($1 - most) })
            return logits.map { $0 - total }
        }
        let (clean, changed) = (logProbabilities(cleanFinal), logProbabilities(final))
        return zip(clean, changed).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }

    /// The loss of the clean prompt with changes.
    ///
    /// - Parameters:
    ///   - cut: For their readers, their writers' outputs of this very pass are replaced.
    ///   - added: What is added to what an edge's reader reads.
    ///   - replacing: What takes the place of whole outputs.
    ///   - kl: Whether the loss is the divergence from the clean prompt.
    func loss(
        cutting cut: Set<CircuitEdge> = [], adding added: (edge: CircuitEdge, values: [Float])? = nil,
        replacing: [CircuitNode: [Float]] = [:], kl: Bool = false
    ) -> Double {
        var now: [CircuitNode: [Float]] = [:]
        var hooks = Hooks()
        let positions = Self.positions(model, pair.clean)
        for node in shape.writers {
            guard let point = node.hookPoint else { continue }
            hooks.add(at: point) { tape, activation in
                var values = activation.value.values
                let own = node == .input ? positions : nil
                func addPositions(_ sign: Float) {
                    guard let own else { return }
                    for index in values.indices { values[index] += sign * own[index] }
                }
                addPositions(-1)
                if let other = replacing[node] { values = other }
                now[node] = values
                addPositions(1)
                return tape.constant(Tensor(values, shape: activation.shape))
            }
        }
        for reader in shape.readers {
            let edges = cut.filter { $0.reader == reader }
            let change = added?.edge.reader == reader ? added?.values : nil
            guard !edges.isEmpty || change != nil else { continue }
            hooks.add(at: reader.hookPoint(in: model.configuration)) { tape, stream in
                var values = stream.value.values
                for edge in edges {
                    let (target, current) = (replacement[edge.writer] ?? [], now[edge.writer] ?? [])
                    for index in values.indices { values[index] += target[index] - current[index] }
                }
                if let change { values = zip(values, change).map(+) }
                return tape.constant(Tensor(values, shape: stream.shape))
            }
        }
        let tape = Tape(arena: Arena(), recording: false)
        let final = model.forward(tape, PackedBatch([pair.clean]), hooks: hooks).final.value
        let last = final.rows(pair.clean.count - 1..<pair.clean.count).values
        return kl ? divergence(last) : loss(last)
    }

    /// The derivative of the loss along an edge's difference of the clean and the corrupted prompt, by central differences
    /// of fourth order.
    func slope(_ edge: CircuitEdge, replacing: [CircuitNode: [Float]] = [:]) -> Double {
        let (step, way) = (0.02, difference(edge.writer))
        func at(_ share: Double) -> Double {
            loss(adding: (edge, way.map { Float(share) * $0 }), replacing: replacing)
        }
        return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
    }
}
