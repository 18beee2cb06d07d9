import Compiler
import Foundation
import Passes
import RASP

/// A program in a language that is not RASP: a table that gives each token a kind, and another that says, by kind and
/// by whether the position is even, what is written there. It knows nothing of s-ops: its values are looked up here, and
/// what it is compiled from are the compiler's own variables.
struct TableProgram: CompilableProgram {
    /// nil where a token has no kind.
    let kinds: [Atom: Atom]
    /// By kind, at even and at odd positions.
    let outputs: [Atom: (even: Atom, odd: Atom)]

    static let letters = TableProgram(
        kinds: ["a": "vowel", "e": "vowel", "b": "consonant", "c": "consonant"],
        outputs: ["vowel": (even: 1, odd: 2), "consonant": (even: "even", odd: 2)])

    let name = "letters"
    let sources: [URL] = []
    let outputName = "written"
    let variableNames = ["kind", "written"]
    let vocabulary: [Atom]? = ["a", "b", "c", "e", "?"]
    let maxLength: Int? = 5
    let causal: Bool? = true

    private func written(_ kind: Atom?, at index: Int) -> Atom? {
        kind.flatMap { outputs[$0] }.map { index % 2 == 0 ? $0.even : $0.odd }
    }

    func evaluate(_ input: [Atom], causal: Bool) throws -> Evaluation {
        let kinds = input.map { self.kinds[$0] }
        let written = kinds.enumerated().map { self.written($1, at: $0) }
        return Evaluation(
            input: input, output: written,
            variables: [.init(name: "kind", values: kinds), .init(name: "written", values: written)])
    }

    func compile(_ options: CompilerOptions) throws -> CompiledModel {
        let setting = try CompilationSetting(self, options)
        var variables: PerVariable<CompilerVariable> = [.tokens(setting.vocabulary), .indices(setting.maxLength)]
        let kind = variables.append(
            try .map(named: "kind", of: [.tokens], among: variables) { $0[0].flatMap { kinds[$0] } })
        let output = variables.append(
            try .map(named: "written", of: [kind, .indices], among: variables) { values in
                guard case .int(let index)? = values[1] else { return nil }
                return written(values[0], at: index)
            })
        let lowered = LoweredProgram(
            variables: variables, named: [("kind", kind), ("written", output)], causal: setting.causal)
        return try lowered.assembled(as: self, setting)
    }
}
