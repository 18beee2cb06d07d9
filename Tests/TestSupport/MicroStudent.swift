import Foundation
import InjectionSettings
import LanguageModels

/// A student that trains in seconds: random weights, 4 layers by default, width 32, a byte-pair vocabulary of a few
/// hundred.
package enum MicroStudent {
    package enum Family: Sendable, CaseIterable { case gpt2, llama, qwen2, qwen3, gptNeoX }

    package static func make(
        family: Family = .gpt2, layers: Int = 4, width: Int = 32, context: Int = 128, seed: UInt64 = 1
    ) throws -> Student {
        let text = "What is the number of x in this text? Answer: the quick brown fox jumps over the lazy dog. "
        let tokenizer = try Tokenizer.train(
            on: [String](repeating: text, count: 20), vocabularySize: 400)
        let endOfText = tokenizer.endOfText.map(Int.init)
        func configuration<Kind: DecoderFamily>(_ kind: Kind.Type) -> any ModelConfiguration {
            var shape = Kind.plain
            (shape.vocabularySize, shape.contextLength, shape.width) = (tokenizer.count, context, width)
            (shape.layers, shape.heads, shape.headWidth, shape.innerWidth) = (layers, 4, width / 4, 3 * width)
            return DecoderConfiguration<Kind>(shape, endOfText: endOfText)
        }
        let configuration: any ModelConfiguration =
            switch family {
            case .gpt2:
                GPT2Configuration(
                    vocabularySize: tokenizer.count, contextLength: context, width: width, layers: layers, heads: 4,
                    endOfText: endOfText)
            case .llama:
                LlamaConfiguration(
                    vocabularySize: tokenizer.count, contextLength: context, width: width, layers: layers, heads: 4,
                    keyValueHeads: 2, innerWidth: 3 * width, endOfText: endOfText)
            case .qwen2: configuration(Qwen2.self)
            case .qwen3: configuration(Qwen3.self)
            case .gptNeoX: configuration(GPTNeoX.self)
            }
        return try Student(model: configuration.model(seed: seed), tokenizer: tokenizer)
    }

    /// A folder that is removed when the test ends.
    package final class Folder {
        package let url: URL
        package init() throws {
            url = FileManager.default.temporaryDirectory
                .appendingPathComponent("tracr-inject-test-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(at: url) }

        package func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }
    }

    /// A saved micro student and settings that train it on `count` for a few steps.
    package static func settings(
        in folder: Folder, family: Family = .gpt2, layers: Int = 4, overrides: [(String, String)] = []
    ) throws -> Settings {
        let place = folder("student")
        if !FileManager.default.fileExists(atPath: place.path) {
            try make(family: family, layers: layers).save(to: place)
        }
        let all = [
            ("student", place.path), ("task", "count"), ("steps", "6"), ("batch.task", "2"), ("batch.perturbed", "2"),
            ("batch.text", "2"),
            ("text.tokens", "12"), ("text.samples", "5"), ("text.held_out", "1"), ("data.check", "5"),
            ("lr.warmup", "2"), ("checkpoint.every", "2"),
        ]
        return try Settings.resolve(
            overrides: (all + overrides).map { SettingOverride($0.0, $0.1) })
    }
}
