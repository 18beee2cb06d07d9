import Basics
import RASP

/// A program between lowering and layout: variables and the functions between them. It can be evaluated without any
/// weights, so that a difference from the interpreter is known to come from lowering or from what follows it.
package struct LoweredProgram {
    package let variables: PerVariable<CompilerVariable>
    /// The variable under each name.
    package let named: [(name: String, variable: VariableNumber)]
    package let liveness: Liveness
    /// Loops that are executed round by round, in order.
    package let blocks: [LoopBlock]
    private let causal: Bool

    package init(_ lowering: Lowering, named: [(name: String, variable: VariableNumber)]) {
        self.init(variables: lowering.variables, named: named, causal: lowering.setting.causal)
    }

    /// A program that was lowered by hand, or from another language than RASP.
    ///
    /// - Parameters:
    ///   - variables: tokens and indices first, each other one after those that it is computed from.
    ///   - named: what is to be seen in the stream to the end, the output among it, by the variable's number.
    ///   - blocks: loops whose rounds are executed by the same layers.
    package init(
        variables: PerVariable<CompilerVariable>, named: [(name: String, variable: VariableNumber)], causal: Bool,
        blocks: [LoopBlock] = []
    ) {
        self.variables = variables
        self.named = named
        self.causal = causal
        self.blocks = blocks
        liveness = Liveness(variables, kept: named.map(\.variable), blocks: blocks)
    }

    /// The program lowered with each degree of fusion that compiling it would try.
    package static func candidates(_ program: Program, options: CompilerOptions = .init()) throws -> [LoweredProgram] {
        let setting = try CompilationSetting(program, options)
        return try setting.fusions.flatMap { fusion in
            var lowering = Lowering(setting, program, FusionDecisions(fusion))
            let named = try lowering.lower(program)
            let earliest = LoweredProgram(lowering, named: named)
            guard fusion.decidesEachInput else { return [earliest] }
            let deadlines = Deadlines(program, lowering, earliest.liveness)
            var inTime = Lowering(setting, program, FusionDecisions(fusion), deadlines: deadlines)
            let namedInTime = try inTime.lower(program)
            return [earliest, LoweredProgram(inTime, named: namedInTime)]
        }
    }

    /// - Throws: `Failure` (an internal error) where a block leaves more behind than its states.
    func checkBlocks() throws {
        for block in blocks {
            let after = Set(block.states.map(\.after))
            let isLeft = variables.indices.contains { number in
                liveness.isLive[number] && block.contains(variables[number].time) && !after.contains(number)
                    && liveness.lastRead[number] > block.end
            }
            if isLeft {
                throw Failure(
                    .internalError, "the compiler broke a rule of its own: what a round computes is read in that round")
            }
        }
    }

    /// Every named variable at every position; only live variables are computed.
    ///
    /// - Parameter tokens: an input over the vocabulary, within the maximum length.
    package func evaluate(_ tokens: [Atom]) -> [String: [Atom?]] {
        var levels: PerVariable<[Level]> = []
        for number in variables.indices {
            levels.append(
                liveness.isLive[number] ? tokens.indices.map { level(of: number, at: $0, tokens, levels) } : [])
        }
        var result: [String: [Atom?]] = [:]
        for (name, number) in named { result[name] = levels[number].map { atom($0, variables[number]) } }
        return result
    }

    /// A value by its number, or, for a mean whose values are not listed, the mean itself.
    private enum Level {
        case value(Int)
        case number(Double)
    }

    private func atom(_ level: Level, _ variable: CompilerVariable) -> Atom? {
        switch level {
        case .value(let value): variable.values[value]
        case .number(let number): Atom(number: number)
        }
    }

    private func level(of number: VariableNumber, at position: Int, _ tokens: [Atom], _ levels: PerVariable<[Level]>)
        -> Level
    {
        let variable = variables[number]
        switch variable.origin {
        case .tokens: return .value(variable.values.firstIndex(of: tokens[position]) ?? 0)
        case .indices: return .value(position)
        case .table(let table), .state(let table):
            return .value(table.function.output { value(of: $0, at: position, tokens, levels) })
        case .gather(let read):
            guard let key = selected(by: read.selector, at: position, tokens, levels).first else {
                return undefined(read.defaultOutput, variable)
            }
            return undefined(
                read.outputOfValue[read.source.map { value(of: $0, at: key, tokens, levels) } ?? 0], variable)
        case .mean(let read):
            let keys = selected(by: read.selector, at: position, tokens, levels)
            guard !keys.isEmpty else {
                return variable.flagged.map(Level.value) ?? nearest(read.defaultNumber, variable)
            }
            let sum = keys.reduce(0.0) { $0 + averaged(read, at: $1, tokens, levels) }
            return nearest(sum / Double(keys.count), variable)
        case .width(let selector):
            let count = selected(by: selector, at: position, tokens, levels).count
            return nearest(1 / Double(count + 1), variable)
        case .weightedWidths(let parts):
            let sum = parts.reduce(0.0) { sum, part in
                let width = variables[part.width].values[value(of: part.width, at: position, tokens, levels)]
                return sum + part.coefficient * (width?.doubleValue ?? 0)
            }
            return nearest(sum, variable)
        case .balance(let read):
            let sum = (0...position).reduce(read.constant) { sum, key in
                read.terms.reduce(sum + read.everywhere) {
                    $0 + $1.numbers[value(of: $1.source, at: key, tokens, levels)]
                }
            }
            return nearest(sum == 0 ? 0 : sum < 0 ? -1 : 1, variable)
        }
    }

    /// The number of a variable's value. Functions of tokens or positions alone need not be live to be read.
    private func value(of number: VariableNumber, at position: Int, _ tokens: [Atom], _ levels: PerVariable<[Level]>)
        -> Int
    {
        let level = levels[number].isEmpty ? level(of: number, at: position, tokens, levels) : levels[number][position]
        if case .value(let value) = level { return value }
        return 0
    }

    private func averaged(_ read: MeanRead, at key: Int, _ tokens: [Atom], _ levels: PerVariable<[Level]>) -> Double {
        if case .number(let number) = levels[read.source].isEmpty ? .value(0) : levels[read.source][key] {
            return number
        }
        let value = value(of: read.source, at: key, tokens, levels)
        return read.numberOfValue.isEmpty ? variables[read.source].scalars[value] : read.numberOfValue[value]
    }

    private func selected(by form: SelectorForm, at query: Int, _ tokens: [Atom], _ levels: PerVariable<[Level]>)
        -> [Int]
    {
        guard !form.isNever else { return [] }
        let keys = (0...(causal ? query : tokens.count - 1)).filter { key in
            form.terms.allSatisfy { term in
                let side = { (axis: Axis?, position: Int) in
                    axis.map { $0.classOf[value(of: $0.variable, at: position, tokens, levels)] } ?? 0
                }
                return term.holds(key: side(term.key, key), query: side(term.query, query))
            }
        }
        return form.order.map { $0.choose(keys, at: query).map { [$0] } ?? [] } ?? keys
    }

    /// An output number, where -1 stands for undefined.
    private func undefined(_ output: Int, _ variable: CompilerVariable) -> Level {
        .value(output >= 0 ? output : variable.undefinedValue ?? 0)
    }

    private func nearest(_ number: Double, _ variable: CompilerVariable) -> Level {
        guard !variable.isOpen else { return .number(number) }
        let order = variable.scalarOrder
        return .value(order.min { abs(variable.scalars[$0] - number) < abs(variable.scalars[$1] - number) } ?? 0)
    }
}

extension FiniteFunction {
    /// The output where each axis's variable has the value that `value` gives.
    func output(_ value: (_ variable: Variable) -> Int) -> Int {
        outputs[axes.reduce(0) { $0 * $1.classCount + $1.classOf[value($1.variable)] }]
    }
}
