import RASP

/// Which program token each student token stands for: exact pieces by rule, everything else the fill token.
public struct TokenMap: Sendable {
    /// Student pieces, spelt exactly (a leading space counts), that stand for one program token.
    public struct Rule: Sendable {
        public var atom: Atom
        /// All of these that are single tokens of the student.
        public var pieces: [String]
        /// Used only where the student has none of `pieces`.
        public var otherwise: [String]

        public init(_ atom: Atom, _ pieces: [String], otherwise: [String] = []) {
            (self.atom, self.pieces, self.otherwise) = (atom, pieces, otherwise)
        }
    }

    public var rules: [Rule]
    /// What every other student token stands for.
    public var fill: Atom
    /// What the student's end-of-text token stands for, and what the program gives after the answer's last token; nil
    /// where the program marks no end.
    public var end: Atom?
    /// Where answers are words: the whole answers and the program's output for each, which it gives at the prompt's
    /// last token alone. An answer of several student tokens is told by its first.
    public var answers: [Rule]?

    public init(rules: [Rule], fill: Atom, end: Atom? = nil, answers: [Rule]? = nil) {
        (self.rules, self.fill, self.end, self.answers) = (rules, fill, end, answers)
    }

    /// The program's vocabulary: what a prompt can be translated to, in the order of the rules.
    public var vocabulary: [Atom] {
        var atoms: [Atom] = []
        for atom in rules.map(\.atom) + [fill] + (end.map { [$0] } ?? []) where !atoms.contains(atom) {
            atoms.append(atom)
        }
        return atoms
    }
}

/// What is taken out of the student's tokenizer, so that its tokens line up with the program's.
public enum TokenizerEdit: String, Sendable, CaseIterable {
    /// Merges that would put two digits into one token.
    case digits
    /// Merges with a bracket on either side.
    case brackets

    /// Whether the merge of `left` and `right` (as text, not in the byte alphabet) is taken out.
    public func removes(_ left: String, _ right: String) -> Bool {
        switch self {
        case .digits:
            (left + right).unicodeScalars.lazy.filter { ("0"..."9").contains($0) }.prefix(2).count == 2
        case .brackets:
            (left + right).unicodeScalars.contains { "()[]{}<>".unicodeScalars.contains($0) }
        }
    }
}
