import Passes
import RASP

/// Which direction of the residual stream is what, and when variables are taken out of it again.
struct Layout {
    private(set) var basis: [BasisDirection] = []
    private(set) var bos = Direction(0)
    /// By variable.
    private var directions: [VariableNumber: [Direction]] = [:]
    private var flags: [VariableNumber: Direction] = [:]
    private var scratchNames: [VariableNumber: String] = [:]
    /// The half-layer of the MLP that clears a variable, for those that are cleared.
    private(set) var clearedAt: [VariableNumber: Int] = [:]

    /// Directions in the order: tokens and indices, named variables in order of computation, unnamed one-hots, unnamed
    /// scalars, BOS. Only live variables get any. Unnamed scalars are cleared after their last use, so that no state
    /// holds more than variables.
    ///
    /// - Parameter reusing: everything but the output is cleared once nothing reads it any more, where a later variable
    ///   then takes its directions.
    ///   - blocks: loops whose rounds are executed by the same layers. A state before a round and after it has one set of
    ///     directions, and everything else that a round writes is cleared by its end.
    init(
        _ variables: PerVariable<CompilerVariable>, _ liveness: Liveness, output: VariableNumber?, reusing: Bool,
        blocks: [LoopBlock] = []
    ) {
        let live = variables.indices.filter { liveness.isLive[$0] }
        let order = live.sorted { Self.rank(variables[$0], $0) < Self.rank(variables[$1], $1) }
        var scratch = 0
        for number in order where variables[number].name == nil {
            scratch += 1
            scratchNames[number] = "scratch\(scratch)"
        }
        for number in live where !variables[number].isOneHot && variables[number].name == nil {
            let last = liveness.lastRead[number]
            clearedAt[number] = last + last % 2
        }
        var leftBy: [VariableNumber: VariableNumber] = [:]
        for block in blocks {
            for number in live where block.contains(variables[number].time) {
                let last = liveness.lastRead[number]
                clearedAt[number] = last + last % 2
            }
            for state in block.states {
                leftBy[state.before] = state.after
                clearedAt[state.before] = block.end
                clearedAt[state.after] = nil
            }
        }
        var vacant = Vacancies()
        // Directions can be handed over only when variables are placed in order of time. Without reuse they are placed
        // in the order above, in which labels are easier to read.
        for number in reusing ? order.sorted(by: { variables[$0].time < variables[$1].time }) : order {
            guard directions[number] == nil else { continue }
            if let after = leftBy[number] {
                let name = variables[after].name ?? scratchName(after)
                let places = directions[after] ?? Self.labels(variables[after], name).map { append($0) }
                (directions[number], directions[after]) = (places, places)
                continue
            }
            let variable = variables[number]
            let labels = Self.labels(variable, variable.name ?? scratchName(number))
            let places = labels.map { label in
                guard reusing, let place = vacant.take(at: variable.time) else {
                    return append(label)
                }
                if clearedAt[place.tenant] == nil { clearedAt[place.tenant] = place.from }
                basis[place.direction.index].handOver(to: label, after: place.from / 2 - 1)
                return place.direction
            }
            if variable.flagged != nil { flags[number] = places[1] }
            directions[number] = places
            guard reusing, number != output else { continue }
            let last = liveness.lastRead[number]
            // A named variable stays for at least one whole residual state, so that it can be read there.
            let seen = variable.name == nil ? 0 : (variable.time + 1) / 2 * 2 + 2
            vacant.add(places, of: number, from: max(last + last % 2, seen))
        }
        bos = append(BasisDirection(variable: "bos", value: nil, isScratch: true))
    }

    private mutating func append(_ label: BasisDirection) -> Direction {
        basis.append(label)
        return Direction(basis.count - 1)
    }

    private static func labels(_ variable: CompilerVariable, _ name: String) -> [BasisDirection] {
        let isScratch = variable.name == nil
        if variable.isOneHot {
            return variable.values.compactMap {
                $0.map { BasisDirection(variable: name, value: $0, isScratch: isScratch) }
            }
        }
        let number = BasisDirection(variable: name, value: nil, isScratch: isScratch)
        return variable.flagged == nil
            ? [number] : [number, BasisDirection(variable: name, value: .string("undefined"), isScratch: isScratch)]
    }

    private static func rank(_ variable: CompilerVariable, _ number: VariableNumber) -> (Int, VariableNumber) {
        (number <= .indices ? 0 : variable.name != nil ? 1 : variable.isOneHot ? 2 : 3, number)
    }

    /// What a variable without a name is called in labels: as its first direction is, which may be handed over.
    func scratchName(_ variable: VariableNumber) -> String {
        if let place = directions[variable]?.first { return basis[place.index].variable }
        guard let name = scratchNames[variable] else { preconditionFailure("variable \(variable.index) has a name") }
        return name
    }

    /// The direction of one value of a one-hot.
    func oneHot(_ variable: VariableNumber, _ value: Int) -> Direction { all(variable)[value] }

    /// The direction that a scalar's number is written to.
    func scalar(_ variable: VariableNumber) -> Direction { all(variable)[0] }

    /// The direction that says that a scalar is no number; nil where it always is one.
    func flag(_ variable: VariableNumber) -> Direction? { flags[variable] }

    /// All directions of a variable, which has to be live.
    func all(_ variable: VariableNumber) -> [Direction] {
        guard let places = directions[variable] else {
            preconditionFailure("variable \(variable.index) has no directions")
        }
        return places
    }
}

/// Directions whose variable is no longer read by anything.
private struct Vacancies {
    /// Each with the variable that it belongs to, and the half-layer from which that can be cleared.
    private var places: [(direction: Direction, tenant: VariableNumber, from: Int)] = []

    mutating func add(_ directions: [Direction], of tenant: VariableNumber, from: Int) {
        places += directions.map { ($0, tenant, from) }
        places.sort { ($0.from, $0.direction) > ($1.from, $1.direction) }
    }

    /// A direction that can be written at this half-layer.
    mutating func take(at time: Int) -> (direction: Direction, tenant: VariableNumber, from: Int)? {
        guard let last = places.last, last.from <= time else { return nil }
        places.removeLast()
        return last
    }
}
