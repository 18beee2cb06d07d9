import Foundation
import Injection
import LanguageModels
import Resources
import Serialization

/// What is left of the original student: each measure beside the original's, where that is known.
extension ModelEvaluation.Report {
    mutating func retention(_ suite: ModelEvaluation.Suite, _ student: Student, original: Student?) throws {
        let method = options.method
        switch suite {
        case .lambada:
            let file = try file(options.lambada, of: suite)
            let passages = try Lambada.passages(in: file)
            try compare(suite, file, student, original) { try Lambada.accuracy(passages, student: $0, method: method) }
        case .sst2, .mrpc:
            let task = suite == .sst2 ? BinaryChoice.sst2 : .mrpc
            let file = try file(suite == .sst2 ? options.sst2 : options.mrpc, of: suite)
            let items = try task.items(in: file, method: method)
            try compare(suite, file, student, original) { try task.accuracy(items, student: $0) }
        default:
            try perplexity(student, original: original)
        }
    }

    /// The texts that the original wrote for the training (`text.held_out` of them) and that the training left out.
    mutating func sampledText(_ run: LoadedRun, original: Student?) throws {
        let windows = try run.heldOutText()
        guard !windows.isEmpty else {
            throw Failure(
                .usage, "the run has no sampled texts that were held out from its training",
                at: run.directory.root.path,
                remedy: "Measure another text with --suite perplexity --text FILE.")
        }
        let own = Perplexity.of(windows, student: run.student)
        let before = original.map { Perplexity.of(windows, student: $0) }
        let result = SampledTextResult(texts: windows.count, perplexity: own, original: before?.value)
        results.add(.sampled, result)
        let change = before.flatMap { before in
            result.divergence.map { String(format: ", original %.4f (%+.4f nats a token)", before.value, $0) }
        }
        rows.append([
            ModelEvaluation.Suite.sampled.rawValue, "texts of the original", String(format: "%.4f", own.value),
            "\(own.tokens) tokens in \(windows.count) texts" + (change ?? ""),
        ])
    }

    private mutating func compare(
        _ suite: ModelEvaluation.Suite, _ file: URL, _ student: Student, _ original: Student?,
        _ measure: (Student) throws -> Retained
    ) throws {
        let own = try measure(student)
        let before = try original.map(measure)
        let method = options.method.choice
        results.add(suite, RetainedResult(own, original: before, method: method))
        rows.append([
            suite.rawValue, file.lastPathComponent, Self.percent(own.proportion.value),
            "\(own.proportion.successes) of \(own.proportion.n), protocol \(method.rawValue)"
                + (before.map { ", original \(Self.percent($0.proportion.value))" } ?? "") + own.remark,
        ])
    }

    /// Both protocols, as either can hide what is lost: a student that reads long texts as before may not read short
    /// ones so.
    ///
    /// - Parameter gated: what is measured in the place of the student, which it holds.
    mutating func perplexity(_ student: Student, original: Student?, gated: GatedStudent? = nil) throws {
        let file = try options.text ?? BundledFiles().tinyStudent().appendingPathComponent("heldout.txt")
        let text = try TextDocuments.whole(file, format: options.textFormat)
        let asked = options.method.perplexity
        var result = PerplexityResult(asked: asked)
        let measure = { (student: Student, method: Perplexity.Method, gated: GatedStudent?) in
            try Perplexity.measure(
                text, student: student, method: method, losses: gated.map { gated in { gated.losses(of: $0) } },
                place: file.path)
        }
        for method in Perplexity.Method.allCases {
            // A text may have no line that is long enough.
            guard let own = method == asked ? try measure(student, method, gated) : try? measure(student, method, gated)
            else {
                continue
            }
            let before = try original.map { try measure($0, method, nil) }
            result.protocols.append((method, PerplexityResult.Measure(perplexity: own, original: before?.value)))
            let change = before.map {
                String(format: ", original %.4f (%+.2f %%)", $0.value, (own.value / $0.value - 1) * 100)
            }
            rows.append([
                "perplexity", file.lastPathComponent, String(format: "%.4f", own.value),
                "\(own.tokens) tokens, protocol \(method.rawValue)" + (change ?? "")
                    + (own.cut == 0 ? "" : ", \(own.cut) lines longer than the student's context were cut"),
            ])
        }
        results.add(.perplexity, result)
    }
}
