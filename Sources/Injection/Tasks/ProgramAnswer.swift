import RASP

/// What a program answers to a prompt, found symbol by symbol: each is read off where the text ends, and put behind it.
///
/// Who runs the program is for the caller to say: compiled weights, or the interpreter, which knows no longest text.
package struct ProgramAnswer {
    /// An answer longer than this is taken for a program that marks no end here.
    private static let longest = 16

    private let encoder: TaskEncoder
    private let outputs: ([Atom]) throws -> [Atom?]?

    /// - Parameter outputs: the program's output at every position of a text in its own tokens; nil for a text that it
    ///   cannot be run on.
    package init(_ encoder: TaskEncoder, outputs: @escaping (_ atoms: [Atom]) throws -> [Atom?]?) {
        (self.encoder, self.outputs) = (encoder, outputs)
    }

    /// The answer in the task's words; nil where the program gives none.
    ///
    /// - Parameter tokens: of the answer where the program does not mark its end.
    /// - Throws: what `outputs` throws.
    package func callAsFunction(to prompt: [Atom], tokens: Int) throws -> String? {
        let map = encoder.task.tokens
        var atoms = prompt
        var symbols: [Atom] = []
        for _ in 0..<(map.end == nil ? tokens : Self.longest) {
            guard let symbol = try outputs(atoms)?.last ?? nil else { return nil }
            if let answers = map.answers { return answers.first { $0.atom == symbol }?.pieces.first }
            if symbol == map.end { break }
            symbols.append(symbol)
            guard symbol != map.fill, let text = words(for: symbols) else { return nil }
            // As the program will read it, which need not know its own answers by their names.
            atoms = prompt + encoder.atoms(of: spelt(text))
        }
        return symbols.isEmpty ? nil : words(for: symbols).map { wording($0) }
    }

    /// The answer's text, of which each token stands for one of the symbols; nil where they cannot be put in this
    /// task's words.
    private func words(for symbols: [Atom]) -> String? {
        let pieces = symbols.compactMap { if case .string(let piece) = $0 { piece } else { nil } }
        guard pieces.count == symbols.count else { return nil }
        return ["", " "].lazy.map { pieces.joined(separator: $0) }.first { text in
            spelt(text).map { encoder.outputOfToken[$0] } == symbols
        }
    }

    private func wording(_ output: String) -> String {
        encoder.task.wording.answer.replacingFirst("{output}", with: output)
    }

    /// The tokens of an answer up to this much of the output.
    private func spelt(_ output: String) -> [Int32] {
        encoder.answerTokens(encoder.task.wording.answer.parted(at: "{output}").before + output).rest
    }
}
