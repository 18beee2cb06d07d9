import Basics
import RASP

/// One input with what the program made of it.
struct RunResult {
    var input: [Atom]
    var output: [Atom?]
    var trace: [(name: String, values: [Atom?])] = []
    /// What is to be said of the trace, or of what was generated.
    var findings: [Diagnostic] = []
    /// What the program went on to write; nil where it was not asked to.
    var generated: [Atom]?
    /// Why the program did not go on to write; nil where nothing stopped it.
    var failure: (any Error)?
    /// Whether the program accepts the input; nil where that was not asked.
    var accepted: Bool?

    func json(tracing: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [("input", JSONValue(input)), ("output", JSONValue(output))]
        if let generated { members.append(("generated", JSONValue(generated))) }
        if let accepted { members.append(("accepted", .bool(accepted))) }
        if tracing {
            members.append(("trace", .object(JSONObject(trace.map { ($0.name, JSONValue($0.values)) }))))
        }
        return .object(JSONObject(members))
    }

    /// The verdict on the whole input: the boolean at the last position.
    ///
    /// - Throws: `Failure` for an output that is no boolean.
    mutating func accept(output name: String) throws {
        let last = output.last ?? nil
        guard case .bool(let accepted)? = last else {
            throw Failure(
                .badData,
                "the output \(name) says neither yes nor no at the last position: it is \(last?.described ?? "undefined")",
                at: name, remedy: "Take a boolean for the output, with --name or #pragma output.")
        }
        self.accepted = accepted
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

/// A program in another language than RASP, evaluated as that defines it.
struct EvaluatedRunner: ProgramRunner {
    let program: any SymbolicProgram

    func run(_ input: [Atom], tracing: Bool) throws -> RunResult {
        let evaluation = try program.evaluate(input, causal: program.causal ?? false)
        return RunResult(
            input: input, output: evaluation.output,
            trace: tracing ? evaluation.variables.map { ($0.name, $0.values) } : [])
    }
}
