import RASP

/// How much of the margin by which variables are decoded rounding can take at most, whatever the input.
public struct NoiseBound: Sendable, Hashable {
    /// By residual state, for the variables that are first in it: 0 is none, at 1 a value could be read as another. A
    /// variable's margin (`VerificationReport.smallestMargin`) is at least 1 minus this number.
    public internal(set) var states: [Double]

    public var largest: Double { states.max() ?? 0 }
}

extension NoisePass {
    /// The share of a variable's margin that noise can take.
    func loss(_ number: Int) -> Double {
        let variable = variables[number]
        if variable.isOneHot { return min(1, loss(layout.all(number))) }
        // A number without a name is never decoded.
        guard variable.name != nil else { return 0 }
        var loss = layout.flag(number).map { self.loss([$0]) } ?? 0
        forEachGap(number) { error, gap, _ in loss = max(loss, 2 * error / gap) }
        return min(1, loss)
    }

    private func loss(_ directions: [Int]) -> Double {
        let unset = directions.map { exact.unset[$0] }.max() ?? 0
        let set = directions.map { exact.set[$0] }.max() ?? 0
        return max(set + unset, 2 * unset)
    }

    /// Whether noise can change what is decoded by more than the fp32 rounding of a number.
    func isLost(_ number: Int) -> Bool {
        let variable = variables[number]
        if variable.isOneHot { return loss(layout.all(number)) >= 1 }
        if let flag = layout.flag(number), loss([flag]) >= 1 { return true }
        guard variable.name != nil else { return false }
        var isLost = false
        forEachGap(number) { error, gap, size in
            if 2 * error >= gap, !(2 * error <= CompiledModel.agreement * max(1, size)) { isLost = true }
        }
        return isLost
    }

    /// Neighbouring values of a scalar variable: the error there, how far they are apart, and their size.
    private func forEachGap(_ number: Int, _ body: (_ error: Double, _ gap: Double, _ size: Double) -> Void) {
        let variable = variables[number]
        let numbers = ReachableMeans.merged(variable.scalarOrder.map { variable.scalars[$0] })
        for (low, high) in zip(numbers, numbers.dropFirst()) {
            let size = max(abs(low), abs(high))
            body(exact.error(layout.scalar(number), ofSize: size), high - low, size)
        }
    }

    private func called(_ number: Int) -> String { variables[number].name.map { "'\($0)'" } ?? "an intermediate value" }

    /// - Parameter isApproximate: the model is read with more than the errors of fp32.
    func tooNoisy(_ excess: FeedForwardNoise.Excess, _ layer: Int, isApproximate: Bool) -> RASPError {
        let owner = variables.indices.first { variables[$0].time == 2 * layer && layout.all($0).contains(excess.direction) }
        let figure = { (number: Double) in Atom.float((number * 1000).rounded() / 1000).description }
        let reader = isApproximate ? "a model with layer normalisation" : "fp32"
        return RASPError(
            .limit, "\(owner.map(called) ?? "a value") (layer \(layer)) compares numbers that are too close for \(reader): errors can move "
                + "the comparison by \(figure(excess.error)) of its slope, and it bears \(figure(excess.tolerance))",
            at: owner.flatMap { variables[$0].span },
            notes: ["compare numbers that are further apart, give a count a name before it is combined with others, or lower the maximum length"])
    }

    func unresolved(_ number: Int, _ layer: Int) -> RASPError {
        RASPError(
            .limit, "\(called(number)) (layer \(layer)) cannot be told from its neighbouring values: so much rounding has come together in it",
            at: variables[number].span,
            notes: ["take fewer steps between the numbers and this value, or lower the maximum length"])
    }
}
