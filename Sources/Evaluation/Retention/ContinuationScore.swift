import Basics
import LanguageModels
import TensorCore

/// A text's tokens, and tokens whose probability behind them is asked for.
package struct Continuation {
    package var context: [Int32]
    package var tokens: [Int32]

    package init(context: [Int32], tokens: [Int32]) { (self.context, self.tokens) = (context, tokens) }
}

/// What a student thinks of a continuation.
package struct ContinuationScore {
    /// log p of all its tokens, in nats.
    package var logProbability: Double
    /// Whether each of its tokens is the most likely one, the ones before it given.
    package var isGreedy: Bool
    /// Whether the context was too long for the student, and lost its beginning.
    package var isCut: Bool

    /// - Throws: `.badData` for a continuation that alone is longer than what the student reads, or has no tokens.
    package static func measure(_ continuations: [Continuation], student: Student) throws(Failure)
        -> [ContinuationScore]
    {
        let room = student.model.configuration.contextLength
        for continuation in continuations {
            guard (1...room).contains(continuation.tokens.count), !continuation.context.isEmpty else {
                throw Failure(
                    .badData,
                    "a continuation of \(continuation.tokens.count) tokens behind a context of "
                        + "\(continuation.context.count) cannot be asked for: the student reads at most \(room)")
            }
        }
        let arena = Arena()
        var scores: [ContinuationScore] = []
        var start = 0
        while start < continuations.count {
            var sequences: [[Int32]] = []
            var tokens = 0
            while start + sequences.count < continuations.count, tokens < 4_096 {
                let next = continuations[start + sequences.count]
                // The last token is predicted, not read.
                sequences.append(Array((next.context + next.tokens).dropLast().suffix(room)))
                tokens += sequences[sequences.count - 1].count
            }
            arena.reset()
            let batch = PackedBatch(sequences)
            let tape = Tape(arena: arena, recording: false, precision: student.precision)
            let final = student.model.forward(tape, batch, keepingStates: false).final
            let group = continuations[start..<(start + sequences.count)]
            var rows: [Int32] = []
            for (continuation, end) in zip(group, batch.starts.dropFirst()) {
                rows += (0..<continuation.tokens.count).map { Int32(end - continuation.tokens.count + $0) }
            }
            let targets = group.flatMap(\.tokens)
            let hidden = tape.gatherRows(final, rows: rows).value
            let head = student.model.head.value
            let losses = HeadReadout.losses(
                hidden, head: head, targets: targets, arena: arena, precision: student.precision)
            let likeliest = HeadReadout.argmax(hidden, head: head, arena: arena, precision: student.precision)
            var first = 0
            for continuation in group {
                let range = first..<(first + continuation.tokens.count)
                scores.append(
                    ContinuationScore(
                        logProbability: -range.reduce(0.0) { $0 + Double(losses[$1]) },
                        isGreedy: range.allSatisfy { likeliest[$0] == targets[$0] },
                        isCut: continuation.context.count + continuation.tokens.count - 1 > room))
                first = range.upperBound
            }
            start += sequences.count
        }
        return scores
    }
}
