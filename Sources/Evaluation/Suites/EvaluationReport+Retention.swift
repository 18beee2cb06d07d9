import Basics
import Foundation
import Injection
import LanguageModels
import Resources

/// What is left of the original student: each measure beside the original's, where that is known.
extension ModelEvaluation.Report {
    mutating func retention(_ suite: ModelEvaluation.Suite, _ student: Student, original: Student?) throws {
        let kind = options.retention
        switch suite {
        case .lambada:
            let file = try file(options.lambada, of: suite)
            let passages = try Lambada.passages(in: file)
            try compare(suite, file, student, original) { try Lambada.accuracy(passages, student: $0, protocol: kind) }
        case .sst2, .mrpc:
            let task = suite == .sst2 ? BinaryChoice.sst2 : .mrpc
            let file = try file(suite == .sst2 ? options.sst2 : options.mrpc, of: suite)
            let items = try task.items(in: file, protocol: kind)
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
        let kind = options.retention.choice
        results.add(suite, RetainedResult(own, original: before, protocol: kind))
        rows.append([
            suite.rawValue, file.lastPathComponent, Self.percent(own.proportion.value),
            "\(own.proportion.successes) of \(own.proportion.n), protocol \(kind.rawValue)"
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
        let asked = options.retention.perplexity
        var result = PerplexityResult(asked: asked)
        let measure = { (student: Student, kind: PerplexityProtocol, gated: GatedStudent?) in
            try Perplexity.measure(
                text, student: student, protocol: kind, losses: gated.map { gated in { gated.losses(of: $0) } },
                place: file.path)
        }
        for kind in PerplexityProtocol.allCases {
            // A text may have no line that is long enough.
            guard let own = kind == asked ? try measure(student, kind, gated) : try? measure(student, kind, gated)
            else {
                continue
            }
            let before = try original.map { try measure($0, kind, nil) }
            result.protocols.append((kind, PerplexityResult.Measure(perplexity: own, original: before?.value)))
            let change = before.map {
                String(format: ", original %.4f (%+.2f %%)", $0.value, (own.value / $0.value - 1) * 100)
            }
            rows.append([
                "perplexity", file.lastPathComponent, String(format: "%.4f", own.value),
                "\(own.tokens) tokens, protocol \(kind.rawValue)" + (change ?? "")
                    + (own.cut == 0 ? "" : ", \(own.cut) lines longer than the student's context were cut"),
            ])
        }
        results.add(.perplexity, result)
    }
}
