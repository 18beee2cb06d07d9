import Foundation
import Injection
import LanguageModels
import TensorCore

/// A student that was not trained, beside a compiled program: where the program has an answer, the logit of the token that
/// says it is raised. After Weng et al., Mastering Symbolic Operations: Augmenting Language Models with Compiled Neural
/// Networks (2023), whose gate adds the logits of a compiled network to those of the language model.
package struct GatedStudent {
    package let student: Student
    package let gate: ProgramGate
    /// How much is added to the logit, in nats.
    package let logit: Double

    private static let batch = 32

    package init(_ student: Student, gate: ProgramGate, logit: Double) {
        (self.student, self.gate, self.logit) = (student, gate, logit)
    }

    /// -log p of every token of every window but its first, in nats.
    ///
    /// With b added to the logit of a token of probability q, the sum of the exponentials grows by the factor
    /// 1 + (e^b - 1) q: -log p grows by its logarithm, and for that token falls by b.
    package func losses(of windows: [[Int32]]) -> [[Float]] {
        var losses = Perplexity.losses(of: windows, student: student)
        let answers = windows.map { gate.answers(to: $0) }
        for (index, window) in windows.enumerated() where answers[index].dropLast().contains(where: { $0 != nil }) {
            // What the program says in the place of the tokens that follow.
            let raised = said(after: window, answers[index])
            for position in 0..<(window.count - 1) {
                guard let answer = answers[index][position], let surprise = raised[position] else { continue }
                let growth = log1p(expm1(logit) * exp(-Double(surprise)))
                let own = answer == window[position + 1] ? logit : 0
                losses[index][position] = Float(max(0, Double(losses[index][position]) + growth - own))
            }
        }
        return losses
    }

    /// -log p of the program's tokens at the positions that have one, before anything is raised.
    private func said(after window: [Int32], _ answers: [Int32?]) -> [Int: Float] {
        let said = answers.enumerated().compactMap { position, answer in answer.map { (position, $0) } }
        let positions = said.map(\.0)
        let arena = Arena()
        let hidden = hidden([window], rows: positions.map(Int32.init), arena: arena)
        let losses = HeadReadout.losses(
            hidden, head: student.model.head.value, targets: said.map(\.1), arena: arena,
            precision: student.precision)
        return Dictionary(uniqueKeysWithValues: zip(positions, losses))
    }

    /// Whether each example is answered exactly by greedy generation: whether each token of its answer, and its end where
    /// that counts, is the most likely one after those before it.
    package func areExact(_ examples: [EncodedExample], reader: AnswerReader) -> [Bool] {
        stride(from: 0, to: examples.count, by: Self.batch).flatMap { start in
            let batch = Array(examples[start..<min(start + Self.batch, examples.count)])
            return reader.areExact(nextTokens(batch, reader: reader), of: batch)
        }
    }

    /// The most likely next token at each counting position of each example.
    private func nextTokens(_ examples: [EncodedExample], reader: AnswerReader) -> [[Int32]] {
        let texts = examples.map { Array($0.tokens[..<$0.contentCount]) }
        let arena = Arena()
        let rows = reader.rows(of: examples, in: PackedBatch(texts))
        let hidden = hidden(texts, rows: rows, arena: arena)
        let head = student.model.head.value
        let likely = HeadReadout.argmax(hidden, head: head, arena: arena, precision: student.precision)
        let answers = zip(examples, texts).flatMap { example, text in
            let all = gate.answers(to: text)
            return reader.positions(of: example).map { all[$0] }
        }
        func surprise(_ tokens: [Int32]) -> [Float] {
            HeadReadout.losses(hidden, head: head, targets: tokens, arena: arena, precision: student.precision)
        }
        let before = surprise(likely)
        let raised = surprise(zip(answers, likely).map { $0 ?? $1 })
        let chosen = likely.indices.map { row in
            guard let answer = answers[row] else { return likely[row] }
            return Double(raised[row]) - logit <= Double(before[row]) ? answer : likely[row]
        }
        return reader.parted(chosen, among: examples)
    }

    /// What the head reads at these rows of the packed texts.
    private func hidden(_ texts: [[Int32]], rows: [Int32], arena: Arena) -> Tensor {
        let tape = Tape(arena: arena, recording: false, precision: student.precision)
        let final = student.model.forward(tape, PackedBatch(texts), keepingStates: false).final
        return tape.gatherRows(final, rows: rows).value
    }
}
