import RASP

/// The last evaluation of a program, which under a causal mask is one of every beginning of its text as well: no value
/// depends on later tokens.
final class KnownEvaluation {
    private let knowsBeginnings: Bool
    private var atoms: [Atom] = []
    private var evaluation: Evaluation?

    init(ofBeginnings: Bool) { knowsBeginnings = ofBeginnings }

    /// - Parameter evaluate: runs the program; nil for a text that it has no result on.
    /// - Returns: the evaluation of a text that begins with `text`, and the outputs of the text itself.
    func evaluation(
        of text: [Atom], by evaluate: ([Atom]) throws -> Evaluation?
    ) rethrows -> (whole: Evaluation, output: [Atom?])? {
        let isKnown = knowsBeginnings ? atoms.starts(with: text) : atoms == text
        if evaluation == nil || !isKnown { (atoms, evaluation) = (text, try evaluate(text)) }
        return evaluation.map { ($0, Array($0.output.prefix(text.count))) }
    }
}
