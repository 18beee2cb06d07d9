import Basics

/// Examples that the student was wrong at, kept to be asked again.
///
/// Late in a training nearly all examples of a step are answered already, and what is still wrong (a carry over three
/// digits, a count of 39) is seldom drawn. Of what was asked, the memory keeps the examples with the greatest losses, and a
/// step asks some of them again in place of new ones (prioritised replay, Schaul et al. 2016). Each leaves the memory
/// when it is asked, and comes back with its new loss as long as it is not learned.
package struct HardExamples {
    package typealias Made = PerturbedExamples.Made

    /// Examples that are kept at most.
    package static let capacity = 256
    /// An example is learned where the loss of its worst token, in nats, is below this: where the token has 95 %.
    package static let learned: Float = 0.05

    private struct Entry {
        var made: Made
        var loss: Float
    }

    /// Examples a step.
    private let count: Int
    private let seed: Int
    private var entries: [Entry] = []
    /// The losses that the last examples of the step had when they were kept.
    private var known: [Float] = []
    /// All examples of the step, those that are asked again at the end.
    package var asked: [Made] = []

    package init(count: Int, seed: Int) { (self.count, self.seed) = (count, seed) }

    package var kept: [(example: Example, loss: Float)] { entries.map { ($0.made.example, $0.loss) } }

    /// Examples to ask again, fewer where the memory has fewer, each as likely as its loss is great. They leave the memory.
    ///
    /// - Parameter position: of the step in the run; the same memory gives the same examples there.
    package mutating func take(at position: Int) -> [Made] {
        var random = SeededRandom(seed: seed, stream: "hard examples/\(position)")
        var taken: [Entry] = []
        while taken.count < count, !entries.isEmpty {
            var rest = Float(random.uniform()) * entries.reduce(0) { $0 + $1.loss }
            let index = entries.firstIndex { entry in
                rest -= entry.loss
                return rest < 0
            }
            taken.append(entries.remove(at: index ?? entries.count - 1))
        }
        known = taken.map(\.loss)
        return taken.map(\.made)
    }

    /// Keeps what the student is still wrong at.
    ///
    /// - Parameter losses: of the worst token of each example in `asked`; nil where it is unknown, and an example that was asked
    ///   again keeps the loss that it had.
    package mutating func learn(_ losses: [Float?]) {
        let new = asked.count - known.count
        for (index, (made, loss)) in zip(asked, losses).enumerated() {
            guard let loss = loss ?? (index < new ? nil : known[index - new]), loss > Self.learned else { continue }
            entries.append(Entry(made: made, loss: loss))
        }
        if entries.count > Self.capacity {
            // The least go; of equal ones those that were kept first.
            let order = entries.indices.sorted { (entries[$0].loss, $0) > (entries[$1].loss, $1) }
            entries = order.prefix(Self.capacity).sorted().map { entries[$0] }
        }
        (asked, known) = ([], [])
    }

    /// What a resumed training goes on with.
    package var state: JSONValue {
        .array(
            entries.map { entry in
                [
                    "prompt": .string(entry.made.example.prompt), "answer": .string(entry.made.example.answer),
                    "tokens": .array(entry.made.encoded.prompt.map { .integer(Int($0)) }),
                    "loss": .number(Double(entry.loss)),
                ]
            })
    }

    package mutating func restore(_ state: JSONValue, encoder: TaskEncoder) throws {
        guard let saved = state.array else { throw Self.damage }
        entries = try saved.map { saved in
            guard let prompt = saved["prompt"]?.string, let answer = saved["answer"]?.string,
                let loss = saved["loss"]?.number, let tokens = saved["tokens"]?.array?.map(\.integer),
                tokens.allSatisfy({ $0.map { (0..<encoder.tokenizer.count).contains($0) } ?? false })
            else { throw Self.damage }
            let encoded = try encoder.encode(promptTokens: tokens.compactMap { $0.map { Int32($0) } }, answer: answer)
            return Entry(made: (Example(prompt: prompt, answer: answer), encoded), loss: Float(loss))
        }
    }

    private static var damage: Failure {
        Failure(.badData, "the checkpoint's examples to be asked again are damaged")
    }
}
