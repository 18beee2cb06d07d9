import Injection
import LanguageModels
import TensorCore

/// What a student would say at every token of examples' answers, in one pass, with hooks on its activations.
///
/// The answers are fed in, so each token is predicted after the correct ones before it. Exact match asks for nothing
/// else: greedy generation gives an answer if and only if each of its tokens is the most likely one after those before
/// it.
package struct AnswerReader {
    let student: Student
    let encoder: TaskEncoder

    package init(student: Student, encoder: TaskEncoder) { (self.student, self.encoder) = (student, encoder) }

    init(_ run: LoadedRun) { self.init(student: run.student, encoder: run.task.encoder) }

    /// Whether the token that ends the answer counts too.
    var checksEnd: Bool { encoder.supervision == .answerAndEnd }

    /// Positions of one example whose next token counts.
    func positions(of example: EncodedExample) -> Range<Int> {
        example.predicting.lowerBound..<(example.predicting.upperBound - (checksEnd ? 0 : 1))
    }

    /// The token that is due after `position`.
    func target(of example: EncodedExample, after position: Int) -> Int32? {
        position + 1 < example.contentCount ? example.tokens[position + 1] : student.endOfText
    }

    /// The most likely next token at each counting position of each example.
    ///
    /// - Parameters:
    ///   - following: tokens that stand behind each answer; nothing for all where it is empty.
    ///   - hooks: made for the packed batch of prompts, answers and what follows, without padding.
    package func nextTokens(
        _ examples: [EncodedExample], following: [[Int32]] = [], hooks: (PackedBatch) -> Hooks, arena: Arena
    ) -> [[Int32]] {
        precondition(following.isEmpty || following.count == examples.count, "each answer is followed by something")
        let batch = PackedBatch(
            examples.enumerated().map { index, example in
                example.tokens[..<example.contentCount] + (following.isEmpty ? [] : following[index])
            }.map(Array.init))
        let tape = Tape(arena: arena, recording: false, precision: student.precision)
        let final = student.model.forward(tape, batch, hooks: hooks(batch), keepingStates: false).final
        return choose(tape.gatherRows(final, rows: rows(of: examples, in: batch)).value, examples, arena: arena)
    }

    /// The packed rows of the positions whose next token counts.
    func rows(of examples: [EncodedExample], in batch: PackedBatch) -> [Int32] {
        zip(examples, batch.starts).flatMap { example, start in positions(of: example).map { Int32(start + $0) } }
    }

    /// The most likely tokens, example by example.
    ///
    /// - Parameter final: what the head reads at those rows.
    func choose(_ final: Tensor, _ examples: [EncodedExample], arena: Arena) -> [[Int32]] {
        let tokens = HeadReadout.argmax(
            final, head: student.model.head.value, arena: arena, precision: student.precision)
        return parted(tokens, among: examples)
    }

    /// What is known of the counting positions of all examples, example by example.
    func parted<Element>(_ all: [Element], among examples: [EncodedExample]) -> [[Element]] {
        var first = 0
        return examples.map { example in
            defer { first += positions(of: example).count }
            return Array(all[first..<(first + positions(of: example).count)])
        }
    }

    /// Whether each example is answered exactly.
    package func areExact(
        _ examples: [EncodedExample], following: [[Int32]] = [], hooks: (PackedBatch) -> Hooks, arena: Arena
    ) -> [Bool] {
        areExact(nextTokens(examples, following: following, hooks: hooks, arena: arena), of: examples)
    }

    /// Whether these are the tokens of each answer.
    func areExact(_ said: [[Int32]], of examples: [EncodedExample]) -> [Bool] {
        zip(examples, said).map { example, tokens in
            zip(positions(of: example), tokens).allSatisfy { target(of: example, after: $0) == $1 }
        }
    }
}
