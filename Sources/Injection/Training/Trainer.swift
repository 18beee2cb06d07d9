import Foundation
import InjectionSettings
import LanguageModels
import Serialization
import TensorCore
import TrainingEngine

/// The training loop: one batch, one forward pass, the terms of the loss, one backward pass, one step of AdamW.
final class Trainer {
    private let plan: TrainingPlan
    private let optimizers: Optimizers
    private var batches: BatchSource
    private(set) var step = 0
    private let arena: Arena
    private let recomputation: Arena?
    private let log: MetricsLog
    private var spikes = LossSpike()

    private var settings: Settings { plan.inputs.settings }
    private var run: RunDirectory { plan.run }
    private var student: any LanguageModel { plan.inputs.student.model }

    /// - Parameters:
    ///   - activations: the bytes that the activations of a step are planned to take.
    ///   - checkpoint: where to go on from; nil for a new run.
    init(_ plan: TrainingPlan, activations: Int = 0, resuming checkpoint: Checkpoint?) throws {
        self.plan = plan
        batches = plan.batches
        arena = Arena(reserving: activations)
        recomputation = plan.inputs.settings.memory.recompute ? Arena() : nil
        optimizers = Optimizers(
            student: plan.inputs.student.model.parameters, projection: plan.loss.projection.store,
            settings: plan.inputs.settings)
        log = try MetricsLog(
            at: plan.run.metrics, keeping: checkpoint?.record["metrics_length"]?.integer ?? 0)
        if let checkpoint { try restore(checkpoint) }
    }

    /// Trains to the last step, or until a signal asks for an end, which is returned.
    func train() throws -> Int32? {
        var progress = Progress(total: settings.steps, firstStep: step)
        while step < settings.steps {
            if let signal = Interruption.signal {
                progress.interrupt()
                try save()
                return signal
            }
            let metrics = try takeStep()
            try log.append(metrics)
            if let expected = spikes.expected(beside: metrics.loss) {
                progress.interrupt()
                Narration.warn("loss spike at step \(step): \(metrics.loss), where about \(expected) was expected")
            }
            progress.update(metrics)
            let every = settings.checkpoint.every
            if step == settings.steps || (every > 0 && step % every == 0) { try save() }
        }
        Checkpoint.settle(run.checkpoints, retention: retention)
        return nil
    }

    private func takeStep() throws -> StepMetrics {
        let started = Clock.now
        arena.reset()
        var batch = try batches.next(arena: arena)
        batch.progress = Float(step) / Float(max(settings.steps, 1))
        let tape = Tape(arena: arena, recomputation: recomputation, precision: settings.precision.ofProducts)
        let value = try plan.loss(tape, student: student, originalHead: plan.teacher?.head, batch: batch)
        try Divergence.check(value.parts, of: student.parameters, step: step + 1, run: run)
        tape.backward(from: value.roots)
        let taken = try optimizers.step(step + 1) { name in
            Divergence.failure("the gradient of \(name)", step: self.step + 1, run: self.run)
        }
        plan.loss.projection.settle()
        step += 1
        let seconds = Clock.now - started
        return StepMetrics(
            step: step, loss: value.total, parts: value.parts, lr: taken.rate,
            tokensPerSecond: Double(batch.packed.tokens.count) / seconds, seconds: seconds)
    }

    private func save() throws {
        for group in optimizers.groups { try Divergence.check(group.store, named: group.name, step: step, run: run) }
        try log.synchronize()
        try Checkpoint.write(
            into: run.checkpoints, step: step, buffers: optimizers.buffers,
            record: [
                "metrics_length": .integer(log.length), "batches": batches.state,
                "fingerprint": plan.fingerprint.json, "configuration": .string(settings.yaml()),
            ],
            retention: retention)
        Narration.detail("step \(step): saved in \(run.checkpoints.path)")
    }

    private var retention: CheckpointRetention {
        CheckpointRetention(last: settings.checkpoint.keepLast, every: settings.checkpoint.keepEvery)
    }

    private func restore(_ checkpoint: Checkpoint) throws {
        if let saved = checkpoint.record["fingerprint"] {
            try plan.fingerprint.compare(with: saved, at: run) { Narration.warn($0) }
        }
        guard let state = checkpoint.record["batches"] else {
            throw Failure(.badData, "the checkpoint has no data positions", at: checkpoint.directory.path)
        }
        try optimizers.restore(checkpoint)
        try batches.restore(state)
        step = checkpoint.step
    }
}
