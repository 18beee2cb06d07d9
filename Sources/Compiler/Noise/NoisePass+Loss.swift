import Foundation
import Passes
import RASP

extension NoisePass {
    /// The share of a variable's margin that noise can take.
    func loss(_ number: VariableNumber) -> Double {
        let variable = variables[number]
        if variable.isOneHot { return min(1, loss(layout.all(number))) }
        // A number without a name is never decoded.
        guard variable.name != nil else { return 0 }
        var loss = layout.flag(number).map { self.loss([$0]) } ?? 0
        for gap in gaps(number) { loss = max(loss, 2 * gap.error / gap.width) }
        return min(1, loss)
    }

    private func loss(_ directions: [Direction]) -> Double {
        let unset = directions.map { exact.unset[$0] }.max() ?? 0
        let set = directions.map { exact.set[$0] }.max() ?? 0
        return max(set + unset, 2 * unset)
    }

    /// Why noise can change what is decoded by more than the fp32 rounding of a number; nil where it cannot.
    func lost(_ number: VariableNumber) -> Loss? {
        let variable = variables[number]
        if variable.isOneHot { return loss(layout.all(number)) >= 1 ? .label : nil }
        if let flag = layout.flag(number), loss([flag]) >= 1 { return .label }
        guard isSuspect(number) else { return nil }
        // The bound assumes that any numbers can come together. For a mean it is known which ones do (`Cancellation`).
        if case .mean = variable.origin { return cancellations[number].map { .cancellation($0) } }
        return gaps(number).max { $0.error / $0.width < $1.error / $1.width }.map { .gap($0) }
    }

    /// Whether the bound alone does not keep a number near enough to what it should be.
    func isSuspect(_ number: VariableNumber) -> Bool {
        let variable = variables[number]
        // A number without a name is never decoded.
        guard variable.name != nil, !variable.isOneHot else { return false }
        if variable.isOpen { return exact.error(layout.scalar(number), ofSize: 1) > CompiledModel.agreement }
        return gaps(number).contains { 2 * $0.error >= $0.width }
    }

    enum Loss {
        /// A one-hot or a flag.
        case label
        case gap(Gap)
        case cancellation(Cancellation)
    }

    /// A value of a scalar variable, the nearest that verification tells from it, and the error there.
    struct Gap {
        let value: Double
        let width: Double
        let error: Double
    }

    /// Each value of a scalar variable with the nearest below and above that do not agree with it.
    private func gaps(_ number: VariableNumber) -> some Sequence<Gap> {
        let variable = variables[number]
        let numbers = variable.scalarOrder.map { variable.scalars[$0] }
        let direction = layout.scalar(number)
        return (0..<2 * numbers.count).lazy.compactMap { index in
            let value = numbers[index / 2]
            return CompiledModel.neighbour(of: value, isAbove: index % 2 == 1, in: numbers).map {
                Gap(
                    value: value, width: abs($0 - value),
                    error: exact.error(direction, ofSize: max(abs($0), abs(value))))
            }
        }
    }

    /// A number with three significant digits.
    private static func figure(_ number: Double) -> String {
        guard number != 0, number.isFinite else { return Atom.float(number).description }
        let unit = pow(10, log10(abs(number)).rounded(.down) - 2)
        return Atom.float(
            unit < 1 ? (number / unit).rounded() / (1 / unit).rounded() : (number / unit).rounded() * unit
        ).description
    }

    private func called(_ number: VariableNumber) -> String {
        variables[number].name.map { "'\($0)'" } ?? "an intermediate value"
    }

    func tooNoisy(_ excess: FeedForwardNoise.Excess, _ layer: Int) -> RASPError {
        let owner = variables.indices.first {
            liveness.isLive[$0] && variables[$0].time == 2 * layer
                && excess.direction.map(layout.all($0).contains) ?? false
        }
        return RASPError(
            .limit,
            "\(owner.map(called) ?? "a value") (layer \(layer)) compares numbers that are too close for fp32: errors can move "
                + "the comparison by \(Self.figure(excess.error)) of its slope, and it bears \(Self.figure(excess.tolerance))",
            at: owner.flatMap { variables[$0].span },
            notes: [
                "compare numbers that are further apart, give a count a name before it is combined with others, or lower the maximum length"
            ])
    }

    func unresolved(_ number: VariableNumber, _ loss: Loss, _ layer: Int) -> RASPError {
        let what: String
        switch loss {
        case .label: what = "cannot be told from its neighbouring values: so much rounding has come together in it"
        case .gap(let gap):
            what =
                "cannot be told from its neighbouring values: rounding can move \(Self.figure(gap.value)) by \(Self.figure(gap.error)), and the "
                + "next value is \(Self.figure(gap.width)) away"
        case .cancellation(let found):
            what =
                "is a mean of numbers that can cancel: fp32 rounding can move \(Self.figure(found.mean)) by \(Self.figure(found.error)), and it may be "
                + "off by \(Self.figure(found.tolerance))"
        }
        var notes = ["take fewer steps between the numbers and this value, or lower the maximum length"]
        if case .cancellation = loss {
            notes = [
                "average whole numbers below 16,777,216, which fp32 holds exactly, or numbers that are closer together"
            ]
        }
        return RASPError(.limit, "\(called(number)) (layer \(layer)) \(what)", at: variables[number].span, notes: notes)
    }
}
