import CKernels
import Foundation

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019), with PyTorch's defaults and order of operations:
///
///     p -= rate * decay * p
///     m  = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
///     p -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///
/// in one pass over the flat buffers of a `ParameterStore`.
public final class AdamW: @unchecked Sendable {
    /// What differs between parameter groups; `Parameter.group` is an index into `groups`.
    public struct Group: Sendable, Equatable {
        public var learningRate: Float
        /// Applied to the parameters that decay.
        public var weightDecay: Float

        public init(learningRate: Float, weightDecay: Float = 0.01) {
            self.learningRate = learningRate
            self.weightDecay = weightDecay
        }
    }

    public let store: ParameterStore
    /// Learning rates may be changed between steps (schedules).
    public var groups: [Group]
    public let beta1: Float
    public let beta2: Float
    public let epsilon: Float
    /// Steps taken.
    public var stepCount = 0

    private enum Moments {
        case fp32(first: Storage, second: Storage)
        case bf16(first: HalfStorage, second: HalfStorage)
    }
    private let moments: Moments
    /// The stretches of the flat buffers that a step changes, and the numbers in them.
    private let owned: [Range<Int>]
    private let count: Int
    /// What a step changes, and where its moments begin.
    private let segments: [(segment: ParameterStore.Segment, moments: Int)]

    /// - Parameters:
    ///   - store: what is trained; it has gradients.
    ///   - groups: one for each number that a parameter's `group` is.
    ///   - beta1: what the running mean of the gradient keeps of itself in a step.
    ///   - beta2: what the running mean of the gradient's square keeps of itself in a step.
    ///   - epsilon: what is added to the divisor.
    ///   - precision: how the moments are kept. In bf16 they take half the memory, and are rounded at random, without
    ///     bias (see `kernel_adamw_bf16`).
    ///   - owned: the stretches of the flat buffers that a step changes, ascending, each of an even start and length;
    ///     moments are kept for these only, one after another. nil: all.
    ///   - isIncluded: which parameters a step changes; others are left to another optimiser.
    public init(
        store: ParameterStore, groups: [Group], beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
        moments precision: NumberFormat = .fp32, owned: [Range<Int>]? = nil,
        where isIncluded: (Parameter) -> Bool = { _ in true }
    ) {
        precondition(store.hasGradients && !store.parameters.isEmpty, "AdamW needs allocated parameters with gradients")
        let whole = store.segments(where: isIncluded)
        precondition(whole.allSatisfy { $0.group >= 0 && $0.group < groups.count }, "a parameter names no group")
        let owned = owned ?? [0..<store.flatCount]
        self.owned = owned
        let starts = owned.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        segments = zip(owned, starts).flatMap { range, start in
            whole.compactMap { segment in
                let common = segment.range.clamped(to: range)
                guard !common.isEmpty else { return nil }
                return (
                    ParameterStore.Segment(range: common, group: segment.group, decays: segment.decays),
                    start + common.lowerBound - range.lowerBound
                )
            }
        }
        count = starts[owned.count]
        self.store = store
        self.groups = groups
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        moments =
            switch precision {
            case .fp32: .fp32(first: Storage(capacity: count), second: Storage(capacity: count))
            case .bf16: .bf16(first: HalfStorage(count: count), second: HalfStorage(count: count))
            }
    }

    /// The moments m and v, laid out as the store's flat buffers, or as the stretches of it that are owned: with
    /// `stepCount`, the optimiser's whole state. In bf16, two numbers lie in the place of one.
    public var firstMoments: UnsafeMutableBufferPointer<Float> {
        switch moments {
        case .fp32(let first, _): UnsafeMutableBufferPointer(start: first.pointer, count: count)
        case .bf16(let first, _): first.bits
        }
    }
    public var secondMoments: UnsafeMutableBufferPointer<Float> {
        switch moments {
        case .fp32(_, let second): UnsafeMutableBufferPointer(start: second.pointer, count: count)
        case .bf16(_, let second): second.bits
        }
    }

    /// A parameter's part of the moments, which must be in fp32.
    public func moments(of parameter: Parameter) -> (first: Tensor, second: Tensor) {
        guard let base = store.values.baseAddress else { preconditionFailure("store is not allocated") }
        let offset = parameter.value.pointer - base
        guard case .fp32(let first, let second) = moments else { preconditionFailure("the moments are in bf16") }
        precondition(offset >= 0 && offset < store.flatCount, "\(parameter.name) is of another store")
        precondition(count == store.flatCount, "the moments of a part of the parameters")
        return (
            Tensor(shape: parameter.shape, pointer: first.pointer + offset, owner: first),
            Tensor(shape: parameter.shape, pointer: second.pointer + offset, owner: second)
        )
    }

    /// Euclidean norm of all gradients together, or of those that are owned.
    public func gradientNorm() -> Double {
        guard let base = store.gradients.baseAddress else { return 0 }
        return owned.reduce(0) { $0 + Self.sumOfSquares(base + $1.lowerBound, $1.count) }.squareRoot()
    }

    private static func sumOfSquares(_ base: UnsafeMutablePointer<Float>, _ count: Int) -> Double {
        let pieces = Parallel.pieces(count, grain: 1 << 15)
        var partial = [Double](repeating: 0, count: pieces)
        partial.withUnsafeMutableBufferPointer { partial in
            Parallel.each(pieces) { piece in
                let range = Parallel.range(of: piece, pieces: pieces, count: count)
                partial[piece] = kernel_sum_of_squares(range.count, base + range.lowerBound)
            }
        }
        return partial.reduce(0, +)
    }

    /// One step with the store's gradients, which it leaves as they are.
    /// - Parameter gradientScale: multiplies every gradient first (clipping to a norm, averaging).
    public func step(gradientScale: Float = 1) {
        stepCount += 1
        guard let values = store.values.baseAddress, let gradients = store.gradients.baseAddress else { return }
        let correction1 = 1 - pow(Double(beta1), Double(stepCount))
        let correction2 = 1 - pow(Double(beta2), Double(stepCount))
        let inverseRoot = Float(1 / correction2.squareRoot())
        Profile.measure("adamw") {
            for (segment, place) in segments {
                let group = groups[segment.group]
                let decay = segment.decays ? group.learningRate * group.weightDecay : 0
                let start = segment.range.lowerBound
                let stepSize = Float(Double(group.learningRate) / correction1)
                Parallel.for(segment.range.count, grain: 1 << 14) { range in
                    let offset = start + range.lowerBound
                    let (p, g) = (values + offset, gradients + offset)
                    let kept = place + range.lowerBound
                    switch moments {
                    case .fp32(let first, let second):
                        kernel_adamw(
                            range.count, p, g, first.pointer + kept, second.pointer + kept, decay, stepSize, beta1,
                            beta2,
                            inverseRoot, epsilon, gradientScale)
                    case .bf16(let first, let second):
                        kernel_adamw_bf16(
                            range.count, p, g, first.pointer + kept, second.pointer + kept, decay, stepSize, beta1,
                            beta2,
                            inverseRoot, epsilon, gradientScale, UInt32(truncatingIfNeeded: stepCount &* 0x9E37_79B9),
                            UInt32(truncatingIfNeeded: offset))
                    }
                }
            }
        }
    }
}
