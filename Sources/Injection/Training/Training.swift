import Foundation
import InjectionSettings
import Serialization
import TensorCore
import TrainingEngine

/// Trains a student and leaves a run directory behind: `tracr-inject train` as a function.
public enum Training {
    public struct Outcome: Sendable {
        public var run: RunDirectory
        /// The last step taken.
        public var step: Int
        /// The signal that ended the run early, after its checkpoint was saved.
        public var interruptedBy: Int32?
    }

    /// Where a run goes that was given no directory: `runs/TASK-METHOD`.
    public static func defaultOutput(_ settings: Settings) -> URL {
        let task = URL(fileURLWithPath: settings.task).deletingPathExtension().lastPathComponent
        return RunDirectory.runs.appendingPathComponent("\(task)-\(settings.method.rawValue)")
    }

    /// Reads and checks everything a run needs and writes nothing: `--dry-run`.
    public static func check(_ settings: Settings, output: URL? = nil) throws -> TrainingCheck {
        try TrainingCheck(TrainingInputs(settings), at: output ?? defaultOutput(settings))
    }

    /// Trains from the beginning.
    public static func start(_ settings: Settings, output: URL? = nil) throws -> Outcome {
        let inputs = try TrainingInputs(settings)
        let run = RunDirectory(output ?? defaultOutput(settings))
        let preflight = try Preflight(inputs)
        try preflight.requireMemory()
        try preflight.requireDisk(at: run.root)
        try run.prepare { Narration.note("note: \($0)") }
        let lock = try RunLock(directory: run.root)
        defer { withExtendedLifetime(lock) {} }
        run.removeLeftovers()
        try write(settings, to: run)
        return try train(inputs, preflight, run: run, resuming: nil)
    }

    /// Goes on with a run from its newest checkpoint, to the bits of a run that was never interrupted.
    ///
    /// The configuration is the run's own.
    /// - Parameters:
    ///   - directory: the run's.
    ///   - overrides: what may change, such as `steps` to train on to; anything else is refused.
    public static func resume(_ directory: URL, overrides: [SettingOverride] = []) throws -> Outcome {
        let run = RunDirectory(directory)
        guard run.isRun else {
            throw Failure(
                .notFound, "there is no run to go on with", at: run.root.path,
                remedy: "start one without --resume")
        }
        let lock = try RunLock(directory: run.root)
        defer { withExtendedLifetime(lock) {} }
        let settings = try Settings.resolve(configuration: run.configuration, overrides: overrides)
        try RunRecord.requireChangeable(from: Settings.resolve(configuration: run.configuration), to: settings, at: run)
        let inputs = try TrainingInputs(settings)
        let preflight = try Preflight(inputs)
        try preflight.requireMemory()
        if !overrides.isEmpty { try write(settings, to: run) }
        run.removeLeftovers()
        let checkpoint = try Checkpoint.newest(in: run.checkpoints) { Narration.warn($0) }
        if let checkpoint { try RunRecord(checkpoint.record).compare(with: settings, at: run) }
        return try train(inputs, preflight, run: run, resuming: checkpoint)
    }

    private static func write(_ settings: Settings, to run: RunDirectory) throws(Failure) {
        let text = Computation.comment(precision: settings.precision) + settings.yaml()
        try AtomicFile.write(Data(text.utf8), to: run.configuration)
    }

    private static func train(
        _ inputs: TrainingInputs, _ preflight: Preflight, run: RunDirectory, resuming checkpoint: Checkpoint?
    ) throws -> Outcome {
        for line in TrainingHeader.lines(inputs) + [preflight.line(at: run.root)] { Narration.note(line) }
        for warning in inputs.warnings + [preflight.memoryWarning()].compactMap(\.self) { Narration.warn(warning) }
        run.becomeLatest()
        let plan: TrainingPlan
        do {
            plan = try TrainingPlan.make(inputs, run: run)
        } catch let raised as Interruption.Raised {
            return Outcome(run: run, step: checkpoint?.step ?? 0, interruptedBy: raised.signal)
        }
        let trainer = try Trainer(plan, activations: preflight.plan.activations, resuming: checkpoint)
        // On a resume again, as a run can be killed before its first write of it; and only now that these are known to be
        // the inputs that the run was begun with.
        try inputs.compiled.save(to: run.compiled)
        try KeptSources.write(inputs.task, to: run.sources, origins: run.origins)
        try RunSessions.begin(Computation.facts(precision: inputs.settings.precision), after: trainer.step, at: run)
        if trainer.step > 0 { Narration.note("resuming after step \(trainer.step)") }
        if let signal = try trainer.train() {
            return Outcome(run: run, step: trainer.step, interruptedBy: signal)
        }
        try inputs.results(
            projection: plan.loss.projection, step: trainer.step, inputs: plan.fingerprint.hashes
        ).write(to: run, step: trainer.step)
        return Outcome(run: run, step: max(trainer.step, inputs.settings.steps), interruptedBy: nil)
    }
}
