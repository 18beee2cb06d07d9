import Injection
import LanguageModels

/// What a benchmark runs on: a published size with random weights, the bundled student, or a folder.
enum BenchmarkStudent {
    static func model(_ name: String, seed: Int) throws -> any LanguageModel {
        guard let preset = ModelRegistry.presets.first(where: { $0.name == name }) else {
            return try Student.load(from: StudentFolder.locate(name)).model
        }
        try Preflight.requireMemory(forTraining: preset.configuration)
        return preset.configuration.model(seed: UInt64(bitPattern: Int64(seed)))
    }
}
