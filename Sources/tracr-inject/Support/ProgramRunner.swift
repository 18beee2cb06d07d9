import Compiler
import RASP
import Serialization

/// One input with what the program made of it.
struct RunResult {
    var input: [Atom]
    var output: [Atom?]
    var trace: [(name: String, values: [Atom?])] = []
    /// What is to be said of the trace.
    var findings: [Diagnostic] = []

    func json(tracing: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [("input", JSONValue(input)), ("output", JSONValue(output))]
        if tracing {
            members.append(("trace", .object(JSONObject(trace.map { ($0.name, JSONValue($0.values)) }))))
        }
        return .object(JSONObject(members))
    }

    /// One row a position, one column a variable; the output stands last and is not shown twice.
    func table(output name: String) -> String {
        let variables = trace.filter { !$0.name.hasSameBytes(as: name) }
        var table = Table(["", "token"] + variables.map(\.name) + [name], rightAligned: [0])
        for position in input.indices {
            table.add(
                ["\(position)", Atom.cell(input[position])]
                    + variables.map { Atom.cell($0.values[position]) } + [Atom.cell(output[position])])
        }
        return table.text
    }
}

/// The two ways to execute a program.
protocol ProgramRunner {
    func run(_ input: [Atom], tracing: Bool) throws -> RunResult
}

struct InterpretedRunner: ProgramRunner {
    let program: Program
    let interpreter: Interpreter

    func run(_ input: [Atom], tracing: Bool) throws -> RunResult {
        guard tracing else { return RunResult(input: input, output: try interpreter.run(program, on: input).output) }
        let (evaluation, findings) = try interpreter.runTracing(program, on: input)
        return RunResult(
            input: input, output: evaluation.output, trace: evaluation.variables.map { ($0.name, $0.values) },
            findings: findings)
    }
}

/// Executes the weights and compares every named variable with the interpreter: what differs is an error, not a result.
struct CompiledRunner: ProgramRunner {
    private let model: CompiledModel
    private let program: Program
    /// Of the variables that the program names, those that the model holds.
    private let held: [(name: String, variable: CompiledVariable)]
    /// The others: what the output does not depend on is not compiled, and what is computed in one step with something
    /// else has no place in the residual stream.
    let missing: [String]
    private let tokens: DeclaredTokens

    init(model: CompiledModel, program: Program) {
        (self.model, self.program) = (model, program)
        // An s-op with several names is compiled under one of them.
        let names = Dictionary(program.variables.map { ($0.sop, $0.name) }) { first, _ in first }
        var held: [(name: String, variable: CompiledVariable)] = []
        var missing: [String] = []
        for variable in program.named {
            let name = variable.sop === program.output ? model.output : names[variable.sop]
            if let compiled = name.flatMap({ model.variable(named: $0) }) {
                held.append((variable.name, compiled))
            } else {
                missing.append(variable.name)
            }
        }
        (self.held, self.missing) = (held, missing)
        tokens = DeclaredTokens(model.vocabulary, of: program)
    }

    func run(_ input: [Atom], tracing: Bool) throws -> RunResult {
        let tokens = input.map { self.tokens.token(meantBy: $0) ?? $0 }
        try model.verify(against: program, on: [tokens]).require()
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
