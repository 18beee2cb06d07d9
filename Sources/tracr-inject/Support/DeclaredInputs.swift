import RASP

/// Which inputs a program is declared for. The interpreter takes others as well, as every interpreter of the language
/// does, while the compiled weights refuse them: who goes on to compile should hear of it here.
struct DeclaredInputs {
    /// nil: the program declares none.
    private let tokens: DeclaredTokens?
    private let maxLength: Int?
    /// What was told of is not told again.
    private var hasToldOfTokens = false
    private var hasToldOfLength = false

    /// - Parameters:
    ///   - tokens: those of the compiled model, nil where none are declared.
    ///   - maxLength: its longest input in tokens, without BOS; nil where none is declared.
    init(tokens: DeclaredTokens?, maxLength: Int?) {
        self.tokens = tokens
        self.maxLength = maxLength
    }

    /// Notes about an input, without BOS, that is not as declared; each kind once.
    mutating func notes(about input: [Atom]) -> [Diagnostic] {
        var notes: [Diagnostic] = []
        if let tokens, !hasToldOfTokens, let token = input.first(where: { tokens.token(meantBy: $0) == nil }) {
            hasToldOfTokens = true
            notes.append(
                Self.note("the token \(token.described) is not in the program's vocabulary (#pragma vocab, --vocab)"))
        }
        if let maxLength, !hasToldOfLength, input.count > maxLength {
            hasToldOfLength = true
            notes.append(
                Self.note(
                    "an input has \(input.count) tokens, and the program is declared for at most \(maxLength) (#pragma max_length, --max-length)"
                ))
        }
        return notes
    }

    private static func note(_ message: String) -> Diagnostic {
        Diagnostic(.note, .pragma, message + ": the interpreter runs it, compiled weights refuse it")
    }
}
