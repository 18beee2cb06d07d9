import RASP

/// Variables that no two positions of an input share a value of: `indices`, and the rank of each position in a strict
/// order, as sorting counts it. What is selected by such a value is one position at most.
extension Lowering {
    /// Notes that a width is a rank: the number of positions before the row's own in a strict order of all positions.
    mutating func noteRank(_ variable: VariableNumber, _ selector: Selector) {
        guard !setting.causal, !ranks.contains(variable), let parts = conjunctions[selector], parts.count == 1,
            isStrictOrder(parts[0])
        else { return }
        ranks.insert(variable)
    }

    /// Whether the relation puts any two positions in an order that has no circles, whatever the input.
    ///
    /// Of any two different classes of positions exactly one is to come before the other. Such a tournament has no
    /// circle exactly when each class has a number of classes before it that no other class has (Landau 1953).
    private func isStrictOrder(_ relation: Relation) -> Bool {
        let (keys, queries) = (relation.axes(on: .key), relation.axes(on: .query))
        guard keys.count == queries.count,
            zip(keys, queries).allSatisfy({ $0.variable.number == $1.variable.number && $0.classOf == $1.classOf }),
            let places = placesByCombination(keys)
        else { return false }
        let matrix = relation.matrix
        let count = matrix.rows
        // Combinations that are alike to all others are one class; two positions may not be in the same.
        var firstOf: [[Bool]: Int] = [:]
        var classes: [Int] = []
        for combination in 0..<count {
            var kind: [Bool] = []
            kind.reserveCapacity(2 * count)
            for other in 0..<count {
                kind.append(matrix.entries[combination * count + other])
                kind.append(matrix.entries[other * count + combination])
            }
            if let known = firstOf[kind] {
                guard places[known] == places[combination] else { return false }
            } else {
                firstOf[kind] = combination
                classes.append(combination)
            }
        }
        var taken = [Bool](repeating: false, count: classes.count)
        for a in classes {
            guard !matrix.entries[a * count + a] else { return false }
            var before = 0
            for b in classes where b != a {
                let comesBefore = matrix.entries[b * count + a]
                guard comesBefore != matrix.entries[a * count + b] else { return false }
                if comesBefore { before += 1 }
            }
            guard !taken[before] else { return false }
            taken[before] = true
        }
        return true
    }

    /// For each combination of classes the one place in which a position can have it; nil where some have several.
    private func placesByCombination(_ axes: [Relation.Axis]) -> [Int]? {
        for (number, axis) in axes.enumerated() {
            let own = axis.withoutSide
            guard own.classCount == setting.maxLength, let maps = placements(own), maps.count == 1,
                Set(maps[0]).count == setting.maxLength
            else { continue }
            let stride = axes[(number + 1)...].reduce(1) { $0 * $1.classCount }
            let count = axes.reduce(1) { $0 * $1.classCount }
            return (0..<count).map { $0 / stride % axis.classCount }
        }
        return nil
    }

    /// The class that the position with each index, or each rank, has of an axis; a list for each combination of what
    /// else that depends on and is the same at all positions, such as the length. -1: there is no such position.
    ///
    /// - Returns: nil where the class depends on anything else, or there are very many combinations.
    func placements(_ axis: Axis) -> [[Int]]? {
        guard let (bases, tables) = sources(of: axis.variable) else { return nil }
        let others = bases.filter { !isPlace($0) }
        let places = bases.filter(isPlace)
        guard places.count == 1, let valueOfPlace = valuesOfPlaces(places[0]) else { return nil }
        let combinations = others.reduce(1) { min($0 * variables[$1].values.count, 1 << 20) }
        guard combinations * setting.maxLength * (tables.count + 1) <= 1 << 18 else { return nil }
        return (0..<combinations).map { combination in
            var (rest, value, length) = (combination, [VariableNumber: Int](), setting.maxLength)
            for base in others {
                let number = rest % variables[base].values.count
                rest /= variables[base].values.count
                value[base] = number
                if isLength(base), let own = variables[base].values[number]?.integerValue { length = own }
            }
            return (0..<setting.maxLength).map { index in
                guard index < length else { return -1 }
                value[places[0]] = valueOfPlace[index]
                for (number, table) in tables { value[number] = table.function.output { value[$0, default: 0] } }
                return axis.classOf[value[axis.variable, default: 0]]
            }
        }
    }

    private func isPlace(_ variable: VariableNumber) -> Bool { variable == .indices || ranks.contains(variable) }

    /// The number of the value that each index or rank is of its variable.
    private func valuesOfPlaces(_ variable: VariableNumber) -> [Int]? {
        if variable == .indices { return Array(0..<setting.maxLength) }
        let values = variables[variable].values
        let places = (0..<setting.maxLength).compactMap { rank in values.firstIndex(of: .int(rank)) }
        return places.count == setting.maxLength ? places : nil
    }

    private func isLength(_ variable: VariableNumber) -> Bool {
        if case .width(let form) = variables[variable].origin { return form.isUnmasked && form.terms.isEmpty }
        return false
    }

    /// The variables that one is a table of, directly or not, and that are no tables themselves: places, and what is
    /// the same at all positions; and the tables between, each after those that it reads. nil where there are others.
    private func sources(of variable: VariableNumber) -> (
        bases: [VariableNumber], tables: [(number: VariableNumber, table: ValueTable)]
    )? {
        var (bases, tables, pending) = (Set<VariableNumber>(), [VariableNumber: ValueTable](), [variable])
        while let next = pending.popLast() {
            guard !bases.contains(next), tables[next] == nil else { continue }
            if case .table(let table) = variables[next].origin, !isPlace(next) {
                tables[next] = table
                guard tables.count <= 32 else { return nil }
                pending += table.axes.map(\.variable)
            } else if isPlace(next) || variables.isSameEverywhere(next) {
                bases.insert(next)
            } else {
                return nil
            }
        }
        // A variable is made after those that it is computed from.
        return (bases.sorted(), tables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}
