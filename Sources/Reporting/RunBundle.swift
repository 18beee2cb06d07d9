import Basics
import Evaluation
import Foundation
import Injection
import LanguageModels
import TrainingEngine

/// A run made ready to be given to others: `tracr-inject export` as a function.
///
/// The bundle is itself a run, without checkpoints: `eval` and `decode` take it as they take the one that it was made
/// from. Beside that it holds what one would otherwise have to compute: the student's answer to each test prompt, each
/// exchange with what has to come of it, and activations with the program's variables as labels.
package struct RunBundle {
    package struct Options: Sendable {
        /// Test prompts, and prompts of each setting, that are answered.
        package var prompts = 1_000
        /// Test prompts that exchange variables, in pairs, and test prompts whose activations are written.
        package var exchangedPrompts = 128, labelledPrompts = 200
        package var seed = 42
        /// Another copy of the student, beside the one that the run's checksums are of.
        package var copy: WeightFiles?

        package init() {}
    }

    /// The bundle's files, with the bytes of each, sorted.
    package let files: [(path: String, bytes: Int)]

    /// Writes the bundle, whole or not at all.
    ///
    /// - Throws: `.cannotCreate` for a place where something is.
    package init(of directory: RunDirectory, at output: URL, options: Options = Options()) throws {
        let run = try LoadedRun(directory)
        if FileManager.default.fileExists(atPath: output.path) {
            let names = try? Folder.names(at: output.path)
            guard names?.isEmpty == true, directory.root.path != output.standardizedFileURL.path else {
                throw Failure(
                    .cannotCreate, "the output is there already", at: output.path,
                    remedy: "choose a new folder with --output")
            }
        }
        try AtomicFile.createDirectory(output.standardizedFileURL.deletingLastPathComponent())
        try AtomicFile.replaceDirectory(at: output.standardizedFileURL) { folder in
            for file in try Self.files(of: directory) { try Self.copy(file, from: directory.root, to: folder) }
            let card = try ModelCard(run).text(figures: StoredEvaluation.lastResults(of: run)?.figures ?? [])
            for place in ["README.md", "student/\(RunDirectory.card)"] {
                try AtomicFile.write(Data(card.utf8), to: folder.appendingPathComponent(place))
            }
            if let copy = options.copy {
                try run.student.save(
                    to: folder.appendingPathComponent("student-copy"), extras: [RunDirectory.card: Data(card.utf8)],
                    weights: copy)
            }
            let data = folder.appendingPathComponent("data")
            try AtomicFile.createDirectory(data)
            let predictions = try PredictionRecords.lines(of: run, count: options.prompts, seed: options.seed)
            try Self.write(predictions, to: data.appendingPathComponent("predictions.jsonl"))
            guard run.settings.aligns else { return }
            let exchanges = try ExchangeRecords.lines(of: run, count: options.exchangedPrompts, seed: options.seed)
            try Self.write(exchanges, to: data.appendingPathComponent("exchanges.jsonl"))
            try LabelledActivations.write(of: run, count: options.labelledPrompts, seed: options.seed, to: data)
        }
        let paths = (try? Folder.files(below: output.path)) ?? []
        files = paths.map { path in
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: output.appendingPathComponent(path).path)
            return (path, attributes?[.size] as? Int ?? 0)
        }.sorted { ExactString($0.path) < ExactString($1.path) }
    }

    /// The results that the manifest names, and what tells of the training and the measurements.
    private static func files(of run: RunDirectory) throws -> [String] {
        let more = [run.manifest, run.sessions, run.metrics, StoredEvaluation.file(of: run)]
            .filter { FileManager.default.fileExists(atPath: $0.path) }.map(\.lastPathComponent)
        return try Manifest(verifying: run).checksums.keys.map(\.text) + more
    }

    private static func copy(_ path: String, from root: URL, to folder: URL) throws {
        let place = folder.appendingPathComponent(path)
        try AtomicFile.createDirectory(place.deletingLastPathComponent())
        let file = try MappedFile(contentsOf: root.appendingPathComponent(path))
        try AtomicFile.write(to: place) { (output) throws(Failure) in try output.write(file.bytes) }
        withExtendedLifetime(file) {}
    }

    private static func write(_ lines: [JSONValue], to file: URL) throws {
        try AtomicFile.write(Data(lines.map { $0.text(indented: false) + "\n" }.joined().utf8), to: file)
    }
}
