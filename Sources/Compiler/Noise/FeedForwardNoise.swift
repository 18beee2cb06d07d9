/// What the hidden units of a layer pass on of the noise in what they read.
struct FeedForwardNoise {
    /// A unit's argument is off by more than the unit can bear.
    struct Excess {
        /// The first one that the unit writes.
        let direction: Direction?
        let error: Double
        let tolerance: Double
    }

    private(set) var increments: [Direction: StreamNoise.Increment] = [:]
    /// The first excess that was found. The results hold only where there is none.
    private(set) var excess: Excess?

    /// - Parameter cleared: directions that units subtract from themselves.
    init(
        _ units: [HiddenUnit], _ forms: [SortedForm], _ writes: [SortedForm], _ stream: StreamNoise,
        cleared: Set<Direction>
    ) {
        var tallies: [Direction: Tally] = [:]
        var subtracted: Set<Direction> = []
        for (number, unit) in units.enumerated() {
            if case .step(let step) = unit.role, step.isSecond { continue }
            let form = forms[number]
            let passed = pass(unit.role, form, stream, writes[number].terms.first?.direction)
            for (direction, weight) in writes[number].terms {
                if cleared.contains(direction), form.terms.count == 1, form.terms[0].direction == direction {
                    if weight * form.terms[0].weight < 0 { subtracted.insert(direction) }
                    continue
                }
                tallies[direction, default: Tally()].add(passed, times: weight)
            }
        }
        increments = tallies.mapValues { $0.increment(stream.sums) }
        // Where the unit that would clear a direction also writes the same value again, the direction stays what it is.
        for direction in cleared.subtracting(subtracted) {
            increments[direction, default: .init()].extra += stream.errorWhenSet(direction)
        }
    }

    /// The noise that one unit, or the two units of a step together, pass on.
    private mutating func pass(_ role: UnitRole, _ form: SortedForm, _ stream: StreamNoise, _ direction: Direction?)
        -> Passed
    {
        switch role {
        case .exact: return Passed()
        case .linear:
            let error = stream.error(of: form)
            return Passed(unset: error.anywhere, size: error.size, grid: error.grid)
        case .partition:
            let error = stream.error(of: form)
            return Passed(
                unset: error.unset, extra: error.anywhere - error.unset, grid: error.anywhere == 0 ? 1 : 0,
                isExclusive: true)
        case .leaf(let tolerance, let isExclusive):
            let error = stream.error(of: form)
            let unset = max(0, error.anywhere - tolerance)
            return Passed(
                unset: unset, extra: max(0, error.anywhere - unset), grid: error.anywhere == 0 ? 1 : 0,
                isExclusive: isExclusive)
        case .gated(let tolerance, let size):
            let error = stream.error(of: form)
            let unset = max(0, error.anywhere - tolerance)
            return Passed(
                unset: unset, extra: max(0, error.anywhere - unset), size: size, grid: error.grid, isExclusive: true)
        case .step(let step):
            let open = stream.error(of: form, edge: step.edge)
            let isHeld =
                open.anywhere < step.tolerance
                && (step.closedTolerance == .infinity || stream.error(of: form).anywhere < step.closedTolerance)
            if !isHeld, excess == nil {
                excess = Excess(direction: direction, error: open.anywhere, tolerance: step.tolerance)
            }
            // Both units read the same, and where that is not rounded their difference is 0 or 1.
            let isExact = step.isExact || (open.isExact(stream.sums) && step.reach <= stream.sums.room * open.grid)
            let roundings = isExact ? 0 : 2 * stream.sums.count(open.groups + 2) * stream.sums.roundoff * step.reach
            return Passed(unset: roundings, size: 2 * step.reach, grid: isExact ? open.grid : 0, gate: step.gate)
        }
    }

    private struct Passed {
        var unset = 0.0
        /// Beyond that, where the unit is 1.
        var extra = 0.0
        /// The largest activation.
        var size = 1.0
        /// What the activation is a multiple of; 0 where that is not known.
        var grid = 1.0
        var isExclusive = false
        /// The case in which this is all there is; in others it is exactly 0.
        var gate: Int?
    }

    /// All that is written to one direction.
    private struct Tally {
        private var always = Part()
        private var exclusive = Part()
        private var cases: [Int: Part] = [:]
        private var grid = Double.infinity

        /// Terms of the sum that come together.
        private struct Part {
            var unset = 0.0
            var extra = 0.0
            var size = 0.0
            var count = 1
        }

        mutating func add(_ passed: Passed, times weight: Double) {
            let factor = abs(weight)
            let unset = factor * passed.unset + abs(Double(Float(weight)) - weight) * passed.size
            grid = min(grid, passed.grid * Float(weight).lowestBit)
            if passed.isExclusive {
                // While one of them is 1, the others still pass on the noise that they pass on at 0.
                exclusive.unset += unset
                exclusive.extra = max(exclusive.extra, factor * passed.extra)
                exclusive.size = max(exclusive.size, factor * passed.size)
            } else {
                let part = passed.gate.map { cases[$0, default: Part()] } ?? always
                let sum = Part(
                    unset: part.unset + unset, extra: part.extra + factor * passed.extra,
                    size: part.size + factor * passed.size,
                    count: part.count + 1)
                if let gate = passed.gate { cases[gate] = sum } else { always = sum }
            }
        }

        func increment(_ sums: StreamNoise.Sums) -> StreamNoise.Increment {
            let noisiest = cases.values.map(\.unset).max() ?? 0
            let size = always.size + exclusive.size + (cases.values.map(\.size).max() ?? 0)
            let count = always.count + 1 + (cases.values.map(\.count).max() ?? 0)
            let roundings = size <= sums.room * grid ? 0 : 2 * sums.roundoff * size * sums.count(count)
            return .init(
                unset: always.unset + exclusive.unset + noisiest + roundings, extra: always.extra + exclusive.extra)
        }
    }
}
