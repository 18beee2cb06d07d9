import RASP

/// A program in a language that can be turned into labelled weights.
///
/// `Program` is compiled by `RASPCompiler`. Another language lowers its programs to variables of the residual stream and
/// tables between them (`LoweredProgram`) and has the weights made of those (`LoweredProgram.assembled`); or it builds
/// a `Program` of s-ops and has that compiled.
public protocol CompilableProgram: SymbolicProgram {
    /// The program's weights.
    ///
    /// - Throws: for a missing vocabulary or length, and what cannot be compiled, with its place in the source.
    func compile(_ options: CompilerOptions) throws -> CompiledModel
}

extension CompilableProgram {
    /// The same for those who go on to use the weights unseen: they are compared with the program's own values on some
    /// inputs first.
    ///
    /// - Throws: as `compile`, and a `Failure` that names the first difference.
    public func compileVerified(_ options: CompilerOptions = .init(), inputs: Int = 100) throws -> CompiledModel {
        let model = try compile(options)
        try model.verify(against: self, count: inputs).require()
        return model
    }
}

extension Program: CompilableProgram {
    public func compile(_ options: CompilerOptions) throws -> CompiledModel {
        try RASPCompiler.compile(self, options: options)
    }
}
