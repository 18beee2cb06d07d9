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
    ///   came.
    /// - Throws: `Failure` (.badData) where the next token would be undefined or not in the vocabulary, and where the
    ///   input would grow longer than the maximum.
    func run(_ runner: any ProgramRunner, on prompt: [Atom]) throws -> RunResult {
        var first: RunResult?
        var tokens = prompt
        var generated: [Atom] = []
        while generated.count < count {
            if let maxLength, tokens.count > maxLength {
                throw Failure(
                    .badData,
                    "\(generated.count) of \(count) tokens are generated, and the input is now longer than the maximum of \(maxLength) tokens",
                    at: Self.shown(generated),
                    remedy: "Generate fewer tokens, or raise the maximum (#pragma max_length, --max-length).")
            }
            let result = try runner.run(tokens, tracing: false)
            first = first ?? result
            guard let next = result.output.last ?? nil else {
                throw Failure(
                    .badData, "the output is undefined at the last position, so that there is no next token",
                    at: Self.shown(generated))
            }
            generated.append(next)
            if let until, next.description.hasSameBytes(as: until) { break }
            if let vocabulary, !vocabulary.contains(ExactString(next.description)) {
                throw Failure(
                    .badData, "the program's output \(next.described) is no token of its vocabulary",
                    at: Self.shown(generated),
                    remedy: "The output has to be the next token; add the value to the vocabulary if it is one.")
            }
            tokens.append(next)
        }
        var result = try first ?? runner.run(prompt, tracing: false)
        result.generated = generated
        return result
    }

    /// What errors call the place: the tokens so far.
    private static func shown(_ generated: [Atom]) -> String {
        guard !generated.isEmpty else { return "the first generated token" }
        let last = generated.suffix(8).map(\.described).joined(separator: ", ")
        return "generated token \(generated.count), after \(generated.count > 8 ? "… " : "")\(last)"
    }
}
