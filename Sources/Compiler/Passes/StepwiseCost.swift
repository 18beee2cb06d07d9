import RASP

/// What a program takes when every s-op is computed by itself, one hidden unit for each combination of its inputs' values:
/// the construction of Lindner et al. Fusing maps to save layers must not cost more than this.
struct StepwiseCost {
    private(set) var nonzeros = 0
    /// The most hidden units of any MLP.
    private(set) var hiddenUnits = 0

    init(_ program: Program, _ lowering: Lowering) {
        var depths: [GraphNode: Int] = [:]
        var units: [Int: Int] = [:]
        var sizes: [SOp: Int] = [:]
        // The embeddings of tokens, of positions and of BOS.
        nonzeros = lowering.setting.vocabulary.count + lowering.setting.maxLength + 2
        for node in topologicalOrder(of: [.sop(program.output)]) {
            let latest = node.children.map { depths[$0, default: 0] }.max() ?? 0
            depths[node] = latest
            guard case .sop(let sop) = node else { continue }
            sizes[sop] = Self.size(sop, sizes, lowering)
            switch sop.operation {
            case .tokens, .indices, .constant: break
            case .aggregate(let selector, let values, _, _):
                depths[node] = latest + (latest % 2 == 0 ? 1 : 2)
                // Each value is read and written; each query scores at BOS and, about, at one key.
                nonzeros += 2 * sizes[values, default: 1]
                if case .select(_, let queries, _) = selector.operation { nonzeros += 2 * sizes[queries, default: 1] }
            case .selectorWidth:
                depths[node] = latest + (latest % 2 == 0 ? 2 : 3)
                units[latest + (latest % 2 == 0 ? 2 : 3), default: 0] += 2 * (lowering.setting.maxLength + 1)
            case .elementwise(_, let inputs):
                depths[node] = latest + (latest % 2 == 0 ? 2 : 1)
                let inputs = inputs.map { sizes[$0, default: 1] }.filter { $0 > 1 }
                // A sum of numbers takes four.
                let count = sop.encoding == .numerical && inputs.count > 1 ? 4 : Self.product(inputs)
                units[latest + (latest % 2 == 0 ? 2 : 1), default: 0] += count
            }
        }
        hiddenUnits = units.values.max() ?? 0
        // Two reads, a bias and a write.
        nonzeros += 4 * units.values.reduce(0, +)
    }

    /// How many values the s-op takes there. A mean of categories is one of them; only a share, or a number that is
    /// annotated as one, has fractions.
    private static func size(_ sop: SOp, _ sizes: [SOp: Int], _ lowering: Lowering) -> Int {
        let own = lowering.tables[sop]?.values.count ?? 1
        switch sop.operation {
        case .tokens, .indices, .constant, .selectorWidth: return own
        case .aggregate(_, let values, let defaultValue, _):
            let isShare = lowering.tables[values]?.values.allSatisfy { [0, 1].contains($0?.doubleValue) } ?? true
            if isShare || sop.encoding == .numerical || values.encoding == .numerical { return own }
            return min(own, sizes[values, default: own] + (defaultValue == nil ? 0 : 1))
        case .elementwise(_, let inputs): return min(own, product(inputs.map { sizes[$0, default: 1] }))
        }
    }

    private static func product(_ sizes: [Int]) -> Int {
        sizes.reduce(1) { min($0.multipliedReportingOverflow(by: $1).partialValue, 1 << 30) }
    }
}
