import Basics
import Foundation
import LanguageModels
import Ranks
import TensorCore
import TrainingEngine

/// Trains a GPT-2 from scratch on plain text, whose vocabulary was learned from the same text: how the bundled student
/// was made.
///
/// A batch is `batch.sequences` windows of the tokenised text, drawn uniformly. The draws of a step depend on the seed
/// and the step alone, so that a resumed training sees what the uninterrupted one would have seen.
package final class Pretrainer {
    package let model: any LanguageModel
    /// The last step taken.
    package private(set) var step = 0
    /// The signal that ended it early, on this rank or another one.
    package private(set) var interruptedBy: Int32?
    private let inputs: PretrainInputs
    private let loss = LossSum<PretrainBatch, PretrainPass>([NextTokenLoss()])
    private let optimizers: Optimizers<GradientSum>
    private let sum: GradientSum
    private let arena = Arena()
    /// nil on ranks that do not write.
    private let log: PretrainLog?
    private static let retention = CheckpointRetention(last: 2)

    private var settings: PretrainSettings { inputs.settings }
    private var run: RunDirectory { inputs.run }
    private var ranks: Communicator { inputs.ranks }

    /// Initialises the model and saves it, or takes up the newest checkpoint where the inputs are those of a resumed
    /// training.
    ///
    /// - Throws: `Failure` for a directory that cannot be written, a damaged checkpoint, a text that is another one than
    ///   the training was begun with.
    package init(_ inputs: PretrainInputs) throws {
        self.inputs = inputs
        let (settings, run) = (inputs.settings, inputs.run)
        model = settings.configuration(endOfText: inputs.endOfText).model(seed: UInt64(settings.seed))
        sum = GradientSum(
            model.parameters, sections: model.sections, ranks: inputs.ranks, options: .init(settings.optimizer))
        optimizers = Optimizers(
            [
                ParameterGroup(
                    name: "model", store: model.parameters, rate: Float(settings.lr.peak),
                    schedule: Schedule(
                        shape: .cosine, warmup: settings.lr.warmup, steps: settings.steps,
                        floor: Float(settings.lr.floor)),
                    weightDecay: Float(settings.optimizer.weightDecay),
                    matrices: settings.optimizer.matrices == .muon ? .muon : .adamw,
                    buffers: .init(
                        values: "parameters", firstMoments: "first_moments", secondMoments: "second_moments"))
            ],
            beta1: Float(settings.optimizer.betas[0]), beta2: Float(settings.optimizer.betas[1]),
            epsilon: Float(settings.optimizer.epsilon), clip: settings.optimizer.clip,
            shares: [sum])

        let start =
            try inputs.isResumed
            ? ResumedStep.newest(of: run, ranks: inputs.ranks) { record in
                guard let saved = record["fingerprint"] else { return }
                try inputs.fingerprint.compare(with: saved, at: run) { Narration.warn($0) }
            } : nil
        if let start {
            try optimizers.restore(start.checkpoint, step: start.step)
            step = start.step
        }
        log =
            try inputs.ranks.isFirst
            ? PretrainLog(
                at: run.metrics, keeping: start?.record["metrics"]?.integer ?? 0, total: settings.steps, firstStep: step
            ) : nil
        if start == nil { try save() }
    }

    /// Trains to the last step. An interruption is answered with a checkpoint and a return; `step` tells how far it
    /// came.
    package func train() throws { try train(upTo: settings.steps) }

    /// The same up to `last`, for tests that stop without a checkpoint.
    package func train(upTo last: Int) throws {
        while step < last {
            try advance()
            let isEnd = step == settings.steps
            if let heldOut = inputs.heldOut, isEnd || step % settings.heldout.every == 0 {
                let loss = try HeldOutLoss.measure(
                    model, on: heldOut, context: settings.batch.tokens, arena: arena, ranks: ranks)
                try log?.append(step: step, heldOut: loss)
            }
            // A signal that one rank has got is one for all.
            let signals = try ranks.exchange([Double(Interruption.signal ?? 0)]).map { $0[0] }
            interruptedBy = signals.first { $0 != 0 }.map { Int32($0) }
            let interrupted = interruptedBy != nil
            if isEnd || interrupted || step % settings.checkpoint.every == 0 { try save() }
            if interrupted { break }
        }
        if ranks.isFirst, step == settings.steps {
            Checkpoint.settle(run.checkpoints, retention: Self.retention)
        }
        log?.end()
    }

    /// One optimiser step on one batch.
    private func advance() throws {
        let started = Clock.now
        step += 1
        let batch = batch(at: step)
        arena.reset()
        let tape = Tape(arena: arena)
        if !ranks.isAlone { tape.sectionPlayedBack = { [sum] in sum.handOver($0) } }
        let activations = model.forward(tape, PackedBatch(batch.sequences))
        let pass = PretrainPass(batch: batch, final: activations.final, head: tape.parameter(model.head))
        let normalizers = try ranks.sum([loss.normalizers(of: batch)])
        let value = loss(tape, pass, normalizers: normalizers, batch: batch)
        tape.backward(from: value.roots)
        try sum.finish()
        let total = try ranks.sum(value)
        try Divergence.check(total.parts, of: model.parameters, step: step, run: run)
        let taken = try optimizers.step(step) { name in
            Divergence.failure("the gradient of \(name)", step: self.step, run: self.run)
        }
        try log?.append(
            step: step, loss: total.total, lr: taken.rate, gradientNorm: taken.gradientNorm,
            tokens: settings.batch.sequences * settings.batch.tokens, seconds: Clock.now - started)
    }

    /// This rank's sequences of a step.
    private func batch(at step: Int) -> PretrainBatch {
        let corpus = inputs.corpus
        var random = SeededRandom(seed: UInt64(settings.seed), stream: "pretrain batch \(step)")
        let length = settings.batch.tokens
        var sequences: [[Int32]] = []
        var targets: [Int32] = []
        let own = Parallel.range(of: ranks.rank, pieces: ranks.size, count: settings.batch.sequences)
        for number in 0..<settings.batch.sequences {
            let start = random.integer(below: corpus.count - length)
            guard own.contains(number) else { continue }
            sequences.append(corpus.tokens(start..<(start + length)))
            targets += corpus.tokens((start + 1)..<(start + length + 1))
        }
        return PretrainBatch(sequences: sequences, targets: targets)
    }

    /// A checkpoint to go on from, and the model as it is as a Hugging Face folder.
    private func save() throws {
        try Divergence.check(model.parameters, named: "model", step: step, run: run)
        try ranks.requireEqual(XXHash64.hex(UnsafeRawBufferPointer(model.parameters.values)), "weights of the model")
        try log?.synchronize()
        try optimizers.withBuffers { buffers in
            try Student(model: model, tokenizer: inputs.tokenizer).save(to: run.student)
            try Checkpoint.write(
                into: run.checkpoints, step: step, buffers: buffers,
                record: ["metrics": .integer(log?.length ?? 0), "fingerprint": inputs.fingerprint.json],
                retention: Self.retention)
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
