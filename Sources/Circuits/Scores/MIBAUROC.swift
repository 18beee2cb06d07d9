/// The area that MIB's circuit track reports for models whose circuit is known (`evaluate_area_under_roc` and
/// `print_results.py` of hannamw/MIB-circuit-track): true and false positive rates of circuits of ten sizes, grown from
/// the logits by the magnitude of scores and pruned, joined by straight lines.
///
/// It begins with the smallest circuit and not at (0, 0), so that it is no true AUROC: random scores reach less than a
/// half.
public enum MIBAUROC {
    /// Shares of all edges at which MIB looks.
    public static let sizes = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

    /// - Parameters:
    ///   - shape: The model's.
    ///   - scores: One for each edge, in the shape's order.
    ///   - isTrue: The same.
    /// - Returns: nil where all edges are true, or none.
    public static func value(_ shape: CircuitShape, scores: [Double], isTrue: [Bool]) -> Double? {
        value(CircuitTopology(shape), scores: scores, isTrue: isTrue)
    }

    static func value(_ topology: CircuitTopology, scores: [Double], isTrue: [Bool]) -> Double? {
        let positives = isTrue.count { $0 }
        guard positives > 0, positives < isTrue.count else { return nil }
        let order = topology.greedyOrder(scores.map(abs))
        var isIncluded = Array(repeating: false, count: order.count)
        var (taken, rates) = (0, [(true: Double, false: Double)]())
        for size in sizes {
            // MIB counts down from the exact product, which takes one more edge for a fraction.
            let count = min(Int((size * Double(order.count)).rounded(.up)), order.count)
            for edge in order[taken..<count] { isIncluded[edge] = true }
            taken = count
            let kept = topology.pruned(isIncluded)
            let found = kept.indices.count { kept[$0] && isTrue[$0] }
            let wrong = kept.count { $0 } - found
            rates.append((Double(found) / Double(positives), Double(wrong) / Double(isTrue.count - positives)))
        }
        return zip(rates, rates.dropFirst()).reduce(0) { area, step in
            area + (step.1.false - step.0.false) * (step.0.true + step.1.true) / 2
        }
    }
}
