import Basics

/// How well scores find what is true: each measure by its name. A measure that is not defined for the items is left out.
public struct RecoveryMeasures: Sendable, Equatable {
    public static let names = ["auroc", "average_precision", "precision_at_size", "mib_auroc", "spearman"]

    /// In the order of `names`.
    public internal(set) var values: [(name: String, value: Double)]

    public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

    public static func == (left: RecoveryMeasures, right: RecoveryMeasures) -> Bool {
        left.values.elementsEqual(right.values) { $0.name == $1.name && $0.value == $1.value }
    }

    /// - Parameters:
    ///   - scores: The items' scores, whose magnitude counts.
    ///   - isTrue: Whether each item is true.
    ///   - effects: What each item does, where that is known.
    ///   - topology: The model's, where the items are all its edges: MIB's measure is defined for them alone.
    init(scores: [Double], isTrue: [Bool], effects: [Double]?, topology: CircuitTopology?) {
        let magnitudes = scores.map(abs)
        let ranked = RankedItems(scores: magnitudes, isTrue: isTrue)
        let found: [Double?] = [
            ranked.auroc, ranked.averagePrecision, ranked.precisionAtSize,
            topology.flatMap { MIBAUROC.value($0, scores: scores, isTrue: isTrue) },
            effects.flatMap { RankCorrelation.spearman(magnitudes, $0.map(abs)) },
        ]
        values = zip(Self.names, found).compactMap { name, value in value.map { (name, $0) } }
    }

    public var json: JSONValue { .object(JSONObject(values.map { ($0.name, .number($0.value)) })) }
}
