import Foundation
import InjectionSettings
import LanguageModels

/// A student that trains in seconds: random weights, 4 layers by default, width 32, a byte-pair vocabulary of a few
/// hundred.
package enum MicroStudent {
    /// - Parameter family: of `ModelRegistry.families`. Where it has heads of keys and values of their own number, two
    ///   query heads share each.
    package static func make(
        family: any DecoderFamily.Type = GPT2.self, layers: Int = 4, width: Int = 32, context: Int = 128,
        seed: UInt64 = 1
    ) throws -> Student {
        let text = "What is the number of x in this text? Answer: the quick brown fox jumps over the lazy dog. "
        let tokenizer = try Tokenizer.train(
            on: [String](repeating: text, count: 20), vocabularySize: 400)
        func configuration<Family: DecoderFamily>(_ family: Family.Type) -> any ModelConfiguration {
            let grouped = Family.keys.keyValueHeads != nil
            var shape = Family.plain
            (shape.vocabularySize, shape.contextLength, shape.width) = (tokenizer.count, context, width)
            (shape.layers, shape.heads, shape.keyValueHeads) = (layers, 4, grouped ? 2 : 4)
            (shape.headWidth, shape.innerWidth) = (width / 4, grouped ? 3 * width : 4 * width)
            return DecoderConfiguration<Family>(shape, endOfText: tokenizer.endOfText.map(Int.init))
        }
        return try Student(model: configuration(family).model(seed: seed), tokenizer: tokenizer)
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

    /// A saved micro student, with the tokenizer that its family has, and settings that train it on `count` for a few
    /// steps.
    package static func settings(
        in folder: Folder, family: any DecoderFamily.Type = GPT2.self, layers: Int = 4,
        overrides: [(String, String)] = []
    ) throws -> Settings {
        let place = folder("student")
        if !FileManager.default.fileExists(atPath: place.path) {
            try make(family: family, layers: layers).save(to: place)
            try TokenizerCut.ofFamily(family)?.apply(to: place)
        }
        let all = [
            ("student", place.path), ("task", "count"), ("steps", "6"), ("batch.task", "2"), ("batch.perturbed", "2"),
            ("batch.text", "2"),
            ("text.tokens", "12"), ("text.samples", "5"), ("text.held_out", "1"), ("data.check", "5"),
            ("lr.warmup", "2"), ("checkpoint.every", "2"),
            // The threads of a run are those of the process, which other tests would change meanwhile, and with them the
            // shards of a step and the last bits of what it computes.
            ("threads", "1"), ("batch.shards", "2"),
        ]
        return try Settings.resolve(
            overrides: (all + overrides).map { SettingOverride($0.0, $0.1) })
    }
}
