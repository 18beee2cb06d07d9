import Basics
import Foundation
import TensorCore

/// What a run would be and what it would take, found out without writing anything: `train --dry-run`.
public struct TrainingCheck: Sendable {
    /// The run's header, a line each: what is trained on what, memory and disk.
    public let header: [String]
    public let warnings: [String]
    /// Bytes of main memory at the run's peak.
    public let memory: Int
    /// Bytes of everything that the run writes, and of one of its checkpoints.
    public let disk: Int, checkpoint: Int
    /// Texts that the student writes before the first step.
    public let sampledTexts: Int
    /// Tokens of a task example with its answer, the mean over those that were checked.
    public let exampleTokens: Int
    /// The header's facts, by name.
    private let facts: [(String, JSONValue)]

    /// - Parameter place: the run's directory.
    /// - Throws: `Failure` for a run that this machine, or the disk of `place`, cannot hold.
    init(_ inputs: TrainingInputs, at place: URL) throws {
        let preflight = try Preflight(inputs, inputs.division())
        try preflight.requireMemory()
        try preflight.requireDisk(at: place)
        header = TrainingHeader.lines(inputs) + [preflight.line(at: place)]
        warnings = inputs.warnings + [preflight.memoryWarning()].compactMap(\.self)
        (memory, disk, checkpoint) = (preflight.memory, preflight.disk, preflight.checkpoint)
        let settings = inputs.settings
        sampledTexts =
            inputs.readsText && settings.text.file == nil ? settings.sampledWindows + settings.text.heldOut : 0
        exampleTokens =
            inputs.lengths.isEmpty
            ? inputs.task.encoder.longest
            : (inputs.lengths.reduce(0, +) + inputs.lengths.count - 1) / inputs.lengths.count
        let bytes = { (count: Int?) in count.map(JSONValue.integer) ?? .null }
        facts =
            TrainingHeader.facts(inputs) + [
                ("memory_bytes", bytes(memory)), ("memory_usable_bytes", bytes(MemoryLimits.usable)),
                ("disk_bytes", bytes(disk)), ("disk_free_bytes", bytes(DiskSpace.free(at: place))),
                ("checkpoint_bytes", bytes(checkpoint)), ("sampled_texts", .integer(sampledTexts)),
            ]
    }

    /// What `train --dry-run --json` prints.
    ///
    /// - Parameters:
    ///   - stepSeconds: the time of a training step, nil where it is not known.
    ///   - steps: of the run.
    public func json(stepSeconds: Double?, steps: Int) -> JSONValue {
        let time: [(String, JSONValue)] = [
            ("step_seconds", stepSeconds.map(JSONValue.number) ?? .null),
            ("seconds", stepSeconds.map { .number($0 * Double(steps)) } ?? .null),
        ]
        return .object(JSONObject(facts + time + [("warnings", .array(warnings.map(JSONValue.string)))]))
    }
}

extension TrainingHeader {
    /// What the lines of the header say, by name.
    fileprivate static func facts(_ inputs: TrainingInputs) -> [(String, JSONValue)] {
        let settings = inputs.settings
        let shape = inputs.student.model.configuration
        let layout = VariableLayout(inputs.compiled)
        return [
            ("student", .string(settings.student)), ("student_layers", .integer(shape.layers)),
            ("student_width", .integer(shape.width)), ("parameters", .integer(shape.parameterCount)),
            ("vocabulary", .integer(shape.vocabularySize)), ("task", .string(settings.task)),
            ("program", .string(inputs.task.task.program)), ("compiled_layers", .integer(layout.layers)),
            ("compiled_width", .integer(layout.width)),
            ("variables", .array(layout.variables.map { .string($0.name) })),
            ("method", .string(settings.method.rawValue)), ("recipe", .string(settings.recipe)),
            ("steps", .integer(settings.steps)), ("examples", .integer(settings.batch.task)),
            ("perturbed", .integer(settings.perturbedExamples)), ("texts", .integer(settings.batch.text)),
            ("text_tokens", .integer(settings.text.tokens)),
            ("alignment", inputs.alignedLayers == nil ? .null : .string(settings.alignment.kind.rawValue)),
            ("aligned_layers", .array((inputs.alignedLayers ?? []).map(JSONValue.integer))),
            (
                "roll",
                .array(
                    (inputs.roll?.places ?? []).map { ["layer": .integer($0.layer), "rows": .integer($0.rowCount)] })
            ),
            ("exchanged_pairs", .integer(inputs.exchanges?.pairs ?? 0)), ("seed", .integer(settings.seed)),
            ("precision", .string(settings.precision.effective.rawValue)), ("threads", .integer(Parallel.threads)),
            ("blas_kernel", .string(BLAS.kernelName)), ("vector_level", .string(VectorLevel.inUse.name)),
        ]
    }
}
