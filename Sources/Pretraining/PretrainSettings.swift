import InjectionSettings

/// What `pretrain` does: the model's shape, its vocabulary, and how it is trained. See `configs/pretrain-tiny.yaml`.
///
/// The names, meanings and ranges stand in `keys`.
package struct PretrainSettings: Sendable {
    package struct Model: Sendable, Equatable {
        package var layers = 12
        package var width = 128
        package var heads = 4
        package var context = 256
        package var vocabulary = 2_048
    }

    package struct Text: Sendable, Equatable {
        package var format = TextFormat.auto
    }

    package struct Batch: Sendable, Equatable {
        package var sequences = 8
        package var tokens = 256
    }

    package struct LearningRate: Sendable, Equatable {
        package var peak = 2.5e-3
        package var warmup = 100
        package var floor = 0.05
    }

    package struct Checkpoint: Sendable, Equatable {
        package var every = 500
    }

    package struct HeldOut: Sendable, Equatable {
        package var file: String?
        package var every = 500
    }

    package var model = Model()
    package var text = Text()
    package var batch = Batch()
    package var steps = 3_000
    package var lr = LearningRate()
    package var optimizer = OptimizerSettings(weightDecay: 0.1, betas: [0.9, 0.95])
    package var checkpoint = Checkpoint()
    package var heldout = HeldOut()
    package var seed = 42
    package var threads = 0
    package var output = "runs/pretrain"

    package init() {}
}

extension PretrainSettings: OptimizedSettings {}
