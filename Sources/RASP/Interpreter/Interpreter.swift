/// Evaluates programs on input sequences, position by position, exactly as the language defines them.
///
/// In causal mode every selector is intersected with "key position <= query position", as a causal mask in a
/// transformer does. With a beginning-of-sequence token (BOS), that token stands at position 0 of what the program
/// sees; results leave its position out.
public struct Interpreter: Sendable {
    public var causal: Bool
    /// Put before every input, for programs that count on such a token (the paper's versions "with BOS").
    public var bos: Atom?
    public var limits: Limits

    /// What the reference implementation's programs with BOS take for it.
    public static let customaryBOS: Atom = "\u{A7}"

    public init(causal: Bool = false, bos: Atom? = nil, limits: Limits = Limits()) {
        self.causal = causal
        self.bos = bos
        self.limits = limits
    }

    /// The input as the program sees it.
    func framed(_ input: [Atom]) -> [Atom] { bos.map { [$0] + input } ?? input }

    /// The s-op's value at every position of the input; nil where it is undefined (an empty selection without a
    /// default, and whatever is computed from one).
    ///
    /// - Throws: `RASPError` naming position, token and operands.
    public func evaluate(_ sop: SOp, on input: [Atom]) throws -> [Atom?] {
        var evaluator = try Evaluator(self, input: input, uniform: false)
        return try evaluator.run(EvaluationPlan(roots: [sop]))[0]
    }

    /// As `evaluate`, holding every sequence to one kind of atom, as the language does for programs in text.
    public func evaluateUniformly(_ sop: SOp, on input: [Atom]) throws -> [Atom?] {
        var evaluator = try Evaluator(self, input: input, uniform: true)
        return try evaluator.run(EvaluationPlan(roots: [sop]))[0]
    }

    /// The program's output and named variables. The interpreter's `causal` decides, not the program's pragma.
    public func run(_ program: Program, on input: [Atom]) throws -> Evaluation {
        var evaluator = try Evaluator(self, input: input, uniform: program.uniformSequences)
        var results = try evaluator.run(program.plan)
        let output = results.removeFirst()
        let variables = zip(program.variables, results).map { Evaluation.Variable(name: $0.name, values: $1) }
        return Evaluation(input: input, output: output, variables: variables)
    }

    /// As `run`, with every variable that the program names, those its output does not depend on included.
    ///
    /// - Returns: the evaluation, and a warning for every such variable that has no values on this input: only the
    ///   output has to have some.
    public func runTracing(_ program: Program, on input: [Atom]) throws -> (
        evaluation: Evaluation, findings: [Diagnostic]
    ) {
        let needed = try run(program, on: input)
        var values: [SOp: [Atom?]] = [program.output: needed.output]
        for (variable, traced) in zip(program.variables, needed.variables) { values[variable.sop] = traced.values }
        var findings: [Diagnostic] = []
        for variable in program.named where values[variable.sop] == nil {
            do {
                var evaluator = try Evaluator(self, input: input, uniform: program.uniformSequences)
                values[variable.sop] = try evaluator.run(EvaluationPlan(roots: [variable.sop]))[0]
            } catch let failure as RASPError where failure.diagnostics.allSatisfy({ $0.code != .interrupted }) {
                values[variable.sop] = Array(repeating: nil, count: input.count)
                findings += failure.diagnostics.map { diagnostic in
                    var warning = diagnostic
                    warning.severity = .warning
                    warning.message = "\(variable.name) has no values on this input: \(diagnostic.message)"
                    return warning
                }
            }
        }
        let variables = program.named.map { Evaluation.Variable(name: $0.name, values: values[$0.sop] ?? []) }
        return (Evaluation(input: input, output: needed.output, variables: variables), findings)
    }

    /// The matrix that a selector gives on the input, with a row and a column for BOS where there is one.
    public func matrix(of selector: Selector, on input: [Atom], uniform: Bool = false) throws -> SelectionMatrix {
        var evaluator = try Evaluator(self, input: input, uniform: uniform)
        return try evaluator.matrix(of: selector)
    }
}
