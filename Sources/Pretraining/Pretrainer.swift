import Foundation
import Injection
import InjectionSettings
import LanguageModels
import Serialization
import TensorCore
import TrainingEngine

/// Trains a GPT-2 and its vocabulary from scratch on plain text: how the bundled student was made.
///
/// A batch is `batch.sequences` windows of the tokenised text, drawn uniformly. The draws of a step depend on the seed
/// and the step alone, so that a resumed training sees what the uninterrupted one would have seen.
public final class Pretrainer {
    public let settings: PretrainSettings
    public let model: any LanguageModel
    public let tokenizer: Tokenizer
    /// The last step taken.
    public private(set) var step = 0
    private let run: RunDirectory
    private let lock: RunLock
    private let corpus: TokenCorpus
    private let heldOut: TokenCorpus?
    private let loss = LossSum<PretrainBatch, PretrainPass>([NextTokenLoss()])
    private let optimizers: Optimizers
    private let arena = Arena()
    private let log: PretrainLog
    private let fingerprint: Fingerprint
    private static let retention = CheckpointRetention(last: 2)

    /// Trains the vocabulary, tokenises the text and initialises the model, or takes up the newest checkpoint.
    /// - Throws: `Failure` for texts that cannot be read, a directory that cannot be written, a damaged checkpoint.
    public init(settings: PretrainSettings, texts: [URL], resume: Bool) throws {
        self.settings = settings
        run = RunDirectory(URL(fileURLWithPath: settings.output))
        guard !texts.isEmpty else {
            throw Failure(.usage, "pretrain needs a text", remedy: "Name one or more files with --text FILE.")
        }
        if settings.threads > 0 { Parallel.threads = settings.threads }
        if resume {
            guard run.isRun else { throw Failure(.notFound, "there is no training to resume", at: run.root.path) }
            try Self.requireSame(settings, as: run)
            // A training that broke off before its first model was saved learns the same vocabulary once more.
            let isSaved = FileManager.default.fileExists(atPath: run.student.path)
            tokenizer = try isSaved ? Tokenizer.load(run.student) : Self.trainVocabulary(settings, on: texts)
        } else {
            // Before anything is written: a text that cannot be read leaves no run behind.
            tokenizer = try Self.trainVocabulary(settings, on: texts)
            try run.prepare { Narration.note($0) }
            try AtomicFile.write(Data(settings.yaml().utf8), to: run.configuration)
        }
        lock = try RunLock(directory: run.root)
        run.removeLeftovers()
        Narration.note("seed \(settings.seed), fp32, " + TrainingHeader.machine)

        let endOfText = tokenizer.endOfText ?? 0
        corpus = try TokenCorpus(
            texts: texts, format: settings.text.format, tokenizer: tokenizer, endOfText: endOfText,
            at: run.root.appendingPathComponent("train.tokens"))
        guard corpus.count > settings.batch.tokens else {
            throw Failure(.badData, "the text has \(corpus.count) tokens, fewer than batch.tokens", at: texts[0].path)
        }
        heldOut =
            if let file = settings.heldout.file {
                try TokenCorpus(
                    texts: [URL(fileURLWithPath: file)], format: settings.text.format, tokenizer: tokenizer,
                    endOfText: endOfText, at: run.root.appendingPathComponent("heldout.tokens"))
            } else { nil }

        var fingerprint = Fingerprint()
        try fingerprint.add("text", contentsOf: corpus.place)
        self.fingerprint = fingerprint

        model = settings.configuration(endOfText: endOfText).model(seed: UInt64(settings.seed))
        optimizers = Optimizers(
            [
                ParameterGroup(
                    name: "model", store: model.parameters, rate: Float(settings.lr.peak),
                    schedule: Schedule(
                        shape: .cosine, warmup: settings.lr.warmup, steps: settings.steps,
                        floor: Float(settings.lr.floor)),
                    weightDecay: Float(settings.optimizer.weightDecay),
                    buffers: .init(
                        values: "parameters", firstMoments: "first_moments", secondMoments: "second_moments"))
            ],
            beta1: Float(settings.optimizer.betas[0]), beta2: Float(settings.optimizer.betas[1]),
            epsilon: Float(settings.optimizer.epsilon), clip: settings.optimizer.clip)

        var logged = 0
        var isBegun = false
        if resume, let checkpoint = try Checkpoint.newest(in: run.checkpoints, warn: { Narration.warn($0) }) {
            if let saved = checkpoint.record["fingerprint"] {
                try fingerprint.compare(with: saved, at: run) { Narration.warn($0) }
            }
            try optimizers.restore(checkpoint)
            step = checkpoint.step
            logged = checkpoint.record["metrics"]?.integer ?? 0
            isBegun = true
        }
        log = try PretrainLog(at: run.metrics, keeping: logged, total: settings.steps, firstStep: step)
        if !isBegun { try save() }
    }

    /// Trains to the last step. An interruption is answered with a checkpoint and a return; `step` tells how far it
    /// came.
    public func train() throws { try train(upTo: settings.steps) }

    /// The same up to `last`, for tests that stop without a checkpoint.
    package func train(upTo last: Int) throws {
        while step < last {
            try advance()
            let isEnd = step == settings.steps
            if let heldOut, isEnd || step % settings.heldout.every == 0 {
                let loss = HeldOutLoss.measure(model, on: heldOut, context: settings.batch.tokens, arena: arena)
                try log.append(step: step, heldOut: loss)
            }
            let interrupted = Interruption.signal != nil
            if isEnd || interrupted || step % settings.checkpoint.every == 0 { try save() }
            if interrupted { break }
        }
        if step == settings.steps { Checkpoint.settle(run.checkpoints, retention: Self.retention) }
        log.end()
    }

    /// One optimiser step on one batch.
    private func advance() throws {
        let started = Clock.now
        step += 1
        let batch = batch(at: step)
        arena.reset()
        let tape = Tape(arena: arena)
        let activations = model.forward(tape, PackedBatch(batch.sequences))
        let pass = PretrainPass(batch: batch, final: activations.final, head: tape.parameter(model.head))
        let value = loss(tape, pass, normalizers: loss.normalizers(of: batch), batch: batch)
        try Divergence.check(value.parts, of: model.parameters, step: step, run: run)
        tape.backward(from: value.roots)
        let taken = try optimizers.step(step) { name in
            Divergence.failure("the gradient of \(name)", step: self.step, run: self.run)
        }
        try log.append(
            step: step, loss: value.total, lr: taken.rate, gradientNorm: taken.gradientNorm,
            tokens: batch.targets.count, seconds: Clock.now - started)
    }

    private func batch(at step: Int) -> PretrainBatch {
        var random = SeededRandom(seed: UInt64(settings.seed), stream: "pretrain batch \(step)")
        let length = settings.batch.tokens
        var sequences: [[Int32]] = []
        var targets: [Int32] = []
        for _ in 0..<settings.batch.sequences {
            let start = random.integer(below: corpus.count - length)
            sequences.append(corpus.tokens(start..<(start + length)))
            targets += corpus.tokens((start + 1)..<(start + length + 1))
        }
        return PretrainBatch(sequences: sequences, targets: targets)
    }

    /// A checkpoint to go on from, and the model as it is as a Hugging Face folder.
    private func save() throws {
        try Divergence.check(model.parameters, named: "model", step: step, run: run)
        try log.synchronize()
        try Student(model: model, tokenizer: tokenizer).save(to: run.student)
        try Checkpoint.write(
            into: run.checkpoints, step: step, buffers: optimizers.buffers,
            record: ["metrics": .integer(log.length), "fingerprint": fingerprint.json], retention: Self.retention)
    }

    /// - Throws: `.badData` for a setting that is not what the run was begun with; how long and on how many threads it
    ///   trains, and how often it saves and measures, may change.
    private static func requireSame(_ settings: PretrainSettings, as run: RunDirectory) throws {
        let begun = try PretrainSettings.resolve(configuration: run.configuration)
        let free: Set = ["steps", "threads", "output", "checkpoint.every", "heldout.file", "heldout.every"]
        for key in PretrainSettings.keys where !free.contains(key.path) {
            let (then, now) = (begun.value(of: key), settings.value(of: key))
            if then.hasSameBytes(as: now) { continue }
            throw Failure(
                .badData, "the training was begun with \(key.path): \(then), and is to go on with \(key.path): \(now)",
                at: run.configuration.path,
                remedy: "Give the configuration it was begun with, or start another with --output.")
        }
    }

    private static func trainVocabulary(_ settings: PretrainSettings, on texts: [URL]) throws -> Tokenizer {
        let size = settings.model.vocabulary
        Narration.note("learning a vocabulary of \(size) tokens")
        let blocks = TextSequence(texts, format: settings.text.format)
        let tokenizer = try Tokenizer.train(on: blocks, vocabularySize: size)
        if let failure = blocks.failure { throw failure }
        guard tokenizer.count == size else {
            throw Failure(
                .badData, "the text gives a vocabulary of \(tokenizer.count) tokens, not \(size)", at: texts[0].path,
                remedy: "Train on more text, or lower model.vocabulary.")
        }
        return tokenizer
    }
}

/// The blocks of text files as a sequence; a failure ends it and is kept.
private final class TextSequence: Sequence, IteratorProtocol {
    private var remaining: ArraySlice<URL>
    private var blocks: TextBlocks?
    private(set) var failure: (any Error)?

    private let format: TextFormat

    init(_ files: [URL], format: TextFormat) { (remaining, self.format) = (files[...], format) }

    func next() -> String? {
        do {
            while true {
                if let block = try blocks?.next() { return block.text }
                guard let file = remaining.popFirst() else { return nil }
                blocks = try TextBlocks(file, format: format, perLine: false)
            }
        } catch {
            (failure, remaining, blocks) = (error, [], nil)
            return nil
        }
    }
}

extension PretrainSettings {
    func configuration(endOfText: Int32) -> any ModelConfiguration {
        GPT2Configuration(
            vocabularySize: model.vocabulary, contextLength: model.context, width: model.width, layers: model.layers,
            heads: model.heads, endOfText: Int(endOfText))
    }
}
