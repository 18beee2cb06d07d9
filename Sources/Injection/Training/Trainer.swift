import Basics
import Foundation
import InjectionSettings
import LanguageModels
import Ranks
import TensorCore
import TrainingEngine

/// The training loop: one batch, one forward pass, the terms of the loss, one backward pass, one step of the
/// optimisers.
final class Trainer {
    private let plan: TrainingPlan
    private let optimizers: Optimizers<GradientSum>
    private var batches: BatchSource
    private(set) var step = 0
    private let gradient: ShardedGradient
    /// nil on ranks that do not write.
    private let log: MetricsLog?
    /// The signal that asked one of the ranks for an end.
    private var signal: Int32?
    private var spikes = LossSpike()

    private var settings: Settings { plan.inputs.settings }
    private var run: RunDirectory { plan.run }
    private var ranks: Communicator { plan.inputs.ranks }
    private var student: any LanguageModel { plan.inputs.student.model }

    /// - Parameters:
    ///   - activations: the bytes that the activations of a step are planned to take.
    ///   - start: where to go on from; nil for a new run.
    init(_ plan: TrainingPlan, activations: Int = 0, resuming start: ResumedStep?) throws {
        self.plan = plan
        batches = plan.batches
        gradient = ShardedGradient(
            plan.inputs.settings, student: plan.inputs.student.model, projection: plan.loss.projection,
            division: plan.division, activations: activations, ranks: plan.inputs.ranks)
        optimizers = Optimizers(
            student: plan.inputs.student.model.parameters, projection: plan.loss.projection.store,
            settings: plan.inputs.settings, startDecay: plan.startDecay, sums: gradient.sums)
        log =
            try plan.inputs.ranks.isFirst
            ? MetricsLog(at: plan.run.metrics, keeping: start?.record["metrics_length"]?.integer ?? 0) : nil
        if let start { try restore(start) }
    }

    /// Trains to the last step, or until a signal asks for an end, which is returned.
    func train() throws -> Int32? {
        var progress = Progress(total: settings.steps, firstStep: step)
        while step < settings.steps {
            if let signal = ranks.isAlone ? Interruption.signal : signal {
                progress.interrupt()
                try save()
                return signal
            }
            let metrics = try takeStep()
            try log?.append(metrics)
            if let expected = spikes.expected(beside: metrics.loss) {
                progress.interrupt()
                Narration.warn("loss spike at step \(step): \(metrics.loss), where about \(expected) was expected")
            }
            progress.update(metrics)
            let every = settings.checkpoint.every
            if step == settings.steps || (every > 0 && step % every == 0) { try save() }
        }
        if ranks.isFirst { Checkpoint.settle(run.checkpoints, retention: retention) }
        return nil
    }

    private func takeStep() throws -> StepMetrics {
        let started = Clock.now
        for arena in gradient.arenas { arena.reset() }
        var batches = try self.batches.next(plan.division, arenas: gradient.arenas)
        for index in batches.indices { batches[index].progress = Float(step) / Float(max(settings.steps, 1)) }
        let value = try gradient(plan.loss, batches, originalHead: plan.teacher?.head)
        try Divergence.check(value.parts, of: student.parameters, step: step + 1, run: run)
        let taken = try optimizers.step(step + 1) { name in
            Divergence.failure("the gradient of \(name)", step: self.step + 1, run: self.run)
        }
        plan.loss.projection.settle()
        step += 1
        let tokens = try agree(tokens: batches.reduce(0) { $0 + $1.packed.tokens.count })
        let seconds = Clock.now - started
        return StepMetrics(
            step: step, loss: value.total, parts: value.parts, lr: taken.rate, tokensPerSecond: tokens / seconds,
            seconds: seconds)
    }

    /// A signal that one rank has got is one for all, at the same step.
    ///
    /// - Returns: the tokens of all ranks.
    private func agree(tokens: Int) throws -> Double {
        let all = try ranks.exchange([Double(tokens), Double(Interruption.signal ?? 0)])
        signal = all.map { Int32($0[1]) }.first { $0 != 0 }
        return all.reduce(0) { $0 + $1[0] }
    }

    private func save() throws {
        for group in optimizers.groups { try Divergence.check(group.store, named: group.name, step: step, run: run) }
        try ranks.requireEqual(
            XXHash64.hex(UnsafeRawBufferPointer(student.parameters.values)), "weights of the student")
        try log?.synchronize()
        try optimizers.withBuffers { buffers in
            try Checkpoint.write(
                into: run.checkpoints, step: step, buffers: buffers,
                record: [
                    "metrics_length": .integer(log?.length ?? 0), "batches": batches.state,
                    "shards": .integer(plan.division.count),
                    "fingerprint": plan.fingerprint.json, "configuration": .string(settings.yaml()),
                ],
                retention: retention)
            Narration.detail("step \(step): saved in \(run.checkpoints.path)")
        }
    }

    private var retention: CheckpointRetention {
        CheckpointRetention(last: settings.checkpoint.keepLast, every: settings.checkpoint.keepEvery)
    }

    private func restore(_ start: ResumedStep) throws {
        if ranks.isFirst, let saved = start.record["fingerprint"] {
            try plan.fingerprint.compare(with: saved, at: run) { Narration.warn($0) }
        }
        guard let state = start.record["batches"] else {
            throw Failure(.badData, "the checkpoint has no data positions", at: run.checkpoints.path)
        }
        try optimizers.restore(start.checkpoint, step: start.step)
        try batches.restore(state)
        step = start.step
    }
}
