import ArgumentParser
import Compiler
import Foundation
import Logging

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

/// How a program is laid out in layers and directions.
struct LayoutArguments: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Compute a variable in the layer of its named inputs, not after them (default: where that saves layers).")
    var fuse: Bool?

    @Flag(help: "Let later variables take the directions of dead ones: a narrower stream, labelled layer by layer.")
    var reuseDirections = false

    @Flag(help: "Store the layers of a loop once, and execute them once for each round.")
    var tied = false

    func validate() throws {
        if tied, reuseDirections { throw ValidationError("--tied cannot be combined with --reuse-directions.") }
    }

    var isDefault: Bool { fuse == nil && !reuseDirections && !tied }

    func apply(to options: inout CompilerOptions) {
        options.fuseThroughNamedVariables = fuse
        options.reuseDirections = reuseDirections
        options.tiesLoops = tied
    }
}
