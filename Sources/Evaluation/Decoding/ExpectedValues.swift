import Injection
import RASP

/// What the program says the variables are, by its own evaluation; where the program does not name a variable (tokens
/// and indices, which the compiler adds), by what it is.
public struct ExpectedValues: Sendable {
    private let program: any SymbolicProgram
    private let causal: Bool
    private let names: [String]
    private let firstToken: Int

    /// The run's own variables, on the tokens that the run aligned.
    public init(_ run: LoadedRun) {
        self.init(
            run.task.program, causal: run.compiled.causal, names: run.layout.variables.map(\.name),
            firstToken: run.settings.firstToken)
    }

    /// - Parameters:
    ///   - names: the variables whose values are asked for.
    ///   - firstToken: the first token that has values.
    package init(_ program: any SymbolicProgram, causal: Bool, names: [String], firstToken: Int = 0) {
        self.firstToken = firstToken
        self.program = program
        self.causal = causal
        self.names = names
    }

    /// Variables x positions; nil where a value is undefined.
    ///
    /// - Throws: where the program is not defined on these atoms.
    public func values(on atoms: [Atom]) throws -> [[Atom?]] {
        values(of: try program.evaluate(atoms, causal: causal), on: atoms)
    }

    /// The same of an evaluation of a text that begins with these atoms, under a causal mask if it is longer.
    func values(of evaluation: Evaluation, on atoms: [Atom]) -> [[Atom?]] {
        names.map { name in
            values(of: name, evaluation, atoms).enumerated().map { $0.offset < firstToken ? nil : $0.element }
        }
    }

    private func values(of name: String, _ evaluation: Evaluation, _ atoms: [Atom]) -> [Atom?] {
        if let values = evaluation[name] { return Array(values.prefix(atoms.count)) }
        switch name {
        case "tokens": return atoms
        case "indices": return atoms.indices.map { .int($0) }
        default:
            return program.outputName.hasSameBytes(as: name)
                ? Array(evaluation.output.prefix(atoms.count)) : atoms.map { _ in nil }
        }
    }
}
