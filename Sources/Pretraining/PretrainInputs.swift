import Basics
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import Ranks
import TensorCore
import TrainingEngine

/// What a pretraining learns from, ready to be trained on: the locked run directory, the vocabulary, and the texts as
/// tokens.
package struct PretrainInputs {
    package let settings: PretrainSettings
    package let tokenizer: Tokenizer
    /// Whether the training goes on in the directory of an earlier one.
    let isResumed: Bool
    let run: RunDirectory
    let ranks: Communicator
    /// nil on ranks that do not write.
    private let lock: RunLock?
    let corpus: TokenCorpus
    let heldOut: TokenCorpus?
    /// The token between two texts.
    let endOfText: Int32
    let fingerprint: Fingerprint

    /// Learns the vocabulary, or reads that of a resumed training, makes the run directory and tokenises the texts. This
    /// is long work where texts are long.
    ///
    /// - Throws: `Failure` for texts that cannot be read or from which nothing can be learned, a directory that cannot be
    ///   written, and settings that are not those that a resumed training was begun with.
    package static func prepare(_ settings: PretrainSettings, texts: [URL], resume: Bool) throws -> PretrainInputs {
        try prepare(settings, texts: texts, resume: resume, ranks: .alone)
    }

    /// The same by several ranks together. All read the texts; the first one writes.
    package static func prepare(
        _ settings: PretrainSettings, texts: [URL], resume: Bool, ranks: Communicator
    ) throws -> PretrainInputs {
        let run = RunDirectory(URL(fileURLWithPath: settings.output))
        guard !texts.isEmpty else {
            throw Failure(.usage, "pretrain needs a text", remedy: "Name one or more files with --text FILE.")
        }
        guard settings.batch.sequences >= ranks.size else {
            throw Failure(
                .usage, "a step of \(settings.batch.sequences) sequences cannot be divided among \(ranks.size) ranks",
                remedy: "Start fewer ranks, or set a larger batch.sequences.")
        }
        if let file = settings.heldout.file {
            try requireReadable(URL(fileURLWithPath: file), as: settings.text.format)
        }
        if settings.threads > 0 { Parallel.threads = settings.threads }
        let tokenizer: Tokenizer
        if !ranks.isFirst {
            tokenizer = try trainVocabulary(settings, on: texts)
        } else if resume {
            guard run.isRun else { throw Failure(.notFound, "there is no training to resume", at: run.root.path) }
            try requireSame(settings, as: run)
            // A training that broke off before its first model was saved learns the same vocabulary once more.
            let isSaved = FileManager.default.fileExists(atPath: run.student.path)
            tokenizer = try isSaved ? Tokenizer.load(run.student) : trainVocabulary(settings, on: texts)
        } else {
            // Before anything is written: a text that cannot be read leaves no run behind.
            tokenizer = try trainVocabulary(settings, on: texts)
            try run.prepare { Narration.note($0) }
            try AtomicFile.write(Data(settings.yaml().utf8), to: run.configuration)
        }
        let lock = ranks.isFirst ? try RunLock(directory: run.root) : nil
        if ranks.isFirst { run.removeLeftovers() }
        Narration.note("seed \(settings.seed), fp32, \(Computation.machines(ranks.size))")

        guard let endOfText = tokenizer.endOfText else {
            throw Failure(
                .badData, "the vocabulary has no token that ends a text", at: run.student.path,
                remedy: "Begin the training anew.")
        }
        func tokens(_ texts: [URL], in name: String) throws -> TokenCorpus {
            // The first rank's file stays for a look at it; others need theirs as long as they run.
            let spare = FileManager.default.temporaryDirectory.appendingPathComponent(
                "tracr-inject-\(getpid())-\(ranks.rank)-\(name)")
            return try TokenCorpus(
                texts: texts, format: settings.text.format, tokenizer: tokenizer, endOfText: endOfText,
                at: ranks.isFirst ? run.root.appendingPathComponent(name) : spare, isKept: ranks.isFirst)
        }
        let corpus = try tokens(texts, in: "train.tokens")
        guard corpus.count > settings.batch.tokens else {
            throw Failure(.badData, "the text has \(corpus.count) tokens, fewer than batch.tokens", at: texts[0].path)
        }
        let heldOut = try settings.heldout.file.map { try tokens([URL(fileURLWithPath: $0)], in: "heldout.tokens") }
        var fingerprint = Fingerprint()
        fingerprint.ranks = ranks.size
        fingerprint.inputs.append(("text", corpus.hash))
        try ranks.requireEqualInputs(corpus.hash + (heldOut?.hash ?? ""), "texts")
        try ranks.requireEqualArithmetic()
        return PretrainInputs(
            settings: settings, tokenizer: tokenizer, isResumed: resume, run: run, ranks: ranks, lock: lock,
            corpus: corpus, heldOut: heldOut, endOfText: endOfText, fingerprint: fingerprint)
    }

    /// - Throws: `.badData` for a setting that is not what the run was begun with; how long and on how many threads it
    ///   trains, and how often it saves and measures, may change.
    private static func requireSame(_ settings: PretrainSettings, as run: RunDirectory) throws {
        let begun = try PretrainSettings.resolve(configuration: run.configuration)
        let free: Set = ["steps", "threads", "output", "checkpoint.every", "heldout.file", "heldout.every"]
        for key in PretrainSettings.keys where !free.contains(key.path) {
            let (then, now) = (begun.value(of: key), settings.value(of: key))
            if then.hasSameBytes(as: now) { continue }
            throw Failure(
                .badData, "the training was begun with \(key.path): \(then), and is to go on with \(key.path): \(now)",
                at: run.configuration.path,
                remedy: "Give the configuration it was begun with, or start another with --output.")
        }
    }

    /// - Throws: what is wrong with a text that cannot be read. It is needed late, and told before anything is learnt.
    private static func requireReadable(_ text: URL, as format: TextFormat) throws {
        let blocks = TextSequence([text], format: format)
        let first = blocks.makeIterator()
        _ = first.next()
        if let failure = blocks.failure { throw failure }
    }

    private static func trainVocabulary(_ settings: PretrainSettings, on texts: [URL]) throws -> Tokenizer {
        let size = settings.model.vocabulary
        Narration.note("learning a vocabulary of \(size) tokens")
        let blocks = TextSequence(texts, format: settings.text.format)
        let tokenizer = try Tokenizer.train(on: blocks, vocabularySize: size)
        if let failure = blocks.failure { throw failure }
        guard tokenizer.count == size else {
            throw Failure(
                .badData, "the text gives a vocabulary of \(tokenizer.count) tokens, not \(size)", at: texts[0].path,
                remedy: "Train on more text, or lower model.vocabulary.")
        }
        return tokenizer
    }
}
