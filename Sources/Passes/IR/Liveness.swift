extension CompilerVariable {
    /// The variables that this one is computed from.
    var inputs: [VariableNumber] {
        switch origin {
        case .tokens, .indices: []
        case .table(let table), .state(let table): table.axes.map(\.variable)
        case .gather(let read): read.selector.variables + [read.source].compactMap { $0 }
        case .mean(let read): read.selector.variables + [read.source]
        case .width(let selector): selector.variables
        case .weightedWidths(let parts): parts.map(\.width)
        case .balance(let read): read.terms.map(\.source)
        }
    }
}

/// What has to be in the residual stream, and until when.
package struct Liveness {
    /// Whether anything that is kept depends on the variable. Functions of tokens or positions alone are written by the
    /// embedding and need neither in the stream.
    package private(set) var isLive: PerVariable<Bool>
    /// The last half-layer that reads it.
    package private(set) var lastRead: PerVariable<Int>

    init(_ variables: PerVariable<CompilerVariable>, kept: [VariableNumber], blocks: [LoopBlock] = []) {
        isLive = PerVariable(repeating: false, count: variables.count)
        lastRead = PerVariable(variables.map(\.time))
        for variable in kept + blocks.flatMap({ $0.states.flatMap { [$0.before, $0.after] } }) {
            isLive[variable] = true
        }
        for number in variables.indices.reversed() where isLive[number] && variables[number].time > 0 {
            for input in variables[number].inputs {
                isLive[input] = true
                lastRead[input] = max(lastRead[input], variables[number].time)
            }
        }
        for block in blocks {
            // What a round reads from before the block, the next round reads again.
            for number in variables.indices where variables[number].time <= block.start {
                if block.contains(lastRead[number]) { lastRead[number] = block.end + 1 }
            }
            for state in block.states { lastRead[state.before] = block.end }
        }
    }
}
