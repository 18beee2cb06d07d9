import Compiler
import RASP
import Serialization

/// One input with what the program made of it.
struct RunResult {
    var input: [Atom]
    var output: [Atom?]
    var trace: [(name: String, values: [Atom?])] = []

    func json(tracing: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [("input", JSONValue(input)), ("output", JSONValue(output))]
        if tracing {
            members.append(("trace", .object(JSONObject(trace.map { ($0.name, JSONValue($0.values)) }))))
        }
        return .object(JSONObject(members))
    }

    /// One row a position, one column a variable; the output stands last and is not shown twice.
    func table(output name: String) -> String {
        let variables = trace.filter { $0.name != name }
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
        let evaluation = try interpreter.run(program, on: input)
        return RunResult(
            input: input, output: evaluation.output, trace: evaluation.variables.map { ($0.name, $0.values) })
    }
}

/// Executes the weights and compares every named variable with the interpreter: what differs is an error, not a result.
struct CompiledRunner: ProgramRunner {
    let model: CompiledModel
    let program: Program
    /// The variables to trace: those that the program names, as for the interpreter.
    private var named: [String] { program.variables.map(\.name) }

    func run(_ input: [Atom], tracing: Bool) throws -> RunResult {
        try model.verify(against: program, on: [input]).require()
        guard tracing else { return RunResult(input: input, output: try model.run(input)) }
        // A variable is read off the last state that holds it.
        let states = try model.residualStates(input)
        let rows = input.indices.map { states.row(state: states.count - 1, position: $0) }
        let trace = named.compactMap { model.variable(named: $0) }.map { variable in
            let state = variable.heldUntil ?? states.count - 1
            return (name: variable.name, values: input.indices.map { model.decode(variable, states.row(state: state, position: $0)) })
        }
        return RunResult(input: input, output: rows.map { model.decode(model.outputVariable, $0) }, trace: trace)
    }
}
