import ArgumentParser
import Basics
import Evaluation
import Foundation

/// What `eval`, `report` and `reproduce` measure with.
struct MeasurementArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "At most so many prompts for each figure; for each of the five seeds of causality, of at most 100.",
            valueName: "n"))
    var prompts = 1000

    @Option(
        help: ArgumentHelp("Text for perplexity and context (default: the held-out text of tiny).", valueName: "file"))
    var text: String?

    @OptionGroup var format: TextFormatOption

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "paper (perplexity over lines, LAMBADA's last token, two-shot SST-2 and MRPC) or lm-eval (over tokens, last word, zero-shot).",
            valueName: "name"))
    var retention = RetentionProtocol.corpus.rawValue

    @Option(help: ArgumentHelp("LAMBADA as JSON lines {\"text\"}: adds the suite lambada.", valueName: "file"))
    var lambada: String?

    @Option(help: ArgumentHelp("GLUE's SST-2/dev.tsv: adds the suite sst2.", valueName: "file"))
    var sst2: String?

    @Option(help: ArgumentHelp("GLUE's MRPC/dev.tsv: adds the suite mrpc.", valueName: "file"))
    var mrpc: String?

    @Option(help: ArgumentHelp("Norms of the noise of the suite causality.", valueName: "list"))
    var norms: String?

    @Option(
        help: ArgumentHelp(
            "Test prompts of each cell of the suite context, 100 unless told otherwise: adds the suite.", valueName: "n"
        ))
    var contextPrompts: Int?

    @Option(
        help: ArgumentHelp(
            "A run of the same task trained with --method finetune, whose student the suite controls probes too.",
            valueName: "dir"))
    var baseline: String?

    func validate() throws {
        if prompts < 1 { throw ValidationError("--prompts has to be at least 1.") }
        if let contextPrompts, contextPrompts < 1 { throw ValidationError("--context-prompts has to be at least 1.") }
    }

    /// Puts what was given into the options; a file adds its suite.
    func apply(to options: inout ModelEvaluation.Options) throws {
        let files:
            [(suite: ModelEvaluation.Suite, option: WritableKeyPath<ModelEvaluation.Options, URL?>, path: String?)] = [
                (.lambada, \.lambada, lambada), (.sst2, \.sst2, sst2), (.mrpc, \.mrpc, mrpc),
            ]
        for (suite, option, path) in files {
            guard let path else { continue }
            options[keyPath: option] = URL(fileURLWithPath: path)
            if !options.suites.contains(suite) { options.suites.append(suite) }
        }
        guard let retention = RetentionProtocol(rawValue: retention) else {
            let names = RetentionProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "unknown protocol '\(retention.prefix(100))'", remedy: "Protocols: \(names)")
        }
        options.retention = retention
        options.prompts = prompts
        options.decodedPrompts = min(options.decodedPrompts, prompts)
        options.noisedPrompts = min(options.noisedPrompts, prompts)
        options.exchangedPrompts = min(options.exchangedPrompts, max(prompts, 2))
        options.contextPrompts = min(contextPrompts ?? options.contextPrompts, prompts)
        if contextPrompts != nil, !options.suites.contains(.context) { options.suites.append(.context) }
        options.probePrompts = min(options.probePrompts, prompts)
        options.baseline = baseline.map { URL(fileURLWithPath: $0) }
        options.text = text.map { URL(fileURLWithPath: $0) }
        options.textFormat = format.value ?? .auto
        if let norms { options.norms = try Self.norms(norms) }
    }

    private static func norms(_ list: String) throws -> [Double] {
        try list.split(separator: ",").map { text in
            guard let norm = Double(text.trimmingCharacters(in: .whitespaces)), norm.isFinite, norm >= 0 else {
                throw Failure(.usage, "'\(text.prefix(40))' is no norm", remedy: "for example: --norms 0,5,10,30")
            }
            return norm
        }
    }
}
