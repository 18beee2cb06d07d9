import InjectionSettings

/// What `pretrain` does: the model's shape, its vocabulary, and how it is trained. See `configs/pretrain-tiny.yaml`.
///
/// The names, meanings and ranges stand in `keys`.
public struct PretrainSettings: Sendable {
    public struct Model: Sendable, Equatable {
        public var layers = 12
        public var width = 128
        public var heads = 4
        public var context = 256
        public var vocabulary = 2_048
    }

    public struct Text: Sendable, Equatable {
        public var format = TextFormat.auto
    }

    public struct Batch: Sendable, Equatable {
        public var sequences = 8
        public var tokens = 256
    }

    public struct LearningRate: Sendable, Equatable {
        public var peak = 2.5e-3
        public var warmup = 100
        public var floor = 0.05
    }

    public struct Checkpoint: Sendable, Equatable {
        public var every = 500
    }

    public struct HeldOut: Sendable, Equatable {
        public var file: String?
        public var every = 500
    }

    public var model = Model()
    public var text = Text()
    public var batch = Batch()
    public var steps = 3_000
    public var lr = LearningRate()
    public var optimizer = OptimizerSettings(weightDecay: 0.1, betas: [0.9, 0.95])
    public var checkpoint = Checkpoint()
    public var heldout = HeldOut()
    public var seed = 42
    public var threads = 0
    public var output = "runs/pretrain"

    public init() {}
}

extension PretrainSettings: OptimizedSettings {}
