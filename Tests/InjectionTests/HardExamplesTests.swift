import Basics
import Injection
import LanguageModels
import Resources
import Testing

/// Examples that are kept to be asked again.
@Suite struct HardExamplesTests {
    private static func made(_ name: String, _ token: Int32 = 1) -> HardExamples.Made {
        let encoded = EncodedExample(
            tokens: [token, 2], atoms: [], promptCount: 1, answerCount: 1, supervised: [0], targets: [2])
        return (Example(prompt: name, answer: "a"), encoded)
    }

    private static func memory(_ losses: [(String, Float)], count: Int) -> HardExamples {
        var hard = HardExamples(count: count, seed: 3)
        hard.asked = losses.map { made($0.0) }
        hard.learn(losses.map(\.1))
        return hard
    }

    private static func names(_ examples: [HardExamples.Made]) -> [String] { examples.map(\.example.prompt) }

    @Test func whatIsLearnedIsForgotten() {
        var hard = Self.memory([("right", 0.01), ("wrong", 2), ("unsure", 0.3)], count: 2)
        #expect(hard.kept.map(\.example.prompt) == ["wrong", "unsure"])
        let again = hard.take(at: 0)
        #expect(Set(Self.names(again)) == ["wrong", "unsure"])
        #expect(hard.kept.isEmpty, "what is asked leaves the memory")
        // Asked again beside a new one: one is learned now, the loss of the other is not known.
        hard.asked = [Self.made("new")] + again
        hard.learn([4] + Self.names(again).map { $0 == "unsure" ? 0.02 : nil })
        #expect(hard.kept.map(\.example.prompt) == ["new", "wrong"])
        #expect(hard.kept.map(\.loss) == [4, 2])
    }

    @Test func theMemoryHoldsTheGreatestLosses() {
        let losses = (0..<(HardExamples.capacity + 40)).map { ("\($0)", Float($0 % 7) + 1) }
        let kept = Self.memory(losses, count: 1).kept
        #expect(kept.count == HardExamples.capacity)
        let least = losses.map(\.1).sorted(by: >)[HardExamples.capacity - 1]
        #expect(kept.allSatisfy { $0.loss >= least })
        #expect(kept.filter { $0.loss > least }.count == losses.filter { $0.1 > least }.count)
    }

    /// Drawn as often as their losses are great: 3 of 4 draws, within five deviations of 400 draws.
    @Test func greaterLossesAreAskedMoreOften() {
        let memory = Self.memory([("much", 3), ("little", 1)], count: 1)
        let draws = (0..<400).map { position -> String in
            var hard = memory
            return Self.names(hard.take(at: position))[0]
        }
        #expect((257...343).contains(draws.filter { $0 == "much" }.count))
        var (one, other) = (memory, memory)
        #expect(Self.names(one.take(at: 11)) == Self.names(other.take(at: 11)), "the same step asks the same")
    }

    @Test func aResumedMemoryAsksTheSame() throws {
        let task = try InjectionTask.named("count")
        let tokenizer = try Tokenizer.load(
            BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).tinyStudent())
        let encoder = try TaskEncoder(
            task: task,
            tokenizer: tokenizer.removingMerges { left, right in task.edits.contains { $0.removes(left, right) } })
        var hard = HardExamples(count: 3, seed: 3)
        hard.asked = try task.examples(.train, count: 12).map { (example: $0, encoded: try encoder.encode($0)) }
        hard.learn((0..<12).map { 0.1 + Float($0) / 3 })
        var resumed = HardExamples(count: 3, seed: 3)
        try resumed.restore(JSONParser.parse(hard.state.text()), encoder: encoder)
        #expect(resumed.kept.map(\.loss) == hard.kept.map(\.loss))
        let (taken, wanted) = (resumed.take(at: 5), hard.take(at: 5))
        #expect(taken.map(\.encoded) == wanted.map(\.encoded))
        #expect(taken.map(\.example) == wanted.map(\.example))
        #expect(taken.count == 3)
    }

    @Test func damageIsRefused() throws {
        let task = try InjectionTask.named("count")
        let tokenizer = try Tokenizer.load(
            BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).tinyStudent())
        let encoder = try TaskEncoder(task: task, tokenizer: tokenizer)
        for state: JSONValue in [
            "text", [["prompt": "p"]],
            [["prompt": "p", "answer": "a", "loss": 1, "tokens": [1, 99_999_999]]],
            [["prompt": "p", "answer": "a", "loss": 1, "tokens": [.number(1.5)]]],
        ] {
            var hard = HardExamples(count: 1, seed: 3)
            #expect(throws: Failure.self, "\(state)") { try hard.restore(state, encoder: encoder) }
        }
    }
}
