/// The state at BOS within one layer. There it is one vector, so it is followed as it is, with a bound on its error.
struct BOSRow {
    private let bos: Direction
    private let roundoff: Double
    private(set) var level: PerDirection<Double>
    private(set) var error: PerDirection<Double>

    /// At the beginning of a layer BOS holds nothing but BOS.
    init(_ noise: StreamNoise, bos: Direction) {
        self.bos = bos
        roundoff = noise.sums.roundoff
        error = noise.atBOS
        level = PerDirection(repeating: 0, width: error.width)
        level[bos] = 1
    }

    func value(_ form: SortedForm) -> (level: Double, error: Double) {
        var (sum, error, size, isExact) = (Double(Float(form.bias)), 0.0, abs(form.bias), true)
        for (direction, weight) in form.terms {
            let stored = Double(Float(weight))
            let term = stored * level[direction]
            sum += term
            size += abs(term)
            error += abs(stored) * self.error[direction]
            if (term * 64).rounded() != term * 64 { isExact = false }
        }
        if !isExact || error > 0 { error += roundoff * size * Double(form.terms.count + 1) }
        return (sum, error)
    }

    /// What the heads write: BOS attends to itself alone.
    mutating func attend(_ heads: [HeadPlan]) {
        var writes: [(direction: Direction, level: Double, error: Double)] = []
        for head in heads {
            for (form, outputs) in zip(head.values, head.outputs) {
                let (value, error) = value(SortedForm(form))
                // Any other position's share is below exp(-64).
                for (direction, weight) in outputs {
                    writes.append((direction, weight * value, abs(weight) * (error + 1e-24)))
                }
            }
        }
        for write in writes { add(write.level, write.error, to: write.direction) }
        for direction in Set(writes.map(\.direction)) { round(direction) }
    }

    mutating func feedForward(_ units: [HiddenUnit], _ forms: [SortedForm], _ writes: [SortedForm]) {
        var levels = PerDirection(repeating: 0.0, width: level.width)
        var errors = levels
        for (number, unit) in units.enumerated() {
            let (argument, error) = value(forms[number])
            guard argument + error > 0 else { continue }
            var passed = error
            if case .step(let step) = unit.role {
                // On the plateau both units' errors cancel; on the slope the first one's counts.
                passed = step.isSecond ? 0 : argument - error >= 1 ? 2 * roundoff * (abs(argument) + 1) : error
            }
            for (direction, weight) in writes[number].terms {
                levels[direction] += Double(Float(weight)) * max(argument, 0)
                errors[direction] += abs(weight) * passed
            }
        }
        for direction in level.directions where levels[direction] != 0 || errors[direction] != 0 {
            add(levels[direction], errors[direction], to: direction)
            round(direction)
        }
    }

    private mutating func add(_ value: Double, _ uncertainty: Double, to direction: Direction) {
        level[direction] += value
        error[direction] += uncertainty
    }

    private mutating func round(_ direction: Direction) {
        if (level[direction] * 64).rounded() != level[direction] * 64 {
            error[direction] += abs(level[direction]) * StreamNoise.stateRoundoff
        }
    }

    /// What is left in each direction where nothing should be.
    var residues: PerDirection<Double> {
        PerDirection(level.directions.map { $0 == bos ? 0 : abs(level[$0]) + error[$0] })
    }
}
