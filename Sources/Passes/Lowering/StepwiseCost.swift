import RASP

/// What a program takes when every s-op is computed by itself, one hidden unit for each combination of its inputs'
/// values: the construction of Lindner et al. Fusing maps to save layers must not cost more than this.
package struct StepwiseCost {
    package private(set) var nonzeros = 0
    /// The most hidden units of any MLP.
    package private(set) var hiddenUnits = 0

    /// For programs of which only some rounds are compiled step by step.
    package static let unlimited = StepwiseCost(nonzeros: Int.max, hiddenUnits: Int.max)

    private init(nonzeros: Int, hiddenUnits: Int) {
        self.nonzeros = nonzeros
        self.hiddenUnits = hiddenUnits
    }

    package init(_ program: Program, _ lowering: Lowering) {
        var depths: [GraphNode: Int] = [:]
        var units: [Int: Int] = [:]
        for node in topologicalOrder(of: [.sop(program.output)]) {
            let latest = node.children.map { depths[$0, default: 0] }.max() ?? 0
            depths[node] = latest
            guard case .sop(let sop) = node else { continue }
            switch sop.operation {
            case .tokens, .indices, .constant: break
            case .aggregate: depths[node] = latest + (latest % 2 == 0 ? 1 : 2)
            case .selectorWidth:
                depths[node] = latest + (latest % 2 == 0 ? 2 : 3)
                units[latest + (latest % 2 == 0 ? 2 : 3), default: 0] += 2 * (lowering.setting.maxLength + 1)
            case .elementwise(_, let inputs):
                depths[node] = latest + (latest % 2 == 0 ? 2 : 1)
                let sizes = inputs.map { lowering.tables[$0]?.values.count ?? 1 }.filter { $0 > 1 }
                // A sum of numbers takes four units.
                let count = sop.encoding == .numerical && sizes.count > 1 ? 4 : Self.product(sizes)
                units[latest + (latest % 2 == 0 ? 2 : 1), default: 0] += count
            }
        }
        hiddenUnits = units.values.max() ?? 0
        // Each unit has two reads, a bias and a write.
        nonzeros = 4 * units.values.reduce(0, +)
    }

    private static func product(_ sizes: [Int]) -> Int {
        sizes.reduce(1) { min($0.multipliedReportingOverflow(by: $1).partialValue, 1 << 30) }
    }
}
