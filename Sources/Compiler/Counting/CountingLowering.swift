import CRASP
import Passes
import RASP

/// From C-RASP to variables of the residual stream, one depth of counts after the other.
///
/// A boolean becomes a table over variables; a count becomes a sum that is never formed as such. Where sums are
/// compared, their difference is one `BalanceRead`, of which an MLP reads the sign. All counts of one depth are in one
/// attention layer, in one head: there are as many layers with attention as counts are nested. Where several comparisons
/// of one depth come together in a boolean, an MLP alone follows.
struct CountingLowering {
    let program: CRASPProgram
    let setting: CompilationSetting
    var variables: PerVariable<CompilerVariable> = []
    private var named: [(name: String, variable: VariableNumber)] = []
    /// The value of each step that is a boolean or a token.
    var tables: [Int: ValueTable] = [:]
    /// The value of each step that is a count.
    var counts: [Int: CountCases] = [:]
    /// The attention layer of each depth, from 1; nothing is counted at depth 0.
    var layers = [0]
    /// What has been made so far, so that equal values share a variable.
    var variableOfTable: [ValueTable: VariableNumber] = [:]
    var variableOfBalance: [BalanceRead: VariableNumber] = [:]
    var variableOfGather: [GatherKey: VariableNumber] = [:]
    var copyOf: [VariableNumber: VariableNumber] = [:]
    var remainders: [Int: VariableNumber] = [:]

    struct GatherKey: Hashable {
        let distance: Int
        let source: VariableNumber
        let holds: [Bool]
    }

    init(_ program: CRASPProgram, _ setting: CompilationSetting) {
        (self.program, self.setting) = (program, setting)
        func name(_ plain: String, _ other: String) -> String {
            program.definitions.contains { $0.name == plain } ? other : plain
        }
        variables = [.tokens(setting.vocabulary, named: name("tokens", "tokens_asis")), .indices(setting.maxLength)]
        variables[.indices].name = name("indices", "positions")
    }

    /// - Throws: `RASPError` for what cannot be compiled, with its place in the source.
    mutating func lower() throws -> LoweredProgram {
        guard program.operations[program.output].kind != .count else {
            throw RASPError(
                .type,
                "the output '\(program.outputName)' is a count, and the weights compare counts without holding any",
                at: program.spans[program.output],
                notes: ["take a comparison for the output, such as \(program.outputName) >= 1"])
        }
        var names: [Int: [String]] = [:]
        for definition in program.definitions { names[definition.operation, default: []].append(definition.name) }
        if !setting.keepNamedVariables { names = [:] }
        if names[program.output]?.contains(program.outputName) != true {
            names[program.output, default: []].append(program.outputName)
        }
        for depth in 0...program.depth {
            let steps = program.needed.filter { program.depths[$0] == depth }
            if depth > 0 { layers.append(try attentionLayer(of: steps)) }
            for step in steps {
                try lower(step)
                guard let table = tables[step] else { continue }
                for name in names[step] ?? [] {
                    named.append((name, try materialise(table, named: name, program.spans[step])))
                }
            }
        }
        return LoweredProgram(variables: variables, named: named, causal: true)
    }

    /// The earliest attention layer in which everything that is counted can be read, no earlier than that of the depth
    /// below: a sum of counts of several depths is formed in the layer of the deepest. A deep count need not read
    /// anything deep, where what it counts turns out to be a function of tokens alone.
    private mutating func attentionLayer(of steps: [Int]) throws -> Int {
        var layer = max(layers[layers.count - 1], 1)
        for step in steps {
            guard case .count(let counted, _) = program.operations[step] else { continue }
            guard let source = try source(of: counted) else { continue }
            layer = max(layer, (variables[source.variable].time + 1) / 2 + 1)
        }
        return layer
    }

    private mutating func lower(_ step: Int) throws {
        let span = program.spans[step]
        switch program.operations[step] {
        case .token(let token):
            tables[step] = try table(of: .tokens) { .bool($0?.description.hasSameBytes(as: token) ?? false) }
        case .constant(let value): tables[step] = .constant(.bool(value))
        case .periodic(let modulus, let residue):
            let variable = remainder(modulus)
            tables[step] = try table(of: variable) { .bool($0 == .int(residue)) }
        case .not(let a): tables[step] = try join([table(a)], span) { .bool(!holds($0[0])) }
        case .and(let a, let b): tables[step] = try both(table(a), table(b), span)
        case .or(let a, let b): tables[step] = try either(table(a), table(b), span)
        case .compare(let a, let comparison, let b): tables[step] = try compare(count(a), comparison, count(b), span)
        case .next(let tokens):
            var result = ValueTable.constant(nil)
            for next in tokens.reversed() {
                result = try join([table(next.holds), result], span) { holds($0[0]) ? .string(next.token) : $0[1] }
            }
            tables[step] = result
        case .count(let counted, let window): counts[step] = try count(counted, window, step)
        case .number(let value): counts[step] = CountCases(LinearCount(constant: value))
        case .add(let a, let b): counts[step] = try sum(count(a), count(b), times: 1, span)
        case .subtract(let a, let b): counts[step] = try sum(count(a), count(b), times: -1, span)
        case .scale(let factor, let a):
            counts[step] = try sum(CountCases(LinearCount(constant: 0)), count(a), times: factor, span)
        case .minimum(let a, let b), .maximum(let a, let b):
            let isMinimum = if case .minimum = program.operations[step] { true } else { false }
            let isFirst = try compare(count(a), isMinimum ? .lessOrEqual : .greaterOrEqual, count(b), span)
            counts[step] = try choose(isFirst, count(a), count(b), span)
        case .choose(let condition, let a, let b):
            counts[step] = try choose(table(condition), count(a), count(b), span)
        }
    }

    /// The table of a step that is a boolean and has been lowered.
    func table(_ step: Int) -> ValueTable {
        guard let table = tables[step] else { preconditionFailure("step \(step) is used before it has a table") }
        return table
    }

    /// The cases of a step that is a count and has been lowered.
    func count(_ step: Int) -> CountCases {
        guard let cases = counts[step] else { preconditionFailure("step \(step) is used before it has cases") }
        return cases
    }

    /// What is counted where a boolean holds: one variable and the values that count; nil for a boolean that holds
    /// everywhere or nowhere.
    mutating func source(of step: Int) throws -> (variable: VariableNumber, holds: [Bool])? {
        let table = table(step)
        if table.constant != nil { return nil }
        if table.axes.count == 1, variables[table.axes[0].variable].isOneHot {
            return (table.axes[0].variable, table.outputByValue.map { holds(table.values[$0]) })
        }
        let variable = try materialise(table, named: nil, program.spans[step])
        return (variable, variables[variable].values.map(holds))
    }
}

/// Whether a boolean's value is true.
func holds(_ atom: Atom?) -> Bool { atom == .bool(true) }
