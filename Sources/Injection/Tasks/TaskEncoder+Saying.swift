import Basics
import RASP

/// How a program's outputs are said in the student's tokens.
extension TaskEncoder {
    /// The student's token for an output of the program; nil where it has none.
    ///
    /// - Parameter beginning: whether it is an answer's first, which may begin with the space that parts it from the prompt.
    package func token(saying output: Atom, beginning: Bool) -> Int32? {
        if output == task.tokens.end { return endOfText }
        let isSpaced = beginning && task.wording.answer.begins(with: " ")
        return tokenOfOutput[output].flatMap { $0[isSpaced] ?? $0[!isSpaced] }
    }

    /// The tokens of the whole answer that an output stands for, where answers are words.
    package func word(saying output: Atom) -> [Int32]? {
        guard let piece = task.tokens.answers?.first(where: { $0.atom == output })?.pieces.first else { return nil }
        return tokenizer.encode(continuing: piece)
    }

    /// What stands behind the input in every prompt, in tokens that no input can change.
    package var promptEnding: [Int32] {
        let behind = tokenizer.encode(continuing: task.wording.prompt.parted(at: "{input}").behind)
        // The first of them may be one with the input's last.
        return behind.count > 1 ? Array(behind.dropFirst()) : behind
    }
}
