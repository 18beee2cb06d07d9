import Basics
import Foundation
import InjectionSettings
import LanguageModels
import Ranks
import TrainingEngine

/// Text that a student writes before it is trained, for a run that was given none; kept with the run, and read back on
/// a resume.
///
/// A large student takes hours to write it. What there is of it is saved every minute and at a signal, and gone on with
/// by the run's resume, to the same text. Once it is whole it stays as it is: a resume with more steps reads the same
/// windows again.
enum OwnText {
    private static let savingInterval = 60.0

    /// - Parameter ranks: they write it together; the first one keeps it.
    /// - Throws: `Interruption.Raised` for a signal.
    static func of(
        _ student: Student, settings: Settings, run: RunDirectory, ranks: Communicator = .alone
    ) throws -> SampledText {
        let vocabulary = student.model.configuration.vocabularySize
        let exists = { (url: URL) in ranks.isFirst && FileManager.default.fileExists(atPath: url.path) }
        if exists(run.text) { AtomicFile.remove(run.partialText) }  // from a run that ended between the two
        // The windows of the whole text that are trained on, then those that are held out.
        let kept = try exists(run.text) ? SampledText.load(from: run.text, vocabulary: vocabulary) : nil
        let windows = try ranks.fromFirst { kept?.windows ?? [] }
        if !windows.isEmpty {
            return try SampledText(windows: windows, heldOut: ranks.fromFirst { kept?.heldOut ?? [] })
        }

        let part = exists(run.partialText) ? try SampledText.load(from: run.partialText, vocabulary: vocabulary) : nil
        var drawn = try ranks.fromFirst { part.map { $0.windows + $0.heldOut } ?? [] }
        let total = settings.sampledWindows + settings.text.heldOut
        Narration.note("sampling \(total) texts from the student" + (drawn.isEmpty ? "" : ", \(drawn.count) are there"))
        var line = ProgressLine(total: total, first: min(drawn.count, total))
        var lastSaved = Clock.now
        do {
            let text = try SampledText.sample(
                samples: settings.sampledWindows, heldOut: settings.text.heldOut, tokens: settings.text.tokens,
                seed: settings.seed, tokenizer: student.tokenizer, known: drawn, ranks: ranks,
                progress: { windows in
                    drawn = windows
                    line.show(windows.count, "text \(windows.count)/\(total)")
                    guard ranks.isFirst, Clock.now - lastSaved > savingInterval else { return }
                    lastSaved = Clock.now
                    try save(drawn, to: run, student)
                },
                generate: { prompts, count, seed in
                    try student.model.generate(
                        prompts: prompts, maxNewTokens: count,
                        sampling: .sampled(temperature: 1, topK: nil, seed: seed),
                        precision: settings.precision.ofProducts,
                        isCancelled: { Interruption.signal != nil })
                })
            guard ranks.isFirst else { return text }
            try text.save(to: run.text, tokenizer: student.tokenizer)
            AtomicFile.remove(run.partialText)
            return text
        } catch let error where error is CancellationError || error is Interruption.Raised {
            line.interrupt()
            if ranks.isFirst { try save(drawn, to: run, student) }
            throw error as? Interruption.Raised ?? Interruption.Raised(signal: Interruption.signal ?? SIGINT)
        }
    }

    private static func save(_ windows: [[Int32]], to run: RunDirectory, _ student: Student) throws {
        guard !windows.isEmpty else { return }
        try SampledText(windows: windows, heldOut: []).save(to: run.partialText, tokenizer: student.tokenizer)
    }
}

extension Settings {
    /// Windows that a student writes to be trained on: `text.samples`, or all that the run's steps read where these are
    /// fewer.
    var sampledWindows: Int {
        let (read, overflows) = steps.multipliedReportingOverflow(by: batch.text)
        return overflows ? text.samples : min(text.samples, max(1, read))
    }
}
