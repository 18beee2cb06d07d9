import Basics
import Foundation
import LanguageModels
import TensorCore

/// Perplexity of a student on a text.
///
/// How it is computed, `PerplexityProtocol` says.
public struct Perplexity: Sendable {
    public var value: Double
    /// Tokens predicted.
    public var tokens: Int
    /// Lines longer than the student's context, of which the first tokens were measured (`paper` alone).
    public var cut = 0

    static let lines = 2_000

    /// - Parameter measured: -log p of every token of windows but the first of each, where that is not the student's own.
    static func measure(
        _ text: String, student: Student, protocol kind: PerplexityProtocol,
        losses measured: (([[Int32]]) -> [[Float]])? = nil,
        place: String
    ) throws -> Perplexity {
        let losses = measured ?? { Self.losses(of: $0, student: student) }
        return switch kind {
        case .corpus: try corpus(text, student: student, losses: losses, place: place)
        case .paper: try perLine(text, student: student, losses: losses, place: place)
        }
    }

    private static func corpus(
        _ text: String, student: Student, losses: ([[Int32]]) -> [[Float]], place: String
    ) throws -> Perplexity {
        // With what the tokenizer puts around a text, as `tokenizer(text)` of `transformers` has it.
        let ids = student.tokenizer.encode(text, framed: true)
        try student.tokenizer.requireReadable(ids)
        guard ids.count > 1 else { throw tooShort(place) }
        let context = student.model.configuration.contextLength
        let windows = stride(from: 0, to: ids.count - 1, by: context - 1).map {
            Array(ids[$0..<min($0 + context, ids.count)])
        }
        return of(losses(windows))
    }

    /// exp of the mean negative log-likelihood over all tokens of the windows but the first of each.
    static func of(_ windows: [[Int32]], student: Student) -> Perplexity { of(losses(of: windows, student: student)) }

    private static func of(_ windows: [[Float]]) -> Perplexity {
        let losses = windows.joined()
        let total = losses.reduce(0.0) { $0 + Double($1) }
        return Perplexity(value: exp(total / Double(losses.count)), tokens: losses.count)
    }

    private static func perLine(
        _ text: String, student: Student, losses: ([[Int32]]) -> [[Float]], place: String
    ) throws -> Perplexity {
        let context = student.model.configuration.contextLength
        var encoded: [[Int32]] = []
        var cut = 0
        // By scalars: to Swift "\r\n" is one character, and no line feed.
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: true) {
            let ids = student.tokenizer.encode(String(line.last == "\r" ? line.dropLast() : line), framed: true)
            try student.tokenizer.requireReadable(ids)
            if ids.count > context { cut += 1 }
            if ids.count > 1 { encoded.append(Array(ids.prefix(context))) }
            if encoded.count == lines { break }
        }
        guard !encoded.isEmpty else { throw tooShort(place) }
        let losses = losses(encoded)
        let perplexities = losses.map { line in
            exp(line.reduce(0.0) { $0 + Double($1) } / Double(line.count))
        }
        return Perplexity(
            value: perplexities.reduce(0, +) / Double(perplexities.count),
            tokens: losses.reduce(0) { $0 + $1.count }, cut: cut)
    }

    /// -log p of every token of every window but its first, in nats.
    package static func losses(of windows: [[Int32]], student: Student) -> [[Float]] {
        let arena = Arena()
        var results: [[Float]] = []
        var start = 0
        while start < windows.count {
            var (end, tokens) = (start, 0)
            while end < windows.count, end == start || tokens + windows[end].count <= 4_096 {
                tokens += windows[end].count
                end += 1
            }
            arena.reset()
            let batch = PackedBatch(windows[start..<end])
            let tape = Tape(arena: arena, recording: false, precision: student.precision)
            let final = student.model.forward(tape, batch, keepingStates: false).final
            var rows: [Int32] = []
            var targets: [Int32] = []
            for index in 0..<batch.count {
                for row in batch.rows(index).dropLast() {
                    rows.append(Int32(row))
                    targets.append(batch.tokens[row + 1])
                }
            }
            let losses = HeadReadout.losses(
                tape.gatherRows(final, rows: rows).value, head: student.model.head.value, targets: targets,
                arena: arena, precision: student.precision)
            var first = 0
            for index in 0..<batch.count {
                let count = batch.rows(index).count - 1
                results.append(Array(losses[first..<(first + count)]))
                first += count
            }
            start = end
        }
        return results
    }

    private static func tooShort(_ place: String) -> Failure {
        Failure(.badData, "the text has fewer than two tokens", at: place, remedy: "give a text with --text")
    }
}

/// How a perplexity is computed.
public enum PerplexityProtocol: String, Sendable, CaseIterable {
    /// exp of the mean negative log-likelihood over all tokens of the text but its first, in windows of the student's
    /// context that overlap by one token, so that each token is predicted once.
    case corpus
    /// The arithmetic mean of the perplexities of single lines, over the first 2,000 lines of at least two tokens.
    case paper
}
