import Evaluation
import Foundation
import Injection
import Serialization
import TrainingEngine

/// A run's measurements, kept beside it in `evaluation.json`, so that a report measures nothing twice.
///
/// They hold for the run's manifest (whose checksum stands with them) and for the options they were taken with; of either one
/// changed, all are taken anew.
enum StoredEvaluation {
    static func file(of run: RunDirectory) -> URL { run.root.appendingPathComponent("evaluation.json") }

    /// The suites asked for, by name. A run without alignment has a linear map that was never trained, and nothing to read
    /// through it.
    static func suites(of run: LoadedRun, options: ModelEvaluation.Options) throws -> JSONObject {
        var options = options
        if !run.settings.aligns { options.suites.removeAll { [.decoding, .causality, .interchange].contains($0) } }
        let file = file(of: run.directory)
        let manifest = try XXHash64.hex(contentsOf: run.directory.manifest)
        let key = key(of: options)
        var suites = JSONObject()
        if let stored = try? JSONFile.read(file), stored["manifest"]?.string == manifest, stored["options"] == key,
            let known = stored["suites"]?.object
        {
            suites = known
        }
        var missing = options
        missing.suites = options.suites.filter { suites[$0.rawValue] == nil }
        if !missing.suites.isEmpty {
            Narration.note("measuring \(run.directory.name): \(missing.suites.map(\.rawValue).joined(separator: ", "))")
            let measured = try ModelEvaluation(run, options: missing).json["suites"]?.object ?? JSONObject()
            for (name, value) in measured.members { suites[name] = value }
            try JSONFile.write(
                ["manifest": .string(manifest), "options": key, "suites": .object(suites)], to: file)
        }
        var asked = JSONObject()
        for suite in options.suites { asked[suite.rawValue] = suites[suite.rawValue] }
        return asked
    }

    private static func key(of options: ModelEvaluation.Options) -> JSONValue {
        let path: (URL?) -> JSONValue = { $0.map { .string($0.standardizedFileURL.path) } ?? .null }
        return [
            "prompts": .integer(options.prompts), "decoded_prompts": .integer(options.decodedPrompts),
            "noised_prompts": .integer(options.noisedPrompts), "exchanged_prompts": .integer(options.exchangedPrompts),
            "norms": .array(options.norms.map { .number($0) }), "seed": .integer(options.seed), "precision": .string(options.precision.rawValue),
            "protocol": .string(options.method.rawValue), "text": path(options.text), "lambada": path(options.lambada),
            "sst2": path(options.sst2), "mrpc": path(options.mrpc),
        ]
    }
}
