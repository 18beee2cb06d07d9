import Basics
import Compiler
import Foundation
import InjectionSettings
import LanguageModels
import TensorCore
import TrainingEngine

/// A finished run, read back and verified: the injected student, its task and program, and the linear map.
public struct LoadedRun: Sendable {
    public let directory: RunDirectory
    public let settings: Settings
    public var student: Student
    public let task: LoadedTask
    public let compiled: CompiledModel
    public let layout: VariableLayout
    public let projection: Projection
    /// The student's residual state that carries compiled state i.
    public let layers: [Int]
    /// The last state that carries compiled states: where a program without layers lies, the embedding.
    public var lastLayer: Int { layers.last ?? 0 }
    /// The last step that was taken.
    public let step: Int
    /// Hashes of what the run was made from, by name.
    private let inputs: JSONObject
    /// Where the program's steps lie in the student; nil for a run that injected no circuit.
    package let placement: CircuitPlacement?

    /// - Throws: `Failure` for a directory that is no finished run, or whose files are not what the run wrote.
    public init(_ directory: RunDirectory) throws {
        self.directory = directory
        let manifest = try Manifest(verifying: directory)
        (step, inputs) = (manifest.step, manifest.inputs)
        settings = try Settings.resolve(configuration: directory.configuration)
        if settings.threads > 0 { Parallel.threads = settings.threads }
        student = try Student.load(from: directory.student, gradients: false)
        let kept = try KeptSources(in: directory.sources, origins: directory.origins)
        task = try LoadedTask(settings: settings, tokenizer: student.tokenizer, kept: kept)
        if let kept {
            for change in try kept.changes(task.task) { Narration.warn(change) }
        } else {
            Narration.warn(
                "the run keeps no copy of its task, as it was trained by an earlier version: the task '\(settings.task)' "
                    + "is read as it is now")
        }
        compiled = try CompiledModel.load(from: directory.compiled)
        try VariableLayout.check(compiled, at: directory.compiled.path)
        let tooFewLayers = Failure(
            .badData, "the student has too few layers for the program", at: directory.student.path)
        guard compiled.layerCount <= student.model.configuration.layers else { throw tooFewLayers }
        layout = VariableLayout(compiled)
        let width = student.model.configuration.width
        projection = try Projection.load(
            from: directory.projection, rows: layout.width, width: width,
            subspaces: settings.subspaces(layout, width: width))
        placement =
            settings.injectsCircuit
            ? try CircuitPlacement(
                CompiledCircuit(compiled), student: student.model.configuration, settings: settings.circuit) : nil
        guard
            let layers = placement?.states
                ?? settings.alignment.layers.numbers(
                    compiled: layout.layers, student: student.model.configuration.layers)
        else { throw tooFewLayers }
        self.layers = layers
    }

    /// `runs/latest` where nothing is named.
    public static func locate(_ path: String?) -> RunDirectory {
        RunDirectory(
            path.map { URL(fileURLWithPath: $0) } ?? RunDirectory.runs.appendingPathComponent("latest"))
    }

    /// The windows of sampled text that training has not seen; none for a run that was given a text, or read none.
    public func heldOutText() throws -> [[Int32]] {
        guard FileManager.default.fileExists(atPath: directory.text.path) else { return [] }
        let vocabulary = student.model.configuration.vocabularySize
        return try SampledText.load(from: directory.text, vocabulary: vocabulary).heldOut.filter { $0.count > 1 }
    }

    /// The student before its training, where it still is; with the run's tokenizer, so that both see the same tokens.
    ///
    /// - Throws: `.notFound` where it is not there, `.badData` where it is another one than the run began with.
    public func originalStudent() throws -> Student {
        var original = try Student.load(from: StudentFolder.locate(settings.student), gradients: false)
        guard original.model.configuration.vocabularySize == student.model.configuration.vocabularySize else {
            throw Failure(.badData, "the original student has another vocabulary", at: settings.student)
        }
        if let hash = inputs[Student.weightsInput]?.string, hash != original.weightsHash {
            throw Failure(
                .badData, "the student '\(settings.student)' is not the one that the run began with",
                at: settings.student)
        }
        original.tokenizer = student.tokenizer
        return original
    }
}
