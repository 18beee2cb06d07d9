import Basics
import Evaluation
import Foundation
import Injection
import Resources
import TrainingEngine

/// A run's measurements, kept beside it in `evaluation.json`, so that a report measures nothing twice.
///
/// They hold for what they were taken of and with, all of which stands beside them: the run's manifest and the
/// baseline's, the options, the bytes of the files that were read, whether the original was there, and the program and
/// the machine. Of any of these changed, all are taken anew.
enum StoredEvaluation {
    static func file(of run: RunDirectory) -> URL { run.root.appendingPathComponent("evaluation.json") }

    /// The suites asked for. A run without alignment has a linear map that was never trained, and nothing to read
    /// through it.
    static func results(of run: LoadedRun, options: ModelEvaluation.Options) throws -> EvaluationResults {
        var options = options
        if !run.settings.aligns { options.suites.removeAll(where: \.readsMap) }
        let file = file(of: run.directory)
        let basis = try basis(of: run, options: options)
        var results = EvaluationResults()
        let baseline = try content(options.baseline.map { RunDirectory($0).manifest })
        if let stored = try? JSONFile.read(file), stored["basis"] == basis, let known = stored["suites"] {
            results = EvaluationResults(known)
            // The baseline is a control's alone.
            if stored["baseline"] != baseline { results = results.only(results.suites.filter { $0 != .controls }) }
        }
        var missing = options
        // The first rank says what is missing: the others may see the file later.
        let names = try options.ranks.fromFirst {
            Array(options.suites.filter { !results.suites.contains($0) }.map(\.rawValue).joined(separator: ",").utf8)
        }
        missing.suites = try ModelEvaluation.suites(parsing: String(decoding: names, as: UTF8.self))
        if !missing.suites.isEmpty {
            Narration.note("measuring \(run.directory.name): \(missing.suites.map(\.rawValue).joined(separator: ", "))")
            results.add(try ModelEvaluation(run, options: missing).results)
            if options.ranks.isFirst {
                try JSONFile.write(["basis": basis, "baseline": baseline, "suites": results.json], to: file)
                let card = try ModelCard(run).text(figures: results.figures)
                try AtomicFile.write(
                    Data(card.utf8), to: run.directory.student.appendingPathComponent(RunDirectory.card))
            }
        }
        return results.only(options.suites)
    }

    /// The figures that were measured last, by whatever options, if they are of this run.
    static func lastResults(of run: LoadedRun) throws -> EvaluationResults? {
        guard let stored = try? JSONFile.read(file(of: run.directory)), let known = stored["suites"],
            try stored["basis"]?["manifest"] == content(run.directory.manifest)
        else { return nil }
        return EvaluationResults(known)
    }

    private static func content(_ file: URL?) throws -> JSONValue {
        try file.map { .string(try XXHash64.hex(contentsOf: $0)) } ?? .null
    }

    /// All that the figures depend on but for the baseline.
    private static func basis(of run: LoadedRun, options: ModelEvaluation.Options) throws -> JSONValue {
        var computation = Computation.facts(precision: options.precision)
        // The executable's own checksum says more.
        computation["commit"] = nil
        return [
            "manifest": try content(run.directory.manifest),
            "original": .bool((try? run.originalStudent()) != nil), "measured_by": .object(computation),
            "prompts": .integer(options.prompts), "decoded_prompts": .integer(options.decodedPrompts),
            "noised_prompts": .integer(options.noisedPrompts), "exchanged_prompts": .integer(options.exchangedPrompts),
            "probe_prompts": .integer(options.probePrompts), "context_prompts": .integer(options.contextPrompts),
            "norms": .array(options.norms.map { .number($0) }), "seed": .integer(options.seed),
            "protocol": .string(options.retention.rawValue), "text_format": .string(options.textFormat.rawValue),
            "text": try content(options.text ?? BundledFiles().tinyStudent().appendingPathComponent("heldout.txt")),
            "data": try content(options.data), "lambada": try content(options.lambada),
            "sst2": try content(options.sst2), "mrpc": try content(options.mrpc),
        ]
    }
}
