import RASP

/// By which half-layer everything has to be there that an s-op is computed from, for the output to be there no later
/// than it was when the program was lowered as early as can be.
///
/// What has time to spare need not be fused for the sake of depth: lowered again with these deadlines, each map is
/// computed in the cheapest way that still meets its own.
struct Deadlines {
    private var bySOp: [SOp: Int] = [:]

    /// None: everything as early as can be.
    init() {}

    init(_ program: Program, _ lowering: Lowering, _ liveness: Liveness) {
        let variables = lowering.variables
        let last = variables.indices.lazy.filter { liveness.isLive[$0] }.map { variables[$0].time }.max() ?? 0
        var due = [Int](repeating: last + last % 2, count: variables.count)
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
            // It may have dissolved into what this s-op reads.
            for input in inputs where !lowering.isVariable(input) { note(input, own) }
        }
    }

    subscript(_ sop: SOp) -> Int { bySOp[sop, default: 0] }
}

extension Lowering {
    /// The variables that hold the s-op's value.
    fileprivate func variables(of sop: SOp) -> [Int] {
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
