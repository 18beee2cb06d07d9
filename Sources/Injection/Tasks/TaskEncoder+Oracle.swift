import Basics
import RASP

extension TaskEncoder {
    /// What the check before training covered.
    public struct OracleReport: Sendable, Equatable {
        public var examples: Int { lengths.count }
        /// The student's tokens of each example.
        public var lengths: [Int] = []
        /// Answer tokens and end marks compared.
        public var positions = 0
        /// Whether the program marks the answer's end.
        public var checksEnd = false
    }

    /// Runs examples through the compiled model: where the answer's token is to be predicted, the program has to output
    /// it.
    ///
    /// This is what makes it impossible to train against a program that does not solve the task in the student's
    /// tokens: an `x` inside the word "text" that is counted too, or a trigger that the token map does not pass on.
    ///
    /// - Parameters:
    ///   - examples: the examples that are checked.
    ///   - run: the compiled model's decoded output per position, BOS left out (or the interpreter's).
    /// - Throws: `Failure` `.badData` with the first example that differs.
    public func check(
        _ examples: some Sequence<Example>, run: (_ atoms: [Atom]) throws -> [Atom?]
    ) throws -> OracleReport {
        var report = OracleReport(checksEnd: task.tokens.end != nil)
        for example in examples {
            let encoded = try encode(example)
            let output: [Atom?]
            do {
                output = try run(Array(encoded.atoms[..<encoded.contentCount]))
            } catch {
                throw Failure(
                    .badData,
                    "program \(task.program) cannot run on an example of task \(task.name): "
                        + ((error as? Failure)?.message ?? "\(error)"),
                    at: example.jsonLine)
            }
            try compare(encoded, with: output, example: example)
            report.lengths.append(encoded.tokens.count)
            report.positions += task.tokens.answers != nil ? 1 : encoded.answerCount + (report.checksEnd ? 1 : 0)
        }
        return report
    }

    /// Compares one example with the program's decoded output (per position, at least the example's content).
    ///
    /// Training can call this for every example it draws, at no more than the cost of decoding a state that it has
    /// anyway.
    public func compare(_ encoded: EncodedExample, with output: [Atom?], example: Example) throws {
        for position in encoded.predicting {
            let next = position + 1
            let expected: Atom?
            if task.tokens.answers != nil, next > encoded.promptCount { break }
            if next < encoded.contentCount {
                guard let atom = outputOfToken[encoded.tokens[next]] else {
                    throw mismatch(
                        encoded, position, example,
                        "the answer's token '\(tokenizer.decode([encoded.tokens[next]]))' stands for no output of the program"
                    )
                }
                expected = atom
            } else if let end = task.tokens.end {
                expected = end
            } else {
                continue
            }
            let got = position < output.count ? output[position] : nil
            guard got == expected else {
                throw mismatch(
                    encoded, position, example,
                    "the program gives \(got?.quoted ?? "nothing"), the label needs \(expected?.quoted ?? "nothing")")
            }
        }
    }

    private func mismatch(_ encoded: EncodedExample, _ position: Int, _ example: Example, _ what: String) -> Failure {
        let piece = tokenizer.decode([encoded.tokens[position]])
        // What the program saw other than filling, piece by piece: a slip in the token map shows here.
        let seen = (0..<encoded.promptCount).filter { encoded.atoms[$0] != task.tokens.fill }
        let shown = seen.prefix(12).map {
            "\($0) '\(tokenizer.decode([encoded.tokens[$0]]))' as \(encoded.atoms[$0].quoted)"
        }
        return Failure(
            .badData,
            "task \(task.name): program \(task.program) and label disagree on an example: \(what), "
                + "at token \(position) ('\(piece)')",
            at: example.jsonLine,
            remedy: "The program saw, besides \(task.tokens.fill.quoted): "
                + (shown.isEmpty
                    ? "nothing" : shown.joined(separator: ", ") + (seen.count > shown.count ? ", ..." : ""))
                + ".\n  Mend the token map, the program or the label.")
    }
}
