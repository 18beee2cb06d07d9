import Basics
import Foundation
import LanguageModels
import Pretraining
import TestSupport
import Testing

@Suite("Pretraining: training")
struct PretrainerTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "pretrain-\(UUID().uuidString)", isDirectory: true)

    /// A model that is trained in moments, and a text that it can learn by heart.
    private func settings(_ name: String, steps: Int, file: String = "text.txt") throws -> (PretrainSettings, [URL]) {
        var settings = PretrainSettings()
        settings.model.layers = 2
        settings.model.width = 32
        settings.model.heads = 2
        settings.model.context = 32
        settings.model.vocabulary = 512
        settings.batch.sequences = 4
        settings.batch.tokens = 16
        settings.steps = steps
        settings.lr.peak = 1e-2
        settings.lr.warmup = 5
        settings.lr.floor = 0.1
        settings.checkpoint.every = 10
        settings.output = folder.appendingPathComponent(name).path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = folder.appendingPathComponent(file)
        // Numbers keep the words distinct, so that there are pairs enough for the vocabulary.
        let sentences = (0..<400).map { "The \($0 % 7) ships of \(String($0, radix: 36)) sailed wordily by night.\n" }
        let words = (0..<600).map { "w\(String($0 &* 7919 % 17576, radix: 26, uppercase: false))x" }
        try Data((sentences.joined() + (words + words).joined(separator: " ") + "\n").utf8).write(to: text)
        return (settings, [text])
    }

    private func pretrainer(_ settings: PretrainSettings, _ texts: [URL], resume: Bool) throws -> Pretrainer {
        try Pretrainer(PretrainInputs.prepare(settings, texts: texts, resume: resume))
    }

    private func losses(_ settings: PretrainSettings) throws -> [Float] {
        let text = try String(contentsOfFile: settings.output + "/metrics.jsonl", encoding: .utf8)
        return try text.split(separator: "\n").compactMap { line in
            try JSONParser.parse(String(line))["loss"]?.number.map { Float($0) }
        }
    }

    @Test("The loss falls, the held-out loss is measured, and the student loads with its tokenizer")
    func trains() throws {
        let (base, texts) = try settings("falls", steps: 40)
        var settings = base
        defer { try? FileManager.default.removeItem(at: folder) }
        settings.heldout.file = texts[0].path
        settings.heldout.every = 20
        let inputs = try PretrainInputs.prepare(settings, texts: texts, resume: false)
        try Pretrainer(inputs).train()
        let losses = try losses(settings)
        #expect(losses.count == 40)
        // An untrained model is at ln 512 = 6.2; sixteen learned digits and words take it far below within 40 steps.
        #expect(abs(losses[0] - 6.24) < 0.3)
        #expect(losses[39] < 5)
        let student = try Student.load(from: URL(fileURLWithPath: settings.output + "/student"))
        #expect(student.tokenizer.count == 512)
        #expect(student.tokenizer.encode("The 42 ships") == inputs.tokenizer.encode("The 42 ships"))
        let metrics = try String(contentsOfFile: settings.output + "/metrics.jsonl", encoding: .utf8)
        #expect(metrics.components(separatedBy: "held_out_nats_per_byte").count == 3)
    }

    @Test("A resumed training goes on as if it had not stopped")
    func resumes() throws {
        let (whole, texts) = try settings("whole", steps: 20)
        defer { try? FileManager.default.removeItem(at: folder) }
        try pretrainer(whole, texts, resume: false).train()
        var (parts, _) = try settings("parts", steps: 20)
        do {
            let first = try pretrainer(parts, texts, resume: false)
            try first.train(upTo: 13)
        }
        parts.heldout.every = 7  // has no say in the training
        let second = try pretrainer(parts, texts, resume: true)
        #expect(second.step == 10)  // the last checkpoint
        try second.train()
        // Same machine, same threads: the same sums in the same order.
        #expect(try losses(parts) == losses(whole))
    }

    @Test("Several ranks train the same model as one, and go on from each other's checkpoints")
    func ranks() throws {
        let (base, texts) = try settings("one", steps: 12)
        var settings = base
        defer { try? FileManager.default.removeItem(at: folder) }
        (settings.threads, settings.heldout.file, settings.heldout.every) = (1, texts[0].path, 6)
        // Where a gradient is zero but for rounding, AdamW's own epsilon would make a step of either sign of it.
        settings.optimizer.epsilon = 1e-3
        try pretrainer(settings, texts, resume: false).train()
        let one = try losses(settings)
        let tokens = try Data(contentsOf: folder.appendingPathComponent("one/train.tokens"))
        for sharded in [false, true] {
            settings.optimizer.sharded = sharded
            settings.output = folder.appendingPathComponent("three-\(sharded)").path
            let shared = settings
            func train(_ ranks: Int, resume: Bool, upTo last: Int) throws {
                for outcome in LocalRanks.run(
                    ranks,
                    { ranks in
                        let inputs = try PretrainInputs.prepare(shared, texts: texts, resume: resume, ranks: ranks)
                        try Pretrainer(inputs).train(upTo: last)
                    })
                { _ = try outcome.result.get() }
            }
            try train(3, resume: false, upTo: 11)
            try train(2, resume: true, upTo: 12)  // from step 10
            let several = try losses(settings)
            #expect(several.count == one.count)
            // The same sums in another order.
            for (a, b) in zip(one, several) { #expect(abs(a - b) < 1e-5 * a, "\(a) and \(b)") }
            #expect(try Data(contentsOf: URL(fileURLWithPath: settings.output + "/train.tokens")) == tokens)
        }
        settings.batch.sequences = 1
        let shared = settings
        let refused = LocalRanks.run(2) {
            try PretrainInputs.prepare(shared, texts: texts, resume: false, ranks: $0).settings.seed
        }
        #expect((refused[0].error as? Failure)?.kind == .usage)
    }

    @Test("A training goes on with the settings and the text it was begun with, or not at all")
    func refusesAnother() throws {
        var (settings, texts) = try settings("begun", steps: 1)
        defer { try? FileManager.default.removeItem(at: folder) }
        try pretrainer(settings, texts, resume: false).train()
        let another = folder.appendingPathComponent("another.txt")
        try Data((String(contentsOf: texts[0], encoding: .utf8) + "One line more.\n").utf8).write(to: another)
        let changed = #expect(throws: Failure.self) {
            try pretrainer(settings, [another], resume: true)
        }
        #expect(changed?.kind == .badData && changed?.message.contains("text") == true)
        settings.lr.peak = 2e-2
        let refused = #expect(throws: Failure.self) { try pretrainer(settings, texts, resume: true) }
        #expect(
            refused?.kind == .badData && refused?.message.contains("peak: ") == true, "\(String(describing: refused))")
        settings.lr.peak = 1e-2
        (settings.steps, settings.checkpoint.every) = (2, 1)
        #expect(try pretrainer(settings, texts, resume: true).step == 1)
    }

    @Test("Texts that nothing can be learned from are refused")
    func refuses() throws {
        let (settings, texts) = try settings("refused", steps: 1)
        defer { try? FileManager.default.removeItem(at: folder) }
        func kind(_ texts: [URL]) -> Failure.Kind? {
            do {
                _ = try pretrainer(settings, texts, resume: false)
                return nil
            } catch { return (error as? Failure)?.kind }
        }
        let blank = folder.appendingPathComponent("blank.txt")
        try Data(" \n\n".utf8).write(to: blank)
        #expect(kind([]) == .usage)
        #expect(kind([folder.appendingPathComponent("none.txt")]) == .notFound)
        #expect(kind([blank]) == .badData)
        #expect(kind(texts) == nil)
    }
}
