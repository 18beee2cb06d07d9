import Passes
import RASP

/// Booleans and tokens as tables over variables, such that one MLP can compute each.
extension CountingLowering {
    /// The most combinations of values of one table, before its inputs become variables of their own.
    private static let domain = 1 << 10

    func table(of variable: VariableNumber, _ value: (Atom?) -> Atom) throws -> ValueTable {
        let values = variables[variable].values
        return try tabulate([.identity(variable, values: values)], limit: values.count) { value($0[0]) }
    }

    private func tabulate(_ inputs: [ValueTable], limit: Int, _ body: ([Atom?]) -> Atom?) throws -> ValueTable {
        var numbers: [Atom?: Int] = [:]
        var values: [Atom?] = []
        let function = try FiniteFunction.combine(inputs.map(\.function), limit: limit) { arguments in
            let value = body(zip(inputs, arguments).map { $0.values[$1] })
            if let number = numbers[value] { return number }
            numbers[value] = values.count
            values.append(value)
            return values.count - 1
        }
        return ValueTable(function: function, unsorted: values)
    }

    mutating func both(_ a: ValueTable, _ b: ValueTable, _ span: SourceSpan?) throws -> ValueTable {
        if a.constant == .some(.bool(true)) { return b }
        if b.constant == .some(.bool(true)) { return a }
        return try join([a, b], span) { .bool(holds($0[0]) && holds($0[1])) }
    }

    mutating func either(_ a: ValueTable, _ b: ValueTable, _ span: SourceSpan?) throws -> ValueTable {
        if a.constant == .some(.bool(false)) { return b }
        if b.constant == .some(.bool(false)) { return a }
        return try join([a, b], span) { .bool(holds($0[0]) || holds($0[1])) }
    }

    /// A function of tables. Balances are read one at a time, the rest as one-hot copies of them that are there a layer
    /// later.
    mutating func join(
        _ inputs: [ValueTable], _ span: SourceSpan?, _ body: ([Atom?]) -> Atom?
    ) throws -> ValueTable {
        var inputs = inputs
        let read = Set(inputs.flatMap { $0.axes.map(\.variable) })
        let balances = read.filter { !variables[$0].isOneHot }
        if balances.count > 1 || balances.contains(where: { !canGate(steps: $0, read) }) {
            for index in inputs.indices { inputs[index] = try copied(inputs[index], span) }
        }
        if let table = try? tabulate(inputs, limit: Self.domain, body) { return table }
        for index in inputs.indices where inputs[index].axes.count > 1 {
            let variable = try materialise(inputs[index], named: nil, span)
            inputs[index] = .identity(variable, values: variables[variable].values)
        }
        do { return try tabulate(inputs, limit: setting.limits.domain, body) } catch is DomainTooLarge {
            throw RASPError(.limit, "too many values come together here", at: span)
        }
    }

    /// Whether the steps of a balance can be gated by what else is read: a closed gate has to outweigh the largest
    /// number, so that an error in it counts thousandfold. The embedding's one-hots have none, except where layer
    /// normalisation reads them.
    private func canGate(steps balance: VariableNumber, _ read: Set<VariableNumber>) -> Bool {
        let extent = variables[balance].extent ?? 0...0
        let size = max(-extent.lowerBound, extent.upperBound)
        let bound = ThresholdStep.powerOfTwo(atLeast: 2 * Double(setting.maxLength + 1)) * max(size, 1) * 2
        return read.count == 1
            || bound * setting.readError <= 0.125 && read.allSatisfy { $0 == balance || variables[$0].time == 0 }
    }

    /// The same function of the one-hot copies of balances.
    private mutating func copied(_ table: ValueTable, _ span: SourceSpan?) throws -> ValueTable {
        guard table.axes.contains(where: { !variables[$0.variable].isOneHot }) else { return table }
        var renamed: [VariableNumber: VariableNumber] = [:]
        for axis in table.axes where !variables[axis.variable].isOneHot {
            renamed[axis.variable] = try copy(of: axis.variable, span)
        }
        // Axes are in ascending order of variable, so that the table is laid out anew.
        let inputs = table.axes.map { axis in
            FiniteFunction(
                axes: [
                    Axis(
                        variable: renamed[axis.variable] ?? axis.variable, classOf: axis.classOf,
                        classCount: axis.classCount)
                ], outputs: Array(0..<axis.classCount))
        }
        let function = try FiniteFunction.combine(inputs, limit: table.function.outputs.count) { classes in
            table.function.outputs[zip(table.axes, classes).reduce(0) { $0 * $1.0.classCount + $1.1 }]
        }
        return ValueTable(function: function, unsorted: table.values)
    }

    private mutating func copy(of balance: VariableNumber, _ span: SourceSpan?) throws -> VariableNumber {
        if let known = copyOf[balance] { return known }
        let copy = try materialise(.identity(balance, values: variables[balance].values), named: nil, span)
        copyOf[balance] = copy
        return copy
    }

    /// The variable that holds a table's values, one direction each.
    mutating func materialise(_ table: ValueTable, named name: String?, _ span: SourceSpan?) throws -> VariableNumber {
        let table = unrolled(table)
        let isThere =
            table.axes.count == 1 && variables[table.axes[0].variable].isOneHot
            && table.isIdentity(of: table.axes[0].variable, values: variables[table.axes[0].variable].values)
        if let known = isThere ? table.axes[0].variable : variableOfTable[table] {
            if variables[known].name == nil { variables[known].name = name }
            return known
        }
        guard LookupPlan(table, variables, isScalar: false).isPossible else {
            throw RASPError(.limit, "this takes more than one MLP can compute", at: span)
        }
        let latest = table.axes.map { variables[$0.variable].time }.max() ?? 0
        let number = variables.append(
            CompilerVariable(
                origin: .table(table), representation: .oneHot, values: table.values,
                time: table.isWrittenByEmbedding ? 0 : CompilerVariable.timeOfMLP(after: latest), name: name,
                span: span))
        variableOfTable[table] = number
        return number
    }

    /// A function of a remainder alone as one of the position, which the embedding writes.
    private func unrolled(_ table: ValueTable) -> ValueTable {
        guard table.axes.count == 1, let modulus = remainders.first(where: { $0.value == table.axes[0].variable })?.key
        else { return table }
        let axis = table.axes[0]
        var function = FiniteFunction(
            axes: [Axis(variable: .indices, valueCount: setting.maxLength)],
            outputs: (0..<setting.maxLength).map { table.function.outputs[axis.classOf[$0 % modulus]] })
        function.mergeClasses()
        return ValueTable(function: function, unsorted: table.values)
    }

    /// The position's remainder, which takes as many directions as the period is long.
    mutating func remainder(_ modulus: Int) -> VariableNumber {
        if let known = remainders[modulus] { return known }
        let period = min(modulus, setting.maxLength)
        let axis = Axis(
            variable: .indices, classOf: (0..<setting.maxLength).map { $0 % period }, classCount: period)
        let table = ValueTable(
            function: FiniteFunction(axes: [axis], outputs: Array(0..<period)), values: (0..<period).map { .int($0) })
        let number = variables.append(
            CompilerVariable(origin: .table(table), representation: .oneHot, values: table.values, time: 0))
        remainders[modulus] = number
        return number
    }

    /// Whether a boolean held a number of positions earlier; not so where there is no such position.
    mutating func earlier(_ step: Int, _ distance: Int, layer: Int, _ span: SourceSpan?) throws -> ValueTable {
        if distance == 0 || table(step).constant == .some(.bool(false)) { return table(step) }
        guard let source = try source(of: step) else { return try holdsFrom(distance) }
        let key = GatherKey(distance: distance, source: source.variable, holds: source.holds)
        if let known = variableOfGather[key] { return .identity(known, values: variables[known].values) }
        let read = GatherRead(
            selector: .earlier(by: distance, within: setting.maxLength), source: source.variable,
            outputOfValue: source.holds.map { $0 ? 1 : 0 }, defaultOutput: 0)
        let number = variables.append(
            CompilerVariable(
                origin: .gather(read), representation: .oneHot, values: [.bool(false), .bool(true)],
                time: 2 * layer - 1, span: span))
        variableOfGather[key] = number
        return .identity(number, values: [.bool(false), .bool(true)])
    }

    /// Whether there is a position that far back.
    private func holdsFrom(_ distance: Int) throws -> ValueTable {
        try table(of: .indices) { .bool(($0?.integerValue ?? 0) >= distance) }
    }
}

extension SelectorForm {
    /// The position that is `distance` before each.
    static func earlier(by distance: Int, within length: Int) -> SelectorForm {
        let axis = Axis(variable: .indices, valueCount: length)
        var holds = [Bool](repeating: false, count: length * length)
        for query in distance..<length { holds[(query - distance) * length + query] = true }
        return SelectorForm(
            terms: [Term(key: axis, query: axis, holds: holds)], isNever: false, largestWidth: 1, smallestWidth: 0)
    }
}
