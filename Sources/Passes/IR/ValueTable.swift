import RASP

/// What an s-op computes, as a function of variables: a `FiniteFunction` whose outputs index a list of atoms.
package struct ValueTable: Hashable, Sendable {
    package var function: FiniteFunction<VariableNumber>
    /// The reachable values in canonical order, nil (undefined) last; every one occurs in the table.
    package var values: [Atom?]

    package var axes: [Axis] { function.axes }
    /// The one value of a table that depends on nothing.
    package var constant: Atom?? { axes.isEmpty ? .some(values[function.outputs[0]]) : nil }

    package static func constant(_ atom: Atom?) -> ValueTable {
        ValueTable(function: FiniteFunction(axes: [], outputs: [0]), values: [atom])
    }

    /// A variable itself.
    package static func identity(_ variable: VariableNumber, values: [Atom?]) -> ValueTable {
        let axis = Axis(variable: variable, valueCount: values.count)
        return ValueTable(function: FiniteFunction(axes: [axis], outputs: Array(values.indices)), values: values)
    }

    package func hash(into hasher: inout Hasher) {
        // The values nearly follow from the function, and hashing them costs more than comparing.
        hasher.combine(function)
        hasher.combine(values.count)
    }

    /// Sorts the values, drops those that never occur, and renumbers.
    package init(function: FiniteFunction<VariableNumber>, unsorted values: [Atom?]) {
        var occurs = [Bool](repeating: false, count: values.count)
        for output in function.outputs { occurs[output] = true }
        let order = ValueOrder.sorted(values.indices.filter { occurs[$0] }, of: values)
        var number = [Int](repeating: -1, count: values.count)
        for (new, old) in order.enumerated() { number[old] = new }
        self.function = function
        for index in function.outputs.indices { self.function.outputs[index] = number[function.outputs[index]] }
        self.values = order.map { values[$0] }
    }

    /// - Parameter values: in canonical order already; some may no longer occur.
    package init(function: FiniteFunction<VariableNumber>, values: [Atom?]) {
        self.function = function
        self.values = values
    }

    /// Whether this is exactly the variable, value for value in the variable's own order.
    package func isIdentity(of variable: VariableNumber, values: [Atom?]) -> Bool {
        guard axes.count <= 1, self.values.count == values.count else { return false }
        if axes.isEmpty { return false }
        guard axes[0].variable == variable, axes[0].classCount == values.count else { return false }
        return values.indices.allSatisfy { self.values[function.outputs[axes[0].classOf[$0]]] == values[$0] }
    }

    /// The output for each value of the only axis's variable.
    package var outputByValue: [Int] { axes[0].classOf.map { function.outputs[$0] } }
}

/// The canonical order of values in labels and tables: numbers, then strings by code point, then tuples; undefined
/// last.
enum ValueOrder {
    static func sorted(_ indices: [Int], of values: [Atom?]) -> [Int] {
        indices.sorted { precedes(values[$0], values[$1]) }
    }

    static func precedes(_ a: Atom?, _ b: Atom?) -> Bool {
        guard let a else { return false }
        guard let b else { return true }
        let (rankA, rankB) = (rank(a), rank(b))
        if rankA != rankB { return rankA < rankB }
        switch (a, b) {
        case (.string(let x), .string(let y)): return x.utf8.lexicographicallyPrecedes(y.utf8)
        case (.tuple(let x), .tuple(let y)):
            for (left, right) in zip(x, y) where left != right { return precedes(left, right) }
            return x.count < y.count
        default: return (a.doubleValue ?? 0) < (b.doubleValue ?? 0)
        }
    }

    private static func rank(_ atom: Atom) -> Int {
        switch atom {
        case .bool, .int, .float: 0
        case .string: 1
        case .tuple: 2
        }
    }
}
