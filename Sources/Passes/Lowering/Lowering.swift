import Basics
import RASP

/// First pass: from s-ops and selectors to variables of the residual stream and functions of them.
///
/// Every s-op becomes a `ValueTable` over variables: value sets are inferred, chains of maps fused and common
/// sub-expressions found on the way. What attention computes becomes a variable (`LowerAggregates.swift`), so does
/// what has a name or is needed whole by attention (`Materialise.swift`). Each variable's time, in half-layers, is the
/// earliest that its inputs allow.
package struct Lowering {
    let setting: CompilationSetting
    let fusion: FusionDecisions
    let deadlines: Deadlines
    var variables: PerVariable<CompilerVariable> = []
    var tables: [SOp: ValueTable] = [:]
    /// Widths that are the rank of each position in a strict order.
    var ranks: Set<VariableNumber> = []
    /// S-ops whose value is a mean with more reachable values than are listed.
    var openMeans: [SOp: VariableNumber] = [:]
    /// Each selector as a conjunction of relations.
    var conjunctions: [Selector: [Relation]] = [:]

    // The variables that have been made so far, so that equal expressions share one.
    var variableOfTable: [TableKey: VariableNumber] = [:]
    var variableOfWidth: [SelectorForm: VariableNumber] = [:]
    var variableOfGather: [GatherKey: VariableNumber] = [:]
    var variableOfMean: [MeanKey: VariableNumber] = [:]
    /// A one-hot copy of a scalar variable.
    var oneHotOf: [VariableNumber: VariableNumber] = [:]
    private(set) var tabulations: Tabulations
    /// What is computed from now on is there after this half-layer.
    var floor = 0

    struct TableKey: Hashable {
        let table: ValueTable
        let encoding: Encoding
    }

    struct GatherKey: Hashable {
        let read: GatherRead
        let values: [Atom?]
    }

    struct MeanKey: Hashable {
        let read: MeanRead
        /// What empty rows hold where that is no number; nil: they hold one.
        let emptyRows: Atom??
    }

    /// For each number that is known up to rounding only, the doubles that it can be.
    var spellings: Spellings { tabulations.spellings }

    /// The same, to go on with on trial: what it tabulates is not remembered for others, whose variables are not its own.
    var withOwnTabulations: Lowering {
        var copy = self
        copy.tabulations = Tabulations(spellings: spellings, trees: tabulations.trees)
        return copy
    }

    package init(
        _ setting: CompilationSetting, _ program: Program, _ fusion: FusionDecisions,
        _ tabulations: Tabulations = Tabulations(),
        deadlines: Deadlines = Deadlines()
    ) {
        self.setting = setting
        self.fusion = fusion
        self.deadlines = deadlines
        self.tabulations = tabulations
        // A program may call converted tokens "tokens"; the raw ones then go by their full name.
        let isTaken = program.variables.contains { $0.name == "tokens" }
        variables.append(.tokens(setting.vocabulary, named: isTaken ? "tokens_asis" : "tokens"))
        variables.append(.indices(setting.maxLength))
    }

    /// Lowers the whole program; the result maps each of its variables' names to a variable number.
    package mutating func lower(_ program: Program) throws -> [(name: String, variable: VariableNumber)] {
        let names = keptNames(program)
        var named: [ExactString: VariableNumber] = [:]
        for node in topologicalOrder(of: [.sop(program.output)]) {
            switch node {
            case .selector(let selector): conjunctions[selector] = try conjunction(of: selector)
            case .sop(let sop):
                try lower(sop)
                for name in names[sop] ?? [] {
                    named[ExactString(name)] = try materialise(
                        sop, named: name, encoding: program.encodings[name] ?? sop.encoding,
                        isRead: sop !== program.output)
                }
            }
        }
        return program.variables.compactMap { variable in
            named[ExactString(variable.name)].map { (variable.name, $0) }
        }
    }

    /// The names under which an s-op gets directions of its own.
    func keptNames(_ program: Program) -> [SOp: [String]] {
        guard setting.keepNamedVariables else { return [program.output: [program.outputName]] }
        return Dictionary(program.variables.map { ($0.sop, [$0.name]) }, uniquingKeysWith: +)
    }

    package mutating func lower(_ sop: SOp) throws {
        switch sop.operation {
        case .tokens(let conversion):
            let values = setting.vocabulary.map { try? conversion.convert($0) }
            guard values.contains(where: { $0 != nil }) else {
                throw RASPError(
                    .value, "no token of the vocabulary can be read as \(conversion.rawValue)", at: sop.span,
                    notes: ["use tokens_asis, or a vocabulary of such tokens"])
            }
            tables[sop] = try map(tableOfVariable(.tokens)) { values[$0] }
        case .indices: tables[sop] = tableOfVariable(.indices)
        case .constant(let atom): tables[sop] = .constant(atom)
        case .elementwise(let function, let inputs): tables[sop] = try compose(function, inputs, sop)
        case .aggregate(let selector, let values, let defaultValue, let reduction):
            try lowerAggregate(sop, selector, values, defaultValue, reduction)
        case .selectorWidth(let selector):
            let table = try width(of: selectorForm(selector), sop.span)
            tables[sop] = table
            if let axis = table.axes.first, table.axes.count == 1 { noteRank(axis.variable, selector) }
        }
    }

    /// The table of an s-op that has been lowered, as all have on which others are built.
    func table(of sop: SOp) -> ValueTable {
        guard let table = tables[sop] else { preconditionFailure("an s-op is used before it has a table") }
        return table
    }

    /// The relations whose conjunction a selector is, once it has been lowered.
    func relations(of selector: Selector) -> [Relation] {
        guard let relations = conjunctions[selector] else {
            preconditionFailure("a selector is used before it has relations")
        }
        return relations
    }

    /// The table that is a variable itself.
    func tableOfVariable(_ variable: VariableNumber) -> ValueTable {
        .identity(variable, values: variables[variable].values)
    }

    /// A function of a table's outputs, by their number.
    func map(_ table: ValueTable, _ transform: (Int) -> Atom?) throws -> ValueTable {
        try tabulate([table]) { transform($0[0]) }
    }

    /// A function of several tables, given by output numbers.
    func tabulate(_ inputs: [ValueTable], limit: Int? = nil, _ body: ([Int]) throws -> Atom?) throws -> ValueTable {
        var numbers: [Atom?: Int] = [:]
        var values: [Atom?] = []
        var known = KnownArguments(inputs.map(\.values.count))
        let function = try FiniteFunction.combine(inputs.map(\.function), limit: limit ?? setting.limits.domain) {
            arguments in
            if let number = known[arguments] { return number }
            let value = try body(arguments)
            let number = numbers[value] ?? values.count
            if number == values.count {
                numbers[value] = number
                values.append(value)
            }
            known[arguments] = number
            return number
        }
        return ValueTable(function: filled(function), unsorted: values)
    }
}

/// Results by argument numbers, where there are few enough combinations of arguments to remember them all.
struct KnownArguments {
    private let sizes: [Int]
    private var results: [Int32] = []

    init(_ sizes: [Int]) {
        self.sizes = sizes
        var product = 1
        for size in sizes {
            product = product.multipliedReportingOverflow(by: size).partialValue
            guard product > 0, product <= 1 << 20 else { return }
        }
        results = [Int32](repeating: -1, count: product)
    }

    private func index(_ arguments: [Int]) -> Int {
        var index = 0
        for place in sizes.indices { index = index * sizes[place] + arguments[place] }
        return index
    }

    subscript(_ arguments: [Int]) -> Int? {
        get {
            guard !results.isEmpty else { return nil }
            let result = results[index(arguments)]
            return result < 0 ? nil : Int(result)
        }
        set { if !results.isEmpty, let newValue { results[index(arguments)] = Int32(newValue) } }
    }
}
