import ArgumentParser
import Compiler

/// What overrides a program's pragmas.
struct PragmaArguments: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The tokens of the compiled model (in place of #pragma vocab).", valueName: "token"))
    var vocab: [String] = []

    @Option(help: ArgumentHelp("Longest input in tokens, BOS not counted (#pragma max_length).", valueName: "n"))
    var maxLength: Int?

    @Flag(inversion: .prefixedNo, help: "Whether a position sees only itself and earlier ones (#pragma causal).")
    var causal: Bool?

    func validate() throws {
        if let maxLength, maxLength < 1 { throw ValidationError("--max-length has to be at least 1.") }
    }

    var isDefault: Bool { vocab.isEmpty && maxLength == nil && causal == nil }

    var compilerOptions: CompilerOptions {
        CompilerOptions(
            vocabulary: vocab.isEmpty ? nil : vocab.map { .string($0) }, maxLength: maxLength, causal: causal)
    }
}
