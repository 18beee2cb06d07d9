import Passes

/// The labels as users see them: named variables in the program's order, then scratch.
struct VariableTable {
    let variables: PerVariable<CompilerVariable>
    let liveness: Liveness
    let layout: Layout
    private let rounds: RoundTimes
    /// Where each state is left that a round finds, by the block's own variables.
    private let leftBy: [VariableNumber: VariableNumber]
    /// The half-layer of the last MLP.
    private let end: Int

    init(_ variables: PerVariable<CompilerVariable>, _ liveness: Liveness, _ layout: Layout, blocks: [LoopBlock] = []) {
        self.variables = variables
        self.liveness = liveness
        self.layout = layout
        rounds = RoundTimes(blocks: blocks)
        let last = variables.indices.filter { liveness.isLive[$0] }.map { variables[$0].time }.max() ?? 0
        end = last + last % 2
        leftBy = Dictionary(uniqueKeysWithValues: blocks.flatMap { $0.states.map { ($0.before, $0.after) } })
    }

    func list(_ named: [(name: String, variable: VariableNumber)]) -> [CompiledVariable] {
        var result: [CompiledVariable] = []
        let names = Set(named.map(\.name))
        for number in [VariableNumber.tokens, .indices] where liveness.isLive[number] {
            let name = variables[number].name ?? ""
            if !names.contains(name) { result.append(entry(number, name)) }
        }
        for (name, number) in named { result.append(entry(number, name)) }
        for number in variables.indices where liveness.isLive[number] {
            if variables[number].name == nil, leftBy[number] == nil {
                result.append(entry(number, layout.scratchName(number)))
            }
            result += earlier(number)
        }
        return result
    }

    /// What lies in a variable's directions before the last round of its loop, by `NAME@r`: what round r computes, or for
    /// a state, what round r leaves. `NAME@0` is what the first round finds.
    private func earlier(_ number: VariableNumber) -> [CompiledVariable] {
        if let after = leftBy[number] {
            let name = variables[after].name ?? layout.scratchName(after)
            return [
                entry(
                    number, name + "@0", isScratch: true,
                    until: layout.clearedAt[number].map { rounds.layer(of: $0, round: 1) - 1 })
            ]
        }
        guard let block = rounds.block(of: variables[number].time) else { return [] }
        let name = variables[number].name ?? layout.scratchName(number)
        let isState = block.states.contains { $0.after == number }
        return (1..<max(block.rounds, 1)).map { round in
            entry(
                number, "\(name)@\(round)", isScratch: true, round: round,
                until: isState
                    ? rounds.layer(of: block.end, round: round + 1) - 1
                    : layout.clearedAt[number].map { rounds.layer(of: $0, round: round) - 1 })
        }
    }

    private func entry(_ number: VariableNumber, _ name: String) -> CompiledVariable {
        // What would be cleared behind the last layer stays.
        let until = layout.clearedAt[number].flatMap { $0 > end ? nil : rounds.layer(of: $0) - 1 }
        return entry(number, name, isScratch: variables[number].name == nil, until: until)
    }

    private func entry(
        _ number: VariableNumber, _ name: String, isScratch: Bool, round: Int? = nil, until: Int?
    ) -> CompiledVariable {
        let variable = variables[number]
        let encoding: CompiledVariable.Encoding
        if variable.isOneHot {
            let values = variable.values(under: name).compactMap { $0 }
            encoding = .categorical(values: values, directions: values.indices.map { layout.oneHot(number, $0).index })
        } else {
            encoding = .numerical(
                direction: layout.scalar(number).index,
                reachable: variable.extent.map { [$0.lowerBound, $0.upperBound] }
                    ?? Self.distinct(variable.scalarOrder.map { variable.scalars[$0] }))
        }
        return CompiledVariable(
            name: name, encoding: encoding,
            exception: variable.flagged.flatMap { flagged in
                layout.flag(number).map { .init(direction: $0.index, value: variable.values[flagged]) }
            },
            writtenByLayer: rounds.layer(of: variable.time, round: round), heldUntil: until, isScratch: isScratch)
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
