/// AdamW over the parameter groups of a training, and Muon over the matrices of those that ask for it, with one gradient
/// norm over all of them.
package struct Optimizers<Share: GradientShare> {
    package let groups: [ParameterGroup]
    /// One for each group.
    private let optimizers: [AdamW]
    /// nil for a group whose matrices are AdamW's too.
    private let matrixOptimizers: [Muon?]
    /// The longest gradient that is applied as it is; 0: any.
    private let clip: Double
    /// One for each group.
    private let shares: [Share]

    /// - Parameter shares: this process's part of each group.
    package init(
        _ groups: [ParameterGroup], beta1: Float, beta2: Float, epsilon: Float, clip: Double, shares: [Share]
    ) {
        precondition(!groups.isEmpty, "there is something to train")
        precondition(shares.count == groups.count, "one share a group")
        (self.groups, self.clip, self.shares) = (groups, clip, shares)
        optimizers = zip(groups, shares).map { group, share in
            group.store.zeroGradients()
            return AdamW(
                store: group.store, groups: [AdamW.Group(learningRate: 0, weightDecay: group.weightDecay)],
                beta1: beta1, beta2: beta2, epsilon: epsilon, moments: group.moments, owned: share.owned,
                where: { group.matrices == .adamw || $0.hiddenMaps == 0 })
        }
        // The momentum lies where AdamW's first moments of these matrices would, and is saved and restored with them.
        precondition(
            zip(groups, shares).allSatisfy { $0.matrices == .adamw || $1.owned == nil },
            "Muon's matrices are whole on every rank")
        matrixOptimizers = zip(groups, optimizers).map { group, optimizer in
            precondition(group.matrices == .adamw || group.moments == .fp32, "Muon's momentum is kept in fp32")
            return group.matrices == .muon ? Muon(store: group.store, momenta: optimizer.firstMoments) : nil
        }
    }

    /// Takes step `number` (from 1) with the gradients there are, summed over all processes, and clears them.
    ///
    /// - Parameter diverged: makes the error for a parameter whose gradient is not finite.
    /// - Throws: that error, and what says that another process is gone.
    package func step(_ number: Int, diverged: (_ parameter: String) -> any Error) throws -> OptimizerStep {
        let norms = try norms()
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
            group.startDecay?.apply(to: group.store, rate: rate, owned: shares[index].owned)
            group.store.zeroGradients()
            try shares[index].shareValues()
        }
        return OptimizerStep(gradientNorm: norm, rate: optimizers[0].groups[0].learningRate)
    }

    /// The norm of each group's gradient, the same bits in every process: the first one's, as others may sum it in
    /// another number of threads, or that of all parts together.
    private func norms() throws -> [Double] {
        let own = optimizers.map { $0.gradientNorm() }
        let all = try shares[0].exchange(own)
        return groups.indices.map { group in
            guard shares[group].owned != nil else { return all[0][group] }
            return all.reduce(0) { $0 + $1[group] * $1[group] }.squareRoot()
        }
    }

    /// The groups, with what trains each and this process's share of it.
    package var parts: [(group: ParameterGroup, optimizer: AdamW, share: Share)] {
        groups.indices.map { (groups[$0], optimizers[$0], shares[$0]) }
    }

    private static func firstNonFiniteGradient(_ store: ParameterStore) -> String? {
        store.parameters.first { $0.gradient?.buffer.contains { !$0.isFinite } ?? false }?.name
    }
}

/// What one step was taken with.
package struct OptimizerStep {
    /// The norm of the gradient of all groups together, before it was clipped.
    package var gradientNorm: Double
    /// The learning rate of the first group, by which logs go.
    package var rate: Float
}
