import Basics
import Injection
import RASP

/// The values of the program's variables on the tokens of some examples, which a probe is fitted to and measured against.
struct ProbeLabels: Sendable {
    /// Variables x tokens; nil where the interpreter defines no value.
    var values: [[Atom?]]

    var tokens: Int { values.first?.count ?? 0 }

    init(_ examples: [EncodedExample], run: LoadedRun) throws {
        let expected = ExpectedValues(run)
        values = run.layout.variables.map { _ in [] }
        for example in examples {
            for (index, own) in try expected.values(on: Array(example.atoms[..<example.contentCount])).enumerated() {
                values[index] += own
            }
        }
    }

    /// The same labels in a random order, so that a token's label says nothing of the token.
    func shuffled(seed: Int) -> ProbeLabels {
        var random = SeededRandom(seed: seed, stream: "shuffled labels")
        var order = Array(0..<tokens)
        random.shuffle(&order)
        var labels = self
        for index in labels.values.indices { labels.values[index] = order.map { values[index][$0] } }
        return labels
    }
}
