import Basics
import RASP

/// What a program is compiled for, checked: the options, and what the program itself says where they leave something
/// open.
package struct CompilationSetting {
    package let vocabulary: [Atom]
    package let maxLength: Int
    package let causal: Bool
    package let keepNamedVariables: Bool
    package let fusions: [Fusion]
    package let reuseDirections: Bool
    package let tiesLoops: Bool
    package let readError: Double
    package let limits: CompilerOptions.Limits

    /// - Throws: `Failure` for a vocabulary or a length that is missing or cannot be used.
    package init(_ program: any SymbolicProgram, _ options: CompilerOptions) throws(Failure) {
        guard let vocabulary = options.vocabulary ?? program.vocabulary, !vocabulary.isEmpty else {
            throw Failure(
                .badData, "'\(program.name)' has no vocabulary: a compiled model reads a fixed set of tokens",
                at: program.name,
                remedy: "add a line like '#pragma vocab a b c' to the program, or give the tokens on the command line")
        }
        guard let maxLength = options.maxLength ?? program.maxLength else {
            throw Failure(
                .badData, "'\(program.name)' has no maximum length: a compiled model has a fixed number of positions",
                at: program.name,
                remedy: "add a line like '#pragma max_length 40' to the program, or give the length on the command line"
            )
        }
        guard maxLength >= 1, maxLength <= options.limits.length else {
            throw Failure(
                .badData, "maximum length \(maxLength) is outside 1...\(options.limits.length)", at: program.name,
                remedy: "choose a length in that range")
        }
        var seen: [Atom: Atom] = [:]
        for token in vocabulary {
            if let earlier = seen.updateValue(token, forKey: token) {
                throw Failure(
                    .badData,
                    "the vocabulary holds \(token.described) twice"
                        + (earlier.described == token.described ? "" : " (\(earlier.described) is equal to it)"),
                    at: program.name, remedy: "list every token once")
            }
        }
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        causal = options.causal ?? program.causal ?? false
        keepNamedVariables = options.keepNamedVariables
        fusions = Fusion.candidates(throughNames: keepNamedVariables ? options.fuseThroughNamedVariables : false)
        reuseDirections = options.reuseDirections
        tiesLoops = options.tiesLoops
        guard !(tiesLoops && reuseDirections) else {
            throw Failure(
                .badData, "directions cannot be handed on between rounds that share their weights", at: program.name,
                remedy: "leave out either --tied or --reuse-directions")
        }
        readError = options.readError
        limits = options.limits
    }
}
