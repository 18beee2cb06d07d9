import RASP

/// Variables that no two positions of an input share a value of: `indices`, and the rank of each position in a strict
/// order, as sorting counts it. What is selected by such a value is one position at most.
extension Lowering {
    /// Notes that a width is a rank: the number of positions before the row's own in a strict order of all positions.
    mutating func noteRank(_ variable: Int, _ selector: Selector) {
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
            zip(keys, queries).allSatisfy({ $0.variable >> 1 == $1.variable >> 1 && $0.classOf == $1.classOf }),
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
    private func placesByCombination(_ axes: [Axis]) -> [Int]? {
        for (number, axis) in axes.enumerated() {
            let own = Axis(variable: axis.variable >> 1, classOf: axis.classOf, classCount: axis.classCount)
            guard own.classCount == setting.maxLength, let maps = placements(own), maps.count == 1,
                Set(maps[0]).count == setting.maxLength
            else { continue }
            let stride = axes[(number + 1)...].reduce(1) { $0 * $1.classCount }
            let count = axes.reduce(1) { $0 * $1.classCount }
            return (0..<count).map { $0 / stride % axis.classCount }
        }
        return nil
    }

    /// The class that the position with each index, or each rank, has of an axis; several such lists where that depends
    /// on something else that is the same at all positions. nil where positions may share a class for other reasons.
    func placements(_ axis: Axis) -> [[Int]]? {
        placements(of: axis.variable).map { $0.map { $0.map { axis.classOf[$0] } } }
    }

    /// The value that each index or rank has.
    private func placements(of variable: Int) -> [[Int]]? {
        if variable == Self.indices { return [Array(0..<setting.maxLength)] }
        if ranks.contains(variable) {
            let values = variables[variable].values
            let places = (0..<setting.maxLength).map { rank in values.firstIndex(of: .int(rank)) }
            let known = places.compactMap { $0 }
            return known.count == places.count ? [known] : nil
        }
        guard case .table(let table) = variables[variable].origin else { return nil }
        let varying = table.axes.indices.filter { !variables.isSameEverywhere(table.axes[$0].variable) }
        guard varying.count == 1, let inner = placements(table.axes[varying[0]]) else { return nil }
        let strides = table.axes.indices.map { index in table.axes[(index + 1)...].reduce(1) { $0 * $1.classCount } }
        let count = table.function.outputs.count / table.axes[varying[0]].classCount
        guard count * inner.count <= 1 << 12 else { return nil }
        // The entries of the table at which the axis that varies has its first class: one for each case of the rest.
        let cases = table.function.outputs.indices.filter {
            $0 / strides[varying[0]] % table.axes[varying[0]].classCount == 0
        }
        return cases.flatMap { start in
            inner.map { map in map.map { table.function.outputs[start + $0 * strides[varying[0]]] } }
        }
    }
}
