import Foundation
import Serialization
import TensorCore

/// AdamW over the parameter groups of a training, and Muon over the matrices of those that ask for it, with one gradient
/// norm over all of them.
package struct Optimizers {
    package let groups: [ParameterGroup]
    private let optimizers: [AdamW]
    /// nil for a group whose matrices are AdamW's too.
    private let matrixOptimizers: [Muon?]
    /// The longest gradient that is applied as it is; 0: any.
    private let clip: Double

    /// What one step was taken with.
    package struct Step {
        /// The norm of the gradient of all groups together, before it was clipped.
        package var gradientNorm: Double
        /// The learning rate of the first group, by which logs go.
        package var rate: Float
    }

    package init(_ groups: [ParameterGroup], beta1: Float, beta2: Float, epsilon: Float, clip: Double) {
        precondition(!groups.isEmpty, "there is something to train")
        (self.groups, self.clip) = (groups, clip)
        optimizers = groups.map { group in
            group.store.zeroGradients()
            return AdamW(
                store: group.store, groups: [AdamW.Group(learningRate: 0, weightDecay: group.weightDecay)],
                beta1: beta1, beta2: beta2, epsilon: epsilon, moments: group.moments,
                where: { group.matrices == .adamw || $0.hiddenMaps == 0 })
        }
        // The momentum lies where AdamW's first moments of these matrices would, and is saved and restored with them.
        matrixOptimizers = zip(groups, optimizers).map { group, optimizer in
            precondition(group.matrices == .adamw || group.moments == .fp32, "Muon's momentum is kept in fp32")
            return group.matrices == .muon ? Muon(store: group.store, momenta: optimizer.firstMoments) : nil
        }
    }

    /// Takes step `number` (from 1) with the gradients there are, and clears them.
    ///
    /// - Parameter diverged: makes the error for a parameter whose gradient is not finite.
    package func step(_ number: Int, diverged: (_ parameter: String) -> Failure) throws(Failure) -> Step {
        let norms = optimizers.map { $0.gradientNorm() }
        for (group, norm) in zip(groups, norms) where !norm.isFinite {
            throw diverged("\(group.name) \(Self.firstNonFiniteGradient(group.store) ?? "(overflow of the norm)")")
        }
        // A single norm is left as it is: squaring it and taking the root again could change its last bit.
        let norm = norms.count == 1 ? norms[0] : norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = clip > 0 && norm > clip ? Float(clip / norm) : 1
        for (index, group) in groups.enumerated() {
            let rate = group.rate * group.schedule.factor(at: number)
            optimizers[index].groups[0].learningRate = rate
            optimizers[index].step(gradientScale: scale)
            matrixOptimizers[index]?.step(rate: rate, weightDecay: group.weightDecay, gradientScale: scale)
            group.store.zeroGradients()
        }
        return Step(gradientNorm: norm, rate: optimizers[0].groups[0].learningRate)
    }

    /// Everything that a step changes, for a checkpoint.
    package var buffers: [Checkpoint.Buffer] {
        zip(groups, optimizers).flatMap { group, optimizer in
            [
                Checkpoint.Buffer(name: group.buffers.values, values: group.store.values),
                Checkpoint.Buffer(name: group.buffers.firstMoments, values: optimizer.firstMoments),
                Checkpoint.Buffer(name: group.buffers.secondMoments, values: optimizer.secondMoments),
            ]
        }
    }

    /// Takes the buffers of a checkpoint and goes on after its step.
    package func restore(_ checkpoint: Checkpoint) throws {
        try checkpoint.restore(buffers)
        for optimizer in optimizers { optimizer.stepCount = checkpoint.step }
    }

    private static func firstNonFiniteGradient(_ store: ParameterStore) -> String? {
        store.parameters.first { parameter in
            parameter.gradient.map { FiniteCheck.firstNonFinite(UnsafeBufferPointer($0.buffer)) != nil } ?? false
        }?.name
    }
}
