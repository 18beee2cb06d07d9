import Basics
import RASP

/// Runs a program on its own output: the value at the last position becomes the next token.
struct Generation {
    /// How many tokens at most.
    let count: Int
    /// The token after which nothing more is generated.
    let until: String?
    /// nil: any token.
    private let vocabulary: Set<ExactString>?
    /// nil: any length.
    private let maxLength: Int?

    init(count: Int, until: String?, vocabulary: [Atom]?, maxLength: Int?) {
        (self.count, self.until, self.maxLength) = (count, until, maxLength)
        self.vocabulary = vocabulary.map { Set($0.map { ExactString($0.description) }) }
    }

    /// - Returns: what the first run gave, and the tokens that were generated; the last of them is `until`, where that
    ///   came. Where generation cannot go on, the tokens so far, and a `Failure` (.badData) that says why: the next token
    ///   is undefined or not in the vocabulary, or the input has grown longer than the maximum.
    /// - Throws: what the first run throws, before which nothing is generated.
    func run(_ runner: any ProgramRunner, on prompt: [Atom]) throws -> RunResult {
        var result = try runner.run(prompt, tracing: false)
        var tokens = prompt
        var generated: [Atom] = []
        var next = result.output
        do {
            while true {
                let token = try checked(next.last ?? nil, after: generated)
                generated.append(token)
                if ends(token) || generated.count == count { break }
                try checkVocabulary(token, generated)
                tokens.append(token)
                try checkLength(tokens, generated)
                next = try runner.run(tokens, tracing: false).output
            }
            if let until, let last = generated.last, !ends(last) {
                result.findings.append(Self.note(until, count))
            }
        } catch { result.failure = error }
        result.generated = generated
        return result
    }

    private func ends(_ token: Atom) -> Bool { until.map { token.description.hasSameBytes(as: $0) } ?? false }

    private func checked(_ next: Atom?, after generated: [Atom]) throws(Failure) -> Atom {
        guard let next else {
            throw Failure(
                .badData, "the output is undefined at the last position, so that there is no next token",
                at: Self.shown(generated))
        }
        return next
    }

    private func checkVocabulary(_ token: Atom, _ generated: [Atom]) throws(Failure) {
        guard let vocabulary, !vocabulary.contains(ExactString(token.description)) else { return }
        throw Failure(
            .badData, "the program's output \(token.described) is no token of its vocabulary",
            at: Self.shown(generated.dropLast()),
            remedy: "The output has to be the next token; add the value to the vocabulary if it is one.")
    }

    private func checkLength(_ tokens: [Atom], _ generated: [Atom]) throws(Failure) {
        guard let maxLength, tokens.count > maxLength else { return }
        throw Failure(
            .badData,
            "\(generated.count) of \(count) tokens are generated, and the input is now longer than the maximum of \(maxLength) tokens",
            at: Self.shown(generated),
            remedy: "Generate fewer tokens, or raise the maximum (#pragma max_length, --max-length).")
    }

    private static func note(_ until: String, _ count: Int) -> Diagnostic {
        Diagnostic(
            .note, .value,
            "\(VisibleText.quoted(until)) did not come within \(count) token\(count == 1 ? "" : "s"): generation ended there"
        )
    }

    /// What errors call the place: the token that was to be generated, and those before it.
    private static func shown(_ generated: some BidirectionalCollection<Atom>) -> String {
        guard !generated.isEmpty else { return "the first generated token" }
        let last = generated.suffix(8).map(\.described).joined(separator: ", ")
        return "generated token \(generated.count + 1), after \(generated.count > 8 ? "… " : "")\(last)"
    }
}
