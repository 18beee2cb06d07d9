import Compiler
import Injection
import RASP

/// Where a compiled program has an answer to a text, and which token of a student says it.
///
/// A program that answers symbol by symbol has one wherever its output is neither undefined nor the filler. A program whose
/// answers are words has an output at every token, of which the one at a prompt's end is the answer; the word is spelt from
/// there on, and the text ends behind it.
package struct ProgramGate: Sendable {
    private let encoder: TaskEncoder
    private let compiled: CompiledModel
    private let promptEnding: [Int32]

    package init(_ encoder: TaskEncoder, compiled: CompiledModel) {
        (self.encoder, self.compiled) = (encoder, compiled)
        promptEnding = encoder.promptEnding
    }

    /// The token that the program says after each token of a text; nil where it says nothing. It reads a text from its
    /// beginning, as far as it is compiled.
    package func answers(to tokens: [Int32]) -> [Int32?] {
        var answers = [Int32?](repeating: nil, count: tokens.count)
        let atoms = encoder.atoms(of: tokens.prefix(compiled.maxLength))
        // On a text that the weights cannot read the program says nothing.
        guard let outputs = try? compiled.run(atoms) else { return answers }
        for (position, output) in outputs.enumerated() {
            guard let output else { continue }
            if encoder.task.tokens.answers != nil {
                if tokens[...position].ends(with: promptEnding) { spell(output, behind: position, tokens, &answers) }
            } else if output != encoder.task.tokens.fill {
                answers[position] = encoder.token(
                    saying: output, beginning: position == 0 || answers[position - 1] == nil)
            }
        }
        return answers
    }

    /// A word token by token, as long as the text goes along with it, and the text's end.
    private func spell(_ output: Atom, behind end: Int, _ tokens: [Int32], _ answers: inout [Int32?]) {
        guard let word = encoder.word(saying: output) else { return }
        for (number, token) in (word.map { Int32?($0) } + [encoder.endOfText]).enumerated() {
            let position = end + number
            guard position < tokens.count, tokens[(end + 1)..<(position + 1)].elementsEqual(word.prefix(number)) else {
                return
            }
            answers[position] = token
        }
    }
}

extension ArraySlice<Int32> {
    fileprivate func ends(with other: [Int32]) -> Bool { suffix(other.count).elementsEqual(other) }
}
