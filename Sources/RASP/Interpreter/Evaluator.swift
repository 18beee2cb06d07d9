/// One run of a plan over one input.
struct Evaluator {
    enum Value {
        case sequence([Atom?])
        case matrix(SelectionMatrix)
    }

    let input: [Atom]
    let causal: Bool
    let hasBOS: Bool
    let uniform: Bool
    let limits: Limits
    private(set) var values: [Value?] = []
    var work = 0
    var text = 0
    /// Bytes of the values held.
    private var live = 0

    init(_ interpreter: Interpreter, input: [Atom], uniform: Bool) throws {
        guard !input.isEmpty else { throw RASPError(.value, "the input is empty; an s-op needs at least one token") }
        guard input.count <= interpreter.limits.sequenceLength else {
            throw RASPError(
                .limit, "the input has \(input.count) tokens; the limit is \(interpreter.limits.sequenceLength)")
        }
        self.input = interpreter.framed(input)
        self.uniform = uniform
        causal = interpreter.causal
        hasBOS = interpreter.bos != nil
        limits = interpreter.limits
    }

    /// - Returns: the value of each root of the plan.
    mutating func run(_ plan: EvaluationPlan) throws -> [[Atom?]] {
        try execute(plan)
        return plan.roots.map { hasBOS ? Array(sequence($0).dropFirst()) : sequence($0) }
    }

    mutating func matrix(of selector: Selector) throws -> SelectionMatrix {
        let plan = EvaluationPlan(roots: [SOp(.selectorWidth(selector))])
        try execute(plan, keepingAll: true)
        // The plan's only root is the selector's width, whose single input it is.
        return selection(plan.steps[plan.roots[0]].inputs[0])
    }

    private mutating func execute(_ plan: EvaluationPlan, keepingAll: Bool = false) throws {
        values = Array(repeating: nil, count: plan.steps.count)
        var uses = plan.useCounts
        for (index, step) in plan.steps.enumerated() {
            try charge(step)
            switch step.node {
            case .sop(let sop):
                let result = try compute(sop, step.inputs)
                if uniform { try SequenceKind.check(result, of: sop, input: input) }
                values[index] = .sequence(result)
            case .selector(let selector):
                values[index] = .matrix(try compute(selector, step.inputs, uses: uses))
            }
            // Results are dropped after their last reader, so that memory follows the graph's width, not its size.
            guard !keepingAll else { continue }
            for input in step.inputs {
                uses[input] -= 1
                if uses[input] <= 0 { drop(input) }
            }
        }
    }

    /// Computes one more node, whose inputs stand at the given indices.
    ///
    /// - Returns: the index of its own value.
    mutating func append(_ node: GraphNode, inputs: [Int]) throws -> Int {
        try charge(EvaluationPlan.Step(node: node, inputs: inputs))
        switch node {
        case .sop(let sop):
            let result = try compute(sop, inputs)
            if uniform { try SequenceKind.check(result, of: sop, input: input) }
            values.append(.sequence(result))
        case .selector(let selector):
            values.append(.matrix(try compute(selector, inputs, uses: nil)))
        }
        return values.count - 1
    }

    private mutating func charge(_ step: EvaluationPlan.Step) throws {
        try Cancellation.check(at: step.node.span)
        switch step.node {
        case .sop:
            work += input.count * max(1, step.inputs.count)
            try hold(input.count * MemoryLayout<Atom?>.stride, at: step.node.span)
        case .selector:
            work += input.count * (1 + input.count / 16)
            try hold(input.count * ((input.count + 63) / 64) * 8, at: step.node.span)
        }
        if work > limits.evaluationWork {
            throw RASPError(
                .limit, "evaluation needs more than \(limits.evaluationWork) elementary operations", at: step.node.span)
        }
    }

    func sequence(_ index: Int) -> [Atom?] {
        guard case .sequence(let result)? = values[index] else {
            preconditionFailure("an s-op's value was dropped early")
        }
        return result
    }

    func selection(_ index: Int) -> SelectionMatrix {
        guard case .matrix(let result)? = values[index] else {
            preconditionFailure("a selector's value was dropped early")
        }
        return result
    }

    /// The matrix, moved out when this was its last reader, so that combining selectors works in place.
    mutating func takeSelection(_ index: Int, _ uses: [Int]?) -> SelectionMatrix {
        let result = selection(index)
        if let uses, uses[index] == 1 { drop(index) }
        return result
    }

    private mutating func drop(_ index: Int) {
        guard let value = values[index] else { return }
        live -= bytes(of: value)
        values[index] = nil
    }

    private func bytes(of value: Value) -> Int {
        switch value {
        case .sequence: input.count * MemoryLayout<Atom?>.stride
        case .matrix(let matrix): matrix.words.count * 8
        }
    }

    /// Counts a value against the memory limit before it is computed.
    private mutating func hold(_ bytes: Int, at span: SourceSpan?) throws {
        live += bytes
        if live > limits.evaluationMemory {
            throw RASPError(
                .limit,
                "evaluation on \(input.count) tokens holds more than \(limits.evaluationMemory >> 20) MiB at a time",
                at: span)
        }
    }

    /// Adds text to the run's account, so that programs that double strings in a loop end in a message.
    mutating func charge(text bytes: Int, at span: SourceSpan?) throws {
        text += bytes
        if text > limits.evaluationText {
            throw RASPError(.limit, "evaluation builds more than \(limits.evaluationText >> 20) MiB of text", at: span)
        }
    }
}
