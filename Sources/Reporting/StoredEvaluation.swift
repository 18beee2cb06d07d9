import Evaluation
import Foundation
import Injection
import Ranks
import Serialization
import TrainingEngine

/// A run's measurements, kept beside it in `evaluation.json`, so that a report measures nothing twice.
///
/// They hold for the run's manifest (whose checksum stands with them) and for the options they were taken with; of
/// either one changed, all are taken anew.
enum StoredEvaluation {
    static func file(of run: RunDirectory) -> URL { run.root.appendingPathComponent("evaluation.json") }

    /// The suites asked for. A run without alignment has a linear map that was never trained, and nothing to read
    /// through it.
    static func results(of run: LoadedRun, options: ModelEvaluation.Options) throws -> EvaluationResults {
        var options = options
        if !run.settings.aligns { options.suites.removeAll { [.decoding, .causality, .interchange].contains($0) } }
        let file = file(of: run.directory)
        let manifest = try XXHash64.hex(contentsOf: run.directory.manifest)
        let key = key(of: options)
        var results = EvaluationResults()
        if let stored = try? JSONFile.read(file), stored["manifest"]?.string == manifest, stored["options"] == key,
            let known = stored["suites"]
        {
            results = EvaluationResults(known)
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
                try JSONFile.write(["manifest": .string(manifest), "options": key, "suites": results.json], to: file)
            }
        }
        return results.only(options.suites)
    }

    private static func key(of options: ModelEvaluation.Options) -> JSONValue {
        let path: (URL?) -> JSONValue = { $0.map { .string($0.standardizedFileURL.path) } ?? .null }
        return [
            "prompts": .integer(options.prompts), "decoded_prompts": .integer(options.decodedPrompts),
            "noised_prompts": .integer(options.noisedPrompts), "exchanged_prompts": .integer(options.exchangedPrompts),
            "context_prompts": .integer(options.contextPrompts), "norms": .array(options.norms.map { .number($0) }),
            "seed": .integer(options.seed),
            "precision": .string(options.precision.rawValue),
            "protocol": .string(options.method.rawValue), "text": path(options.text), "lambada": path(options.lambada),
            "sst2": path(options.sst2), "mrpc": path(options.mrpc),
        ]
    }
}
