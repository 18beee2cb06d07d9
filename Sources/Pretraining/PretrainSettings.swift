import Foundation
import InjectionSettings
import TrainingEngine
import Yams

/// What `pretrain` does: the model's shape, its vocabulary, and how it is trained. See `configs/pretrain-tiny.yaml`.
public struct PretrainSettings: Sendable, Equatable, Codable {
    public struct Model: Sendable, Equatable, Codable {
        public var layers = 12
        public var width = 128
        public var heads = 4
        /// Longest sequence, in tokens.
        public var context = 256
        /// Tokens in the vocabulary: the 256 bytes, end-of-text, and learned merges.
        public var vocabulary = 2048
    }

    public struct Batch: Sendable, Equatable, Codable {
        public var sequences = 8
        /// Tokens of a sequence; at most the model's context.
        public var tokens = 256
    }

    public struct LearningRate: Sendable, Equatable, Codable {
        public var peak: Float = 2.5e-3
        /// Steps of linear warm-up; a cosine decay down to `floor` times the peak follows.
        public var warmup = 100
        public var floor: Float = 0.05
    }

    public struct Optimizer: Sendable, Equatable, Codable {
        public var weight_decay: Float = 0.1
        public var betas: [Float] = [0.9, 0.95]
        public var epsilon: Float = 1e-8
        /// The gradient is scaled down to this norm where it is longer; 0 leaves it alone.
        public var clip: Float = 1
    }

    public struct Checkpoint: Sendable, Equatable, Codable {
        /// Steps between two checkpoints.
        public var every = 500
    }

    public struct Text: Sendable, Equatable, Codable {
        /// How the text files hold their documents, the held-out one included.
        public var format = TextFormat.auto
    }

    public struct HeldOut: Sendable, Equatable, Codable {
        /// A file of its own that is never trained on; when empty, no held-out loss is measured.
        public var file = ""
        /// Steps between two measurements.
        public var every = 500
    }

    public var model = Model()
    public var text = Text()
    public var batch = Batch()
    public var steps = 3000
    public var lr = LearningRate()
    public var optimizer = Optimizer()
    public var checkpoint = Checkpoint()
    public var heldout = HeldOut()
    public var seed: UInt64 = 42
    /// Threads; 0 takes every processor.
    public var threads = 0
    /// The run directory.
    public var output = "runs/pretrain"

    public init() {}

    /// The settings of a YAML file; keys that it leaves out keep their defaults.
    public static func load(contentsOf url: URL) throws -> PretrainSettings { try resolve(configuration: url) }

    /// Built-in defaults < YAML file < overrides.
    /// - Throws: `.notFound`; `.badData` for what is wrong in the file: no YAML, an unknown key (with the nearest known one),
    ///   a value out of range, naming the key; `.usage` for the same in an override.
    public static func resolve(configuration: URL? = nil, overrides: [Settings.Override] = []) throws -> PretrainSettings {
        guard let configuration else { return try PretrainSettings(yaml: "", name: "", overrides: overrides) }
        return try PretrainSettings(
            yaml: YAMLDocument.text(of: configuration), name: configuration.path, overrides: overrides)
    }

    /// The settings as YAML, every key present.
    public func yaml() throws -> String { try YAMLEncoder().encode(self) }
}
