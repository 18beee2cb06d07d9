import Compiler

extension TaskEncoder {
    /// The length and vocabulary that the program is compiled for.
    public var compilerOptions: CompilerOptions {
        var options = CompilerOptions()
        options.vocabulary = task.tokens.vocabulary
        options.maxLength = max(longest, programLength)
        options.causal = true
        // Alignment teaches one step a layer: each variable after the named ones that it is a function of.
        options.fuseThroughNamedVariables = false
        return options
    }

    /// The same against a compiled model.
    public func check(_ examples: some Sequence<Example>, against model: CompiledModel) throws -> OracleReport {
        try check(examples) { try model.run($0) }
    }
}
