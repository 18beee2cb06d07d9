import RASP
import TensorCore

/// How often the decoded value of each variable is the program's, over the tokens of a test set.
public struct DecodingAgreement: Sendable {
    public struct Count: Sendable {
        public var variable: String
        public var equal: Int
        public var n: Int
        public var value: Double { n == 0 ? 1 : Double(equal) / Double(n) }
    }

    public var variables: [Count]
    public var prompts: Int
    public var layer: Int

    /// The share of all (token, variable) pairs.
    public var value: Double {
        let n = variables.reduce(0) { $0 + $1.n }
        return n == 0 ? 1 : Double(variables.reduce(0) { $0 + $1.equal }) / Double(n)
    }

    /// Reads prompts and answers, token by token. The reference is the interpreter, and only values that it defines count.
    static func measure(_ examples: [Example], run: LoadedRun, layer: Int? = nil) throws -> DecodingAgreement {
        let decoder = Decoder(run)
        let expected = ExpectedValues(run)
        let layer = layer ?? decoder.layer
        var counts = decoder.variableNames.map { Count(variable: $0, equal: 0, n: 0) }
        let context = run.student.model.configuration.contextLength
        let encoded = try examples.map { try run.task.encoder.encode($0) }.filter { $0.contentCount <= context }
        let arena = Arena()
        for start in stride(from: 0, to: encoded.count, by: 32) {
            arena.reset()
            let batch = encoded[start..<min(start + 32, encoded.count)]
            let sequences = batch.map { Array($0.tokens[..<$0.contentCount]) }
            let (_, mapped) = decoder.streams(of: sequences, layer: layer, arena: arena)
            var row = 0
            for example in batch {
                let values = try expected.values(on: Array(example.atoms[..<example.contentCount]))
                for position in 0..<example.contentCount {
                    let decoded = decoder.values(mapped.row(row))
                    row += 1
                    for index in counts.indices {
                        guard let value = values[index][position] else { continue }
                        counts[index].n += 1
                        if decoded[index] == value { counts[index].equal += 1 }
                    }
                }
            }
        }
        return DecodingAgreement(variables: counts, prompts: encoded.count, layer: layer)
    }
}
