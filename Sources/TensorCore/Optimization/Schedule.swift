import Foundation

/// The learning rate's factor over the run: a linear warm-up, then constant, or linear or cosine decay to `floor`.
public struct Schedule: Sendable, Equatable {
    public enum Shape: String, Sendable, CaseIterable { case constant, linear, cosine }

    public var shape: Shape
    public var warmup: Int
    public var steps: Int
    /// What is left of the peak rate at the last step of a decay.
    public var floor: Float

    public init(shape: Shape, warmup: Int, steps: Int, floor: Float = 0.1) {
        (self.shape, self.warmup, self.steps, self.floor) = (shape, warmup, steps, floor)
    }

    /// The factor on the peak learning rate at `step`, counted from 1.
    public func factor(at step: Int) -> Float {
        if step <= warmup { return Float(step) / Float(max(warmup, 1)) }
        let done = min(1, Float(step - warmup) / Float(max(steps - warmup, 1)))
        switch shape {
        case .constant: return 1
        case .linear: return 1 - (1 - floor) * done
        case .cosine: return floor + (1 - floor) * (1 + cos(Float.pi * done)) / 2
        }
    }
}
