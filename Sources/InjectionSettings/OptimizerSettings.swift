/// What optimizers are told beside their learning rates, in every training.
public struct OptimizerSettings: Sendable, Equatable {
    /// What trains the matrices between hidden activations; everything else is AdamW's.
    public enum Matrices: String, Sendable, CaseIterable { case adamw, muon }

    public var matrices = Matrices.adamw
    public var weightDecay = 0.01
    /// Decay towards the values that the training began with.
    public var startDecay = 0.0
    public var betas = [0.9, 0.999]
    public var epsilon = 1e-8
    public var clip = 1.0
    /// How ranks send gradients to each other.
    public var gradients = Settings.Storage.fp32
    /// Whether a rank keeps the moments of its share of the parameters only.
    public var sharded = false

    /// The defaults of an injection.
    public init() {}

    /// - Parameters:
    ///   - weightDecay: AdamW's decoupled decay.
    ///   - betas: the shares that the running means of the gradient and of its square keep, from 0 up to 1.
    package init(weightDecay: Double, betas: [Double]) {
        self.weightDecay = weightDecay
        self.betas = betas
    }
}

/// Settings of a training that has an optimizer. They share these rows of their list of keys.
package protocol OptimizedSettings {
    var optimizer: OptimizerSettings { get set }
}

extension OptimizedSettings {
    /// Muon makes whole matrices orthogonal, which a share of the parameters cuts.
    package var optimizerConflict: (key: String, expectation: String)? {
        guard optimizer.sharded, optimizer.matrices == .muon else { return nil }
        return ("optimizer.sharded", "false where optimizer.matrices is muon")
    }
}

extension Settings: OptimizedSettings {
    public func conflict() -> (key: String, expectation: String)? {
        if memory.moments == .bf16, optimizer.matrices == .muon {
            return ("memory.moments", "fp32 where optimizer.matrices is muon, whose momentum is kept in fp32")
        }
        guard optimizer.startDecay > 0, memory.original == .bf16 else { return optimizerConflict }
        return (
            "optimizer.start_decay",
            "0 where memory.original is bf16, which does not hold the original's weights exactly"
        )
    }
}

extension SettingKey where Root: OptimizedSettings {
    package static var matrices: SettingKey {
        .choice(
            "optimizer.matrices", \.optimizer.matrices,
            "What trains the matrices between hidden activations: AdamW, as everything else, or Muon, whose steps change\n"
                + "every direction of a matrix alike.")
    }

    package static var weightDecay: SettingKey {
        .init("optimizer.weight_decay", .real(\.optimizer.weightDecay, .nonNegative), "AdamW's decoupled decay.")
    }

    package static var startDecay: SettingKey {
        .init(
            "optimizer.start_decay", .real(\.optimizer.startDecay, .nonNegative),
            "Decoupled decay of the student's weights towards the original's (L2-SP), as weight_decay is towards zero: what the\n"
                + "steps change at random is forgotten again, what they agree on stays.")
    }

    package static var betas: SettingKey {
        .init("optimizer.betas", .reals(\.optimizer.betas, count: 2, .belowOne), "AdamW's running means.")
    }

    package static var epsilon: SettingKey {
        .init("optimizer.epsilon", .real(\.optimizer.epsilon, .positive), "AdamW's divisor floor.")
    }

    package static var clip: SettingKey {
        .init(
            "optimizer.clip", .real(\.optimizer.clip, .nonNegative),
            "Largest norm of the whole gradient; 0: no clipping.")
    }

    package static var gradients: SettingKey {
        .choice(
            "optimizer.gradients", \.optimizer.gradients,
            "How several ranks send gradients to each other; bf16 halves what is sent, and keeps what rounding leaves out for later."
        )
    }

    package static var sharded: SettingKey {
        .init(
            "optimizer.sharded", .flag(\.optimizer.sharded),
            "Whether each of several ranks keeps AdamW's moments of its share of the parameters only (not with Muon).")
    }
}
