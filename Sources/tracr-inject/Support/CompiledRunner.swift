import Compiler
import RASP

/// Executes the weights and, where there is a program, compares every named variable with the interpreter: what differs
/// is an error, not a result.
struct CompiledRunner: ProgramRunner {
    private let model: CompiledModel
    /// nil: there are only the weights.
    private let program: (any SymbolicProgram)?
    /// Of the variables that the program names, those that the model holds.
    private let held: [(name: String, variable: CompiledVariable)]
    /// The others: what the output does not depend on is not compiled, and what is computed in one step with something
    /// else has no place in the residual stream.
    let missing: [String]
    private let tokens: DeclaredTokens

    init(model: CompiledModel) {
        (self.model, program) = (model, nil)
        held = model.variables.filter { !$0.isScratch && !["tokens", "indices"].contains($0.name) }.map {
            ($0.name, $0)
        }
        missing = []
        tokens = DeclaredTokens(model.vocabulary)
    }

    init(model: CompiledModel, program: any SymbolicProgram) {
        (self.model, self.program) = (model, program)
        let names: [(name: String, compiled: String?)]
        if let program = program as? Program {
            // An s-op with several names is compiled under one of them.
            let kept = Dictionary(program.variables.map { ($0.sop, $0.name) }) { first, _ in first }
            names = program.named.map { ($0.name, $0.sop === program.output ? model.output : kept[$0.sop]) }
        } else {
            names = program.variableNames.map { ($0, $0) }
        }
        held = names.compactMap { name, compiled in
            compiled.flatMap { model.variable(named: $0) }.map { (name, $0) }
        }
        tokens = DeclaredTokens(model.vocabulary, of: program)
        missing = names.filter { $0.compiled.flatMap { model.variable(named: $0) } == nil }.map(\.name)
    }

    func run(_ input: [Atom], tracing: Bool) throws -> RunResult {
        let tokens = input.map { self.tokens.token(meantBy: $0) ?? $0 }
        if let program { try model.verify(against: program, on: [tokens]).require() }
        guard tracing else { return RunResult(input: input, output: try model.run(tokens)) }
        // A variable is read off the last state that holds it.
        let states = try model.residualStates(tokens)
        let rows = input.indices.map { states.row(state: states.count - 1, position: $0) }
        let trace = held.map { name, variable in
            let state = variable.heldUntil ?? states.count - 1
            return (
                name: name, values: input.indices.map { model.decode(variable, states.row(state: state, position: $0)) }
            )
        }
        return RunResult(input: input, output: rows.map { model.decode(model.outputVariable, $0) }, trace: trace)
    }
}
