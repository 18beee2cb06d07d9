import RASP

/// The tokens that a program is declared for, and which of them a token of an input is.
///
/// A vocabulary of a command line or a pragma is of strings, and an input can hold numbers: 1 is "1" to a program that
/// reads its tokens as text or as integers, and is not to one that reads them as they are.
struct DeclaredTokens {
    private let vocabulary: [Atom]
    private let known: Set<Atom>
    /// How the output reads its tokens; as text, where it reads none.
    private let conversions: [TokenConversion]

    /// - Parameter program: nil where there are weights alone; tokens are then read as text.
    init(_ vocabulary: [Atom], of program: (any SymbolicProgram)? = nil) {
        self.vocabulary = vocabulary
        known = Set(vocabulary)
        guard let program = program as? Program else {
            conversions = [.string]
            return
        }
        let nodes = topologicalOrder(of: [.sop(program.output)])
        let used = TokenConversion.allCases.filter { conversion in
            nodes.contains { node in
                guard case .sop(let sop) = node, case .tokens(let own) = sop.operation else { return false }
                return own == conversion
            }
        }
        conversions = used.isEmpty ? [.string] : used
    }

    /// The token of the vocabulary that the program cannot tell from this one; nil where it could tell it from each.
    func token(meantBy token: Atom) -> Atom? {
        if known.contains(token) { return token }
        return vocabulary.first { other in conversions.allSatisfy { isSame(token, other, $0) } }
    }

    private func isSame(_ token: Atom, _ other: Atom, _ conversion: TokenConversion) -> Bool {
        guard let value = try? conversion.convert(token) else { return false }
        return (try? conversion.convert(other)) == value
    }
}
