import TensorCore

/// Everything a training run can be told, resolved: built-in defaults < recipe < YAML file < `--set`.
///
/// The names, meanings and ranges of the keys stand in `Settings.keys`, from which the YAML reader, `--set`, the
/// printed configuration and the error messages are all made; a new setting is a stored property here and a line there.
public struct Settings: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        /// Tracr-Injection: cross-entropy, alignment with the compiled model, KL on text, and the roll.
        case tracr
        /// The paper's baseline, "Finetuning + KL": no alignment and no roll.
        case finetune
    }

    public enum Precision: String, Sendable, CaseIterable {
        /// bf16 where the processor multiplies it faster than fp32.
        case auto
        case fp32, bf16

        /// What a run of this precision is computed in here: fp32 or bf16.
        public var effective: Precision {
            switch self {
            case .fp32: .fp32
            case .bf16: NumberFormat.hasBF16 ? .bf16 : .fp32
            case .auto: NumberFormat.hasFastBF16 ? .bf16 : .fp32
            }
        }
        package var ofProducts: NumberFormat { effective == .bf16 ? .bf16 : .fp32 }
    }

    /// How numbers are kept in memory between steps.
    public enum Storage: String, Sendable, CaseIterable {
        case fp32, bf16

        package var format: NumberFormat { self == .bf16 ? .bf16 : .fp32 }
    }

    public var student = "tiny"
    public var task = "count"
    public var method = Method.tracr
    public var recipe = Recipe.default.name
    public var seed = 42
    /// 0: as many as the machine has cores.
    public var threads = 0
    public var precision = Precision.auto
    public var steps = 5_000
    public var program = Program()
    public var batch = Batch()
    public var context = Context()
    public var text = Text()
    public var data = Data()
    public var lr = LearningRate()
    public var optimizer = OptimizerSettings()
    public var loss = Loss()
    public var alignment = Alignment()
    public var roll = Roll()
    public var interchange = Interchange()
    public var circuit = Circuit()
    public var memory = Memory()
    public var checkpoint = Checkpoint()

    public init() {}

    /// The first token of a text that carries the program's variables.
    package var firstToken: Int { alignment.firstToken ? 0 : 1 }

    /// Whether the loss has an alignment term.
    public var aligns: Bool { method == .tracr && loss.alg > 0 }
    /// Perturbed examples a step: none for the baseline, and none where examples are a file's, which is trained on as
    /// it stands.
    package var perturbedExamples: Int { aligns && data.file == nil ? batch.perturbed : 0 }
    /// Whether the program's steps get components of their own.
    package var injectsCircuit: Bool { perturbedExamples > 0 && circuit.examples > 0 }
    /// Whether the task batches are rolled.
    public var rolls: Bool { method == .tracr && roll.enabled }
}

extension Settings {
    public struct Batch: Sendable, Equatable {
        public enum Padding: String, Sendable, CaseIterable { case none, longest }

        public var task = 8
        public var perturbed = 16
        public var longer = 4
        public var candidates = 4
        public var text = 2
        public var pad = Padding.none
        /// 0: one a rank, and one a thread for small students.
        public var shards = 0
    }

    public struct Program: Sendable, Equatable {
        /// 0: as long as the longest example.
        public var maxLength = 0
        /// nil: the task's own.
        public var file: String?
    }

    public struct Context: Sendable, Equatable {
        public var text = false
        public var random = 0
        public var behind = 0
        public var wording = 0.0
    }

    public struct Text: Sendable, Equatable {
        public enum Windows: String, Sendable, CaseIterable { case stream, first }

        public var file: String?
        public var format = TextFormat.auto
        public var tokens = 210
        public var windows = Windows.stream
        public var pieces = 4
        public var samples = 2_000
        public var heldOut = 64
    }

    public struct Data: Sendable, Equatable {
        public enum Prompts: String, Sendable, CaseIterable { case paper, authors }

        public var file: String?
        public var shuffle = true
        public var prompts = Prompts.paper
        public var check = 1_000
    }

    public struct LearningRate: Sendable, Equatable {
        public enum Schedule: String, Sendable, CaseIterable { case constant, linear, cosine }

        public var student = 2e-3
        public var projection = 5e-3
        public var schedule = Schedule.cosine
        public var warmup = 50
        public var floor = 0.01
    }

    public struct Loss: Sendable, Equatable {
        /// Which tokens of a task example the cross-entropy sees.
        public enum Supervision: String, Sendable, CaseIterable {
            case answer
            case answerAndEnd = "answer-and-end"
            case characters
        }
        public enum Reduction: String, Sendable, CaseIterable { case mean, sum }

        /// The weights alpha, beta and gamma.
        public var ce = 1.0
        public var alg = 1.0
        public var kl = 40.0
        public var klStart = 1.0
        public var klRise = 0.0
        public var supervised = Supervision.answerAndEnd
        public var klReduction = Reduction.mean
    }

    public struct Alignment: Sendable, Equatable {
        public enum Kind: String, Sendable, CaseIterable {
            case cosine
            case perVariable = "per-variable"
        }
        /// Which student layers carry the compiled states 0 to k.
        public enum Layers: Sendable, Equatable {
            /// Compiled state i on student layer i.
            case first
            /// Compiled state i on layer i * D / k, rounded down, of the first D = 5/6 of the student's layers (k where
            /// that is more): what is left turns the output variable into the next token.
            case spread
            /// k + 1 student layers, rising.
            case at([Int])
        }

        public var kind = Kind.perVariable
        public var reduction = Loss.Reduction.mean
        public var layers = Layers.spread
        public var bias = true
        public var answerWeight = 1.0
        public var firstToken = true
        public var dimensions = 0
    }

    public struct Roll: Sendable, Equatable {
        public enum Subspace: String, Sendable, CaseIterable { case final, all }
        public enum Site: String, Sendable, CaseIterable {
            case last
            case next
            case each
        }
        public enum Anchor: String, Sendable, CaseIterable { case start, answer }

        public var enabled = true
        public var subspace = Subspace.final
        public var site = Site.last
        public var anchor = Anchor.answer
    }

    public struct Interchange: Sendable, Equatable {
        public var pairs = 6
    }

    /// What can be had for less memory, and costs time or precision.
    public struct Memory: Sendable, Equatable {
        public var recompute = false
        public var moments = Storage.fp32
        public var original = Storage.fp32
    }

    public struct Checkpoint: Sendable, Equatable {
        public var every = 500
        public var keepLast = 2
        public var keepEvery = 0
    }
}

extension Settings.Alignment.Layers {
    /// The student layer (0: the embedding's output) that carries each of the compiled states 0 to `compiled`.
    ///
    /// - Returns: nil where the student, of `student` layers, has not enough, or a list has not `compiled + 1` entries.
    public func numbers(compiled: Int, student: Int) -> [Int]? {
        guard compiled <= student else { return nil }
        switch self {
        case .first: return Array(0...compiled)
        case .spread: return compiled == 0 ? [0] : (0...compiled).map { $0 * max(compiled, 5 * student / 6) / compiled }
        case .at(let layers):
            guard layers.count == compiled + 1, layers.allSatisfy({ $0 <= student }) else { return nil }
            return layers
        }
    }
}
