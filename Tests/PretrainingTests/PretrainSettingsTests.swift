import Basics
import Foundation
import Pretraining
import Testing

@Suite("Pretraining: settings")
struct PretrainSettingsTests {
    private func failure(_ yaml: String) -> Failure? {
        do {
            _ = try PretrainSettings.resolve(yaml: yaml, name: "p.yaml")
            return nil
        } catch { return error as? Failure }
    }

    @Test("What is left out keeps its default, and the resolved settings read back the same")
    func defaults() throws {
        var settings = try PretrainSettings.resolve(yaml: "model:\n  layers: 3\nlr: {peak: 1e-3}\n", name: "p.yaml")
        #expect(settings.model.layers == 3)
        #expect(settings.lr.peak == 1e-3)
        #expect(settings.batch == PretrainSettings().batch)
        settings.heldout.file = "held out.txt"
        #expect(try PretrainSettings.resolve(yaml: settings.yaml(), name: "p.yaml") == settings)
        #expect(try PretrainSettings.resolve(yaml: "", name: "p.yaml") == PretrainSettings())
    }

    @Test("An unknown key is refused at its place, with the nearest known one")
    func unknownKey() {
        let failure = failure("seed: 1\nmodel:\n  layrs: 3\n")
        #expect(failure?.kind == .badData)
        #expect(failure?.message.contains("model.layrs") == true)
        #expect(failure?.location?.hasPrefix("p.yaml:3:") == true)
        #expect(failure?.remedy?.contains("layers") == true)
    }

    @Test(
        "Values of the wrong type or out of range are refused, naming the key",
        arguments: [
            ("model: {layers: many}", "model.layers"), ("model: {width: 130}", "model.heads"),
            ("model: 3", "model"), ("optimizer: {betas: [0.9]}", "optimizer.betas"),
            ("batch: {tokens: 300}", "batch.tokens"), ("model: {vocabulary: 300}", "model.vocabulary"),
            ("lr: {peak: -1}", "lr.peak"), ("checkpoint: {every: 0}", "checkpoint.every"),
        ])
    func refused(yaml: String, key: String) {
        let failure = failure(yaml)
        #expect(failure?.kind == .badData)
        #expect(failure?.message.contains(key) == true)
    }

    @Test("Overrides win over the file, and are errors of usage when wrong")
    func overrides() throws {
        let settings = try PretrainSettings.resolve(
            yaml: "steps: 5", name: "p.yaml",
            overrides: [.init("steps", "7"), .init("lr.peak", "1e-3"), .init("optimizer.betas", "[0.5, 0.6]")])
        #expect(settings.steps == 7)
        #expect(settings.lr.peak == 1e-3)
        #expect(settings.optimizer.betas == [0.5, 0.6])
        #expect {
            _ = try PretrainSettings.resolve(yaml: "", name: "", overrides: [.init("lr.peek", "1")])
        } throws: {
            ($0 as? Failure)?.kind == .usage && ($0 as? Failure)?.remedy?.contains("peak") == true
        }
    }

    @Test("What is not YAML is refused with its line")
    func malformed() {
        let failure = failure("seed: 1\nlr: [1, 2\n")
        #expect(failure?.kind == .badData)
        #expect(failure?.location?.hasPrefix("p.yaml:") == true)
    }
}
