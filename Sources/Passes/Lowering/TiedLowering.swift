import Basics
import RASP

/// A program lowered with each of its loops as one block of layers, stored once and executed once for each round
/// (`LoopBlock`), as in ALTA (Shaw et al., 2024).
///
/// A state's variable is a one-hot over all values that the state can have before or after any round. They are found by
/// lowering the body again and again, with what it made of the values so far, until no value is new or there are as many
/// as the loop has rounds. Whatever is computed before a loop is computed before its block begins, and whatever depends on
/// it after the block has ended.
package struct TiedLowering {
    private let program: Program
    private let graph: LoopGraph
    private let names: [SOp: [String]]
    private var lowering: Lowering
    private var named: [ExactString: VariableNumber] = [:]
    private var blocks: [LoopBlock] = []

    /// - Throws: `RASPError` with the place in the source for what cannot be compiled this way.
    package static func lower(_ program: Program, _ lowering: Lowering) throws -> LoweredProgram {
        var tied = try TiedLowering(program, lowering)
        return try tied.lower()
    }

    private init(_ program: Program, _ lowering: Lowering) throws {
        self.program = program
        self.lowering = lowering
        let names = lowering.keptNames(program)
        let others = program.variables.map(\.sop).filter { $0 !== program.output && names[$0] != nil }
        graph = try LoopGraph(program, targets: [program.output] + others)
        self.names = names
    }

    private mutating func lower() throws -> LoweredProgram {
        for number in graph.loops.indices {
            let states = graph.states(of: number)
            guard !states.isEmpty else { continue }
            try lowerAll()
            try lowerLoop(number, states)
        }
        try lowerAll()
        let result = LoweredProgram(
            variables: lowering.variables,
            named: program.variables.compactMap { variable in
                named[ExactString(variable.name)].map { (variable.name, $0) }
            }, causal: lowering.setting.causal, blocks: blocks)
        try result.checkBlocks()
        return result
    }

    /// Lowers everything that depends on nothing that is not there yet.
    private mutating func lowerAll() throws {
        for node in graph.order(from: graph.roots) where !lowering.knows(node) {
            if case .sop(let sop) = node, graph.isBoundary(sop) { continue }
            guard node.children.allSatisfy(lowering.knows) else { continue }
            try lowering.lower(node)
            if case .sop(let sop) = node { try name(sop) }
        }
    }

    /// Gives an s-op that is kept directions under its names.
    private mutating func name(_ sop: SOp) throws {
        for name in names[sop] ?? [] {
            named[ExactString(name)] = try lowering.materialise(
                sop, named: name, encoding: program.encodings[name] ?? sop.encoding, isRead: sop !== program.output)
        }
    }

    private mutating func lowerLoop(_ number: Int, _ states: [Repetition.State]) throws {
        let loop = graph.loops[number]
        let values = try closedValues(loop, states)
        var before: [VariableNumber] = []
        for (state, values) in zip(states, values) { before.append(try lowering.addInitial(state, values, loop.span)) }
        let latest = lowering.variables.map(\.time).max() ?? 0
        let start = latest + latest % 2
        lowering.floor = start
        var body = lowering.withOwnTabulations
        for (state, variable) in zip(states, before) {
            body.tables[state.previous] = body.tableOfVariable(variable)
        }
        try lowerBody(states, &body)
        var after: [VariableNumber] = []
        for (state, values) in zip(states, values) { after.append(try body.addNext(state, values, loop.span)) }
        let end = after.map { body.variables[$0].time }.max() ?? start
        for variable in after { body.variables[variable].time = end }
        try checkLayers((end - start) / 2, loop)
        lowering.takeVariables(of: body, upTo: start)
        lowering.floor = end
        blocks.append(
            LoopBlock(
                start: start, end: end, rounds: loop.rounds,
                states: zip(before, after).map { LoopBlock.State(before: $0, after: $1) }))
        for (state, variable) in zip(states, after) {
            guard let last = graph.end(number, state) else { continue }
            lowering.tables[last] = lowering.tableOfVariable(variable)
            try name(last)
        }
    }

    /// What a round makes of the states, which have to be there.
    private func lowerBody(_ states: [Repetition.State], _ body: inout Lowering) throws {
        for node in graph.order(from: states.map(\.next)) where !body.knows(node) { try body.lower(node) }
    }

    /// For each state all values that it can have, in canonical order.
    private func closedValues(_ loop: Repetition, _ states: [Repetition.State]) throws -> [[Atom?]] {
        var values = try states.map { state in try state.initial.map { try lowering.values(of: $0, state) } ?? [] }
        for _ in 0..<loop.rounds {
            var body = lowering.withOwnTabulations
            for (state, values) in zip(states, values) where state.initial != nil {
                let variable = try body.addInitial(state, values, loop.span)
                body.tables[state.previous] = body.tableOfVariable(variable)
            }
            try lowerBody(states, &body)
            let next = try zip(states, values).map { state, known in
                let all = known + (try body.values(of: state.next, state)).filter { !known.contains($0) }
                return ValueOrder.sorted(Array(all.indices), of: all).map { all[$0] }
            }
            for (state, values) in zip(states, next) { try checkCount(values.count, state, loop) }
            if next.map(\.count) == values.map(\.count) { return values }
            values = next
        }
        return values
    }

    /// As many layers as a compiled model's folder may say that are executed.
    package static let mostLayers = 1 << 16

    /// Half of them are for the loops, all together.
    private func checkLayers(_ count: Int, _ loop: Repetition) throws {
        let before = blocks.reduce(0) { $0 + $1.rounds * (($1.end - $1.start) / 2) }
        let left = Self.mostLayers / 2 - before
        guard count > 0, loop.rounds > left / count else { return }
        throw RASPError(
            .limit, "\(loop.rounds) rounds of \(count) layers are more than the \(left) that are left for loops",
            at: loop.span, notes: ["take fewer rounds"])
    }

    private func checkCount(_ count: Int, _ state: Repetition.State, _ loop: Repetition) throws {
        guard count > lowering.setting.limits.directions else { return }
        throw RASPError(
            .limit,
            "'\(state.name)' can take \(count) values in the rounds of this loop, one direction each; the budget is "
                + "\(lowering.setting.limits.directions)", at: loop.span,
            notes: ["keep it within fewer values, or compile without --tied"])
    }
}

extension Lowering {
    /// Whether the node has been lowered.
    fileprivate func knows(_ node: GraphNode) -> Bool {
        switch node {
        case .sop(let sop): tables[sop] != nil || openMeans[sop] != nil
        case .selector(let selector): conjunctions[selector] != nil
        }
    }

    fileprivate mutating func lower(_ node: GraphNode) throws {
        switch node {
        case .sop(let sop): try lower(sop)
        case .selector(let selector): conjunctions[selector] = try conjunction(of: selector)
        }
    }

    /// The values of a state's s-op.
    ///
    /// - Throws: where they are too many to list.
    fileprivate func values(of sop: SOp, _ state: Repetition.State) throws -> [Atom?] {
        guard openMeans[sop] == nil else {
            throw RASPError(
                .limit,
                "'\(state.name)' is a mean of too many values to give each of them a direction, which the state "
                    + "of a loop whose rounds share weights needs", at: sop.span,
                notes: ["average fewer distinct numbers, or compile without --tied"])
        }
        return table(of: sop).values
    }

    /// A variable for a state as the first round finds it.
    ///
    /// - Parameter values: all that the state can be; where the name is new in the body, the first of them stands there.
    fileprivate mutating func addInitial(
        _ state: Repetition.State, _ values: [Atom?], _ span: SourceSpan
    ) throws -> VariableNumber {
        let initial = state.initial.map(table(of:)) ?? .constant(values.first ?? nil)
        var variable = try writing(initial, .categorical, nil, span)
        guard case .table(let table) = variable.origin else { preconditionFailure("a table is written as a table") }
        variable.origin = .state(table.within(values))
        variable.values = values
        return try add(variable)
    }

    /// A variable for the state as a round leaves it.
    fileprivate mutating func addNext(_ state: Repetition.State, _ values: [Atom?], _ span: SourceSpan) throws
        -> VariableNumber
    {
        var variable = try writing(table(of: state.next), .categorical, nil, span)
        guard case .table(let table) = variable.origin else { preconditionFailure("a table is written as a table") }
        variable.origin = .table(table.within(values))
        variable.values = values
        // Even what follows from the token or the position alone is written by the block's last MLP.
        variable.time = max(variable.time, CompilerVariable.timeOfMLP(after: floor))
        return try add(variable)
    }

    /// Takes the variables of a loop's body into the list, and remembers those of them that are there before the block.
    fileprivate mutating func takeVariables(of body: Lowering, upTo start: Int) {
        variables = body.variables
        let isBefore = { (number: VariableNumber) in body.variables[number].time <= start }
        variableOfTable.merge(body.variableOfTable.filter { isBefore($0.value) }) { known, _ in known }
        variableOfWidth.merge(body.variableOfWidth.filter { isBefore($0.value) }) { known, _ in known }
        variableOfGather.merge(body.variableOfGather.filter { isBefore($0.value) }) { known, _ in known }
        variableOfMean.merge(body.variableOfMean.filter { isBefore($0.value) }) { known, _ in known }
    }
}

extension ValueTable {
    /// The same table with its outputs numbered as in a list of more values. What is not in the list no round computes:
    /// the value sets of a body are those of all combinations of what it reads, and so may be larger than what occurs.
    fileprivate func within(_ list: [Atom?]) -> ValueTable {
        let numbers = values.map { value in list.firstIndex { $0 == value } ?? 0 }
        var function = function
        for index in function.outputs.indices { function.outputs[index] = numbers[function.outputs[index]] }
        return ValueTable(function: function, values: list)
    }
}
