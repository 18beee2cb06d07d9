/// Which numbers fp32 tells apart, and which it can hold.
///
/// A scalar of the residual stream is rounded to fp32, and so are the weights that wrote it. A step between two of its
/// values needs a gap that is wide beside this rounding; values that are closer, such as 0.2 and 0.4 - 0.2 in double
/// precision, are one number to every hidden unit.
package enum Resolution {
    /// The least gap that a step along one scalar needs, relative to the largest number that went into the scalar: 16
    /// units in the last place, of which each side of the step tolerates four.
    package static let scalar = 1e-6
    /// The least gap for a step along a sum of numbers, relative to the largest sum: 64 units in the last place.
    static let sum = 4e-6
    /// Magnitudes that keep their precision in fp32, with room for the factors of a step.
    static let magnitudes = 1e-30...1e30

    static func holds(_ number: Double) -> Bool { number == 0 || magnitudes.contains(abs(number)) }
}

extension CompilerVariable {
    /// Whether steps along the scalar can tell apart whatever the classes of an axis do.
    func resolves(_ axis: Axis) -> Bool {
        // The share of BOS is 1/(d + 1): neighbours are far apart beside their own size, which is what rounding is
        // relative to.
        if case .width = origin { return true }
        let order = scalarOrder
        let least = Resolution.scalar * max(magnitude, order.reduce(0) { max($0, abs(scalars[$1])) })
        return zip(order, order.dropFirst()).allSatisfy { low, high in
            axis.classOf[low] == axis.classOf[high] || scalars[high] - scalars[low] > least
        }
    }
}

extension LookupPlan {
    /// The largest number that goes into a scalar which this plan writes.
    var largestTerm: Double {
        switch construction {
        case .linear(let codes, let least, let offset):
            codes.reduce(abs(least) + abs(offset)) { sum, codes in sum + (codes.lazy.map(abs).max() ?? 0) }
        case .piecewise(let line): line.largestTerm
        case .gated(_, let rows): rows.lazy.map(\.largestTerm).max() ?? 0
        case .cases, .thresholds, .additive: 0
        }
    }
}
