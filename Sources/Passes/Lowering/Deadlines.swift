import RASP

/// For every s-op the half-layer by which everything that it is computed from has to be there, so that the output is
/// there no later than when everything was computed as early as possible.
///
/// Maps that have time left need not be fused to save layers. When the program is lowered again with these deadlines,
/// each map is computed in the cheapest way that still meets its own.
package struct Deadlines {
    private var bySOp: [SOp: Int] = [:]

    /// No deadlines: everything is computed as early as possible.
    package init() {}

    package init(_ program: Program, _ lowering: Lowering, _ liveness: Liveness) {
        let variables = lowering.variables
        let last = variables.indices.lazy.filter { liveness.isLive[$0] }.map { variables[$0].time }.max() ?? 0
        var due = PerVariable(repeating: last + last % 2, count: variables.count)
        for number in variables.indices.reversed() where liveness.isLive[number] && variables[number].time > 0 {
            // An MLP's variable stays an MLP's, and one of attention's stays one of attention's.
            due[number] -= (due[number] - variables[number].time) % 2
            for input in variables[number].inputs { due[input] = min(due[input], due[number] - 1) }
        }
        func note(_ sop: SOp, _ time: Int) { bySOp[sop] = min(bySOp[sop, default: time], time) }
        for node in topologicalOrder(of: [.sop(program.output)]).reversed() {
            guard case .sop(let sop) = node, case .elementwise(_, let inputs) = sop.operation else { continue }
            for variable in lowering.variables(of: sop) where liveness.isLive[variable] { note(sop, due[variable] - 1) }
            guard let own = bySOp[sop] else { continue }
            // The input may have been fused into this s-op, which then reads what the input reads.
            for input in inputs where !lowering.isVariable(input) { note(input, own) }
        }
    }

    subscript(_ sop: SOp) -> Int { bySOp[sop, default: 0] }
}

extension Lowering {
    /// The variables that hold the s-op's value.
    fileprivate func variables(of sop: SOp) -> [VariableNumber] {
        guard let table = tables[sop] else { return [] }
        let written = [Encoding.categorical, .numerical].compactMap {
            variableOfTable[TableKey(table: table, encoding: $0)]
        }
        return isVariable(sop) ? written + table.axes.map(\.variable) : written
    }

    fileprivate func isVariable(_ sop: SOp) -> Bool {
        guard let table = tables[sop], let axis = table.axes.first else { return false }
        return table.isIdentity(of: axis.variable, values: variables[axis.variable].values)
    }
}
