import Basics
import Foundation
import InjectionSettings
import Ranks
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
        try check(settings, output: output, ranks: .alone)
    }

    /// The same for the run of several ranks.
    package static func check(_ settings: Settings, output: URL? = nil, ranks: Communicator) throws -> TrainingCheck {
        try TrainingCheck(TrainingInputs(settings, ranks: ranks), at: output ?? defaultOutput(settings))
    }

    /// Trains from the beginning.
    public static func start(_ settings: Settings, output: URL? = nil) throws -> Outcome {
        try start(settings, output: output, ranks: .alone)
    }

    /// The same by several ranks together, each of which calls this. The first one writes.
    package static func start(_ settings: Settings, output: URL? = nil, ranks: Communicator) throws -> Outcome {
        let inputs = try TrainingInputs(settings, ranks: ranks)
        let run = RunDirectory(output ?? defaultOutput(settings))
        let division = try inputs.division()
        let preflight = try Preflight(inputs, division)
        try preflight.requireMemory()
        var lock: RunLock?
        defer { withExtendedLifetime(lock) {} }
        if ranks.isFirst {
            try preflight.requireDisk(at: run.root)
            try run.prepare { Narration.note("note: \($0)") }
            lock = try RunLock(directory: run.root)
            run.removeLeftovers()
            try write(inputs.settings, to: run)
        }
        return try train(inputs, division, preflight, run: run, resuming: nil)
    }

    /// Goes on with a run from its newest checkpoint, to the bits of a run that was never interrupted.
    ///
    /// The configuration is the run's own.
    /// - Parameters:
    ///   - directory: the run's.
    ///   - overrides: what may change, such as `steps` to train on to; anything else is refused.
    public static func resume(_ directory: URL, overrides: [SettingOverride] = []) throws -> Outcome {
        try resume(directory, overrides: overrides, ranks: .alone)
    }

    /// The same by several ranks together, as many as before or not. The first one reads and writes the run.
    package static func resume(
        _ directory: URL, overrides: [SettingOverride] = [], ranks: Communicator
    ) throws -> Outcome {
        let run = RunDirectory(directory)
        var lock: RunLock?
        defer { withExtendedLifetime(lock) {} }
        let text = try ranks.fromFirst {
            guard run.isRun else {
                throw Failure(
                    .notFound, "there is no run to go on with", at: run.root.path,
                    remedy: "start one without --resume")
            }
            lock = try RunLock(directory: run.root)
            let settings = try Settings.resolve(configuration: run.configuration, overrides: overrides)
            try RunRecord.requireChangeable(
                from: Settings.resolve(configuration: run.configuration), to: settings, at: run)
            return Array(settings.yaml().utf8)
        }
        let settings = try Settings.resolve(yaml: String(decoding: text, as: UTF8.self), name: run.configuration.path)
        let inputs = try TrainingInputs(settings, ranks: ranks)
        if ranks.isFirst { run.removeLeftovers() }
        let start = try ResumedStep.newest(of: run, ranks: ranks) { record in
            try RunRecord(record).compare(with: settings, at: run)
        }
        let division = try inputs.division(count: start?.record["shards"]?.integer)
        let preflight = try Preflight(inputs, division)
        try preflight.requireMemory()
        if ranks.isFirst, !overrides.isEmpty { try write(settings, to: run) }
        return try train(inputs, division, preflight, run: run, resuming: start)
    }

    private static func write(_ settings: Settings, to run: RunDirectory) throws(Failure) {
        let text = Computation.comment(precision: settings.precision) + settings.yaml()
        try AtomicFile.write(Data(text.utf8), to: run.configuration)
    }

    private static func train(
        _ inputs: TrainingInputs, _ division: StepDivision, _ preflight: Preflight, run: RunDirectory,
        resuming start: ResumedStep?
    ) throws -> Outcome {
        let ranks = inputs.ranks
        for line in TrainingHeader.lines(inputs) + [preflight.line(at: run.root)] { Narration.note(line) }
        for warning in inputs.warnings + [preflight.memoryWarning()].compactMap(\.self) { Narration.warn(warning) }
        if ranks.isFirst { run.becomeLatest() }
        try ranks.requireEqualArithmetic()

        let plan: TrainingPlan
        do {
            plan = try TrainingPlan.make(inputs, division, run: run)
        } catch let raised as Interruption.Raised {
            return Outcome(run: run, step: start?.step ?? 0, interruptedBy: raised.signal)
        }
        try ranks.requireEqualInputs(plan.fingerprint.ofInputs, "student, program and data")
        let trainer = try Trainer(plan, activations: preflight.plan.activations, resuming: start)
        if ranks.isFirst {
            // On a resume again, as a run can be killed before its first write of it; and only now that these are known to
            // be the inputs that the run was begun with.
            try inputs.compiled.save(to: run.compiled)
            try KeptSources.write(inputs.task, to: run.sources, origins: run.origins)
            var facts = Computation.facts(precision: inputs.settings.precision)
            facts["ranks"] = .integer(ranks.size)
            try RunSessions.begin(facts, after: trainer.step, at: run)
        }
        if trainer.step > 0 { Narration.note("resuming after step \(trainer.step)") }
        if let signal = try trainer.train() {
            return Outcome(run: run, step: trainer.step, interruptedBy: signal)
        }
        if ranks.isFirst {
            try inputs.results(
                projection: plan.loss.projection, step: trainer.step, inputs: plan.fingerprint.hashes
            ).write(to: run, step: trainer.step)
        }
        return Outcome(run: run, step: max(trainer.step, inputs.settings.steps), interruptedBy: nil)
    }
}
