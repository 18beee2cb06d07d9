import Basics
import Foundation
import Ranks

/// Text that the frozen student wrote itself, for when the user gives none: a fixed set of windows, kept with the run.
///
/// Sampled at temperature 1 from the end-of-text token on, it is drawn from the very distribution whose KL divergence
/// is to stay small.
public struct SampledText: TextSource, Sendable {
    /// `text.tokens` tokens each.
    public let windows: [[Int32]]
    /// Further windows that training never sees, for the suite `sampled` of an evaluation.
    public let heldOut: [[Int32]]
    private var pass = 0
    private var index = 0

    public init(windows: [[Int32]], heldOut: [[Int32]]) {
        precondition(!windows.isEmpty, "there are windows to train on")
        (self.windows, self.heldOut) = (windows, heldOut)
    }

    /// Samples windows with `generate` (prompts, new tokens, seed -> continuations without the prompt).
    ///
    /// Batches of `batch` windows are drawn with a seed of their own each.
    ///
    /// - Parameters:
    ///   - samples: how many windows there are to train on.
    ///   - heldOut: how many more are drawn and kept out of training.
    ///   - tokens: the tokens of a window.
    ///   - seed: decides what is drawn.
    ///   - tokenizer: the student's; each window begins with its end-of-text token.
    ///   - batch: how many windows are drawn at a time.
    ///   - known: the first windows, from a sampling with the same arguments that was broken off.
    ///   - ranks: each draws one batch of several.
    ///   - progress: gets all windows drawn so far, after each batch.
    ///   - generate: continues prompts.
    package static func sample(
        samples: Int, heldOut: Int, tokens: Int, seed: Int, tokenizer: any StudentTokenizer, batch: Int = 64,
        known: [[Int32]] = [], ranks: Communicator = .alone,
        progress: (_ windows: [[Int32]]) throws -> Void = { _ in },
        generate: (_ prompts: [[Int32]], _ newTokens: Int, _ seed: UInt64) throws -> [[Int32]]
    ) throws -> SampledText {
        var random = SeededRandom(seed: seed, stream: "sampled text")
        let (wanted, ordinary) = (samples + heldOut, tokenizer.ordinary)
        let batches = stride(from: 0, to: wanted, by: batch).map { first -> Batch in
            // Without an end-of-text token a random token begins each window.
            let starts = (first..<min(first + batch, wanted)).map { _ in
                [tokenizer.endOfText ?? random.pick(ordinary)]
            }
            return Batch(starts: starts, seed: random.next())
        }
        // A batch is known whole or drawn again.
        var (done, kept) = (0, 0)
        while done < batches.count, kept + batches[done].starts.count <= known.count {
            kept += batches[done].starts.count
            done += 1
        }
        var drawn = Array(known.prefix(kept))
        for round in stride(from: done, to: batches.count, by: ranks.size) {
            drawn += try ranks.gather(Array(batches[round..<min(round + ranks.size, batches.count)])) { own in
                let texts = try generate(own.starts, tokens - 1, own.seed)
                guard texts.count == own.starts.count, texts.allSatisfy({ $0.count == tokens - 1 }) else {
                    throw Failure(.internalError, "sampling gave windows of another length than was asked for")
                }
                return zip(own.starts, texts).map { $0 + $1 }
            }
            try progress(drawn)
        }
        return SampledText(windows: Array(drawn[..<samples]), heldOut: Array(drawn[samples...]))
    }

    /// Windows that are drawn together.
    private struct Batch {
        var starts: [[Int32]]
        var seed: UInt64
    }

    public mutating func next() -> [Int32] {
        if index == windows.count { (index, pass) = (0, pass + 1) }
        index += 1
        return windows[index - 1]
    }

    public var position: TextPosition { TextPosition(pass: pass, offset: index) }

    public mutating func seek(to position: TextPosition) throws {
        guard (0...windows.count).contains(position.offset) else {
            throw Failure(
                .badData,
                "the saved position in the sampled text is none: window \(position.offset) of \(windows.count)")
        }
        (pass, index) = (position.pass, position.offset)
    }
}

extension SampledText {
    /// Writes JSON lines, one window each: its ids (which the text alone would not always give back), its text, and
    /// whether it is held out.
    public func save(to url: URL, tokenizer: any StudentTokenizer) throws {
        var lines = ""
        for (split, windows) in [("train", windows), ("held-out", heldOut)] {
            for window in windows {
                lines +=
                    JSONValue.object(
                        JSONObject([
                            ("split", .string(split)), ("ids", .array(window.map { .integer(Int($0)) })),
                            ("text", .string(tokenizer.decode(window))),
                        ])
                    ).text(indented: false) + "\n"
            }
        }
        try AtomicFile.write(Data(lines.utf8), to: url)
    }

    /// - Throws: `Failure` at `file:line` for anything that is no window of a student of `vocabulary` tokens.
    public static func load(from url: URL, vocabulary: Int) throws -> SampledText {
        var windows: [[Int32]] = []
        var heldOut: [[Int32]] = []
        var reader = try LineReader(url)
        while let line = try reader.next() {
            let value = try JSONParser.parse(line.text, name: line.place)
            guard let split = value["split"]?.string, ["train", "held-out"].contains(split),
                let ids = value["ids"]?.array, !ids.isEmpty
            else { throw Failure(.badData, "not a window of sampled text", at: line.place) }
            let window = ids.compactMap(\.integer).filter { (0..<vocabulary).contains($0) }.map { Int32($0) }
            guard window.count == ids.count else {
                throw Failure(.badData, "a token id that the student does not have", at: line.place)
            }
            if split == "train" { windows.append(window) } else { heldOut.append(window) }
        }
        guard !windows.isEmpty else { throw Failure(.badData, "no window of sampled text", at: url.path) }
        return SampledText(windows: windows, heldOut: heldOut)
    }
}
