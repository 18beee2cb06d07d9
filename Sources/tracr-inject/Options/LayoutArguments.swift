import ArgumentParser
import Compiler

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
