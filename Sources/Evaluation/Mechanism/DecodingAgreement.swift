import Injection
import TensorCore

/// How often the decoded value of each variable is the program's, over the tokens of a test set, at every layer of the
/// student.
public struct DecodingAgreement: Sendable {
    public struct Count: Sendable {
        public var variable: String
        public var equal = 0
        public var n = 0
        public var value: Double { n == 0 ? 1 : Double(equal) / Double(n) }
    }

    /// Residual states x variables; state 0 is the embedding's output.
    public var layers: [[Count]]
    public var prompts: Int
    /// The last aligned layer, which `variables` and `value` are of.
    public var layer: Int

    public var variables: [Count] { layers[layer] }
    /// The share of all (token, variable) pairs.
    public var value: Double { Self.share(variables) }

    static func share(_ counts: [Count]) -> Double {
        let n = counts.reduce(0) { $0 + $1.n }
        return n == 0 ? 1 : Double(counts.reduce(0) { $0 + $1.equal }) / Double(n)
    }

    /// Reads prompts and answers, token by token. The reference is the interpreter, and only values that it defines
    /// count.
    static func measure(_ examples: [EncodedExample], run: LoadedRun) throws -> DecodingAgreement {
        let decoder = Decoder(run)
        let expected = ExpectedValues(run)
        let none = decoder.variableNames.map { Count(variable: $0) }
        let configuration = run.student.model.configuration
        let encoded = examples.filter { $0.contentCount <= configuration.contextLength }
        let batches = stride(from: 0, to: encoded.count, by: 32).map {
            Array(encoded[$0..<min($0 + 32, encoded.count)])
        }
        let counted = try run.student.model.mapSideBySide(batches) { batch, arena in
            let states = decoder.mappedStates(of: batch.map { Array($0.tokens[..<$0.contentCount]) }, arena: arena)
            let values = try Parallel.map(batch) { try expected.values(on: Array($0.atoms[..<$0.contentCount])) }
            return try Parallel.map(Array(states.indices)) { layer in
                var counts = none
                var row = 0
                for (example, values) in zip(batch, values) {
                    for position in 0..<example.contentCount {
                        let decoded = decoder.values(states[layer].row(row))
                        row += 1
                        for index in counts.indices {
                            guard let value = values[index][position] else { continue }
                            counts[index].n += 1
                            if decoded[index] == value { counts[index].equal += 1 }
                        }
                    }
                }
                return counts
            }
        }
        var layers = [[Count]](repeating: none, count: configuration.layers + 1)
        for counts in counted {
            for layer in layers.indices {
                for variable in layers[layer].indices {
                    layers[layer][variable].equal += counts[layer][variable].equal
                    layers[layer][variable].n += counts[layer][variable].n
                }
            }
        }
        return DecodingAgreement(layers: layers, prompts: encoded.count, layer: decoder.layer)
    }
}
