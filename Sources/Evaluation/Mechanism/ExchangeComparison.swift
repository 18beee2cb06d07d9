import Injection
import RASP

/// Compares what a student says after an exchange with what the program says after the same exchange.
struct ExchangeComparison {
    private let reader: AnswerReader
    /// What the program can say of an answer.
    private let symbols: Set<Atom>

    init(_ reader: AnswerReader) {
        self.reader = reader
        symbols = Set(reader.encoder.outputOfToken.values).union(
            reader.checksEnd ? reader.encoder.task.tokens.end.map { [$0] } ?? [] : [])
    }

    /// Whether the exchange changes what the program says of the answer; nil where there is nothing to compare.
    ///
    /// - Parameters:
    ///   - base: the program's output without the exchange, at every token.
    ///   - output: the same with it.
    func changes(_ example: EncodedExample, from base: [Atom?], to output: [Atom?]) -> Bool? {
        let positions = positions(of: example)
        guard positions.contains(where: { due(at: $0, in: output) != nil }) else { return nil }
        return positions.contains { output[$0] != base[$0] }
    }

    /// Whether the student says what the program outputs, wherever that is something to say.
    ///
    /// - Parameter said: the student's next token at each position of the answer, as `AnswerReader` gives them.
    func agrees(_ said: [Int32], with output: [Atom?], on example: EncodedExample) -> Bool {
        zip(positions(of: example), said).allSatisfy { position, token in
            due(at: position, in: output).map { $0 == symbol(of: token) } ?? true
        }
    }

    /// A task whose answers are words has an output at the prompt's last token alone.
    private func positions(of example: EncodedExample) -> Range<Int> {
        let positions = reader.positions(of: example)
        guard reader.encoder.task.tokens.answers != nil else { return positions }
        return positions.clamped(to: 0..<example.promptCount)
    }

    /// Where the program has nothing to say after the exchange, the student was never told what to say.
    private func due(at position: Int, in output: [Atom?]) -> Atom? {
        output[position].flatMap { symbols.contains($0) ? $0 : nil }
    }

    private func symbol(of token: Int32) -> Atom? {
        if let end = reader.encoder.task.tokens.end, token == reader.student.endOfText { return end }
        return reader.encoder.outputOfToken[token]
    }
}
