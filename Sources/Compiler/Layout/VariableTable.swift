import Passes
import RASP

/// The labels as users see them: named variables in the program's order, then scratch.
struct VariableTable {
    let variables: [CompilerVariable]
    let liveness: Liveness
    let layout: Layout

    init(_ variables: [CompilerVariable], _ liveness: Liveness, _ layout: Layout) {
        self.variables = variables
        self.liveness = liveness
        self.layout = layout
    }

    func list(_ named: [(name: String, variable: Int)]) -> [CompiledVariable] {
        var result: [CompiledVariable] = []
        let names = Set(named.map(\.name))
        for number in [Lowering.tokens, Lowering.indices] where liveness.isLive[number] {
            let name = variables[number].name ?? ""
            if !names.contains(name) { result.append(entry(number, name)) }
        }
        for (name, number) in named { result.append(entry(number, name)) }
        for number in variables.indices where liveness.isLive[number] && variables[number].name == nil {
            result.append(entry(number, layout.scratchName(number)))
        }
        return result
    }

    private func entry(_ number: Int, _ name: String) -> CompiledVariable {
        let variable = variables[number]
        let encoding: CompiledVariable.Encoding
        if variable.isOneHot {
            let values = variable.values.compactMap { $0 }
            encoding = .categorical(values: values, directions: values.indices.map { layout.oneHot(number, $0) })
        } else {
            encoding = .numerical(
                direction: layout.scalar(number),
                reachable: variable.extent.map { [$0.lowerBound, $0.upperBound] }
                    ?? Self.distinct(variable.scalarOrder.map { variable.scalars[$0] }))
        }
        return CompiledVariable(
            name: name, encoding: encoding,
            exception: variable.flagged.flatMap { flagged in
                layout.flag(number).map { .init(direction: $0, value: variable.values[flagged]) }
            },
            writtenByLayer: (variable.time + 1) / 2, heldUntil: layout.clearedAt[number].map { $0 / 2 - 1 },
            isScratch: variable.name == nil)
    }

    /// One number for those that differ by rounding only, the first of them; in ascending order.
    private static func distinct(_ numbers: [Double]) -> [Double] {
        var result: [Double] = []
        var last = -Double.infinity
        for number in numbers {
            if number - last > 1e-12 * max(1, abs(number)) { result.append(number) }
            last = number
        }
        return result
    }
}
