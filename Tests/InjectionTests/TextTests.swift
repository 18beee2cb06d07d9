import Basics
import Foundation
import Injection
import LanguageModels
import TensorCore
import TestSupport
import Testing

@Suite struct TextTests {
    private let tokenizer = PieceTokenizer.words

    private func withFile<Result>(_ bytes: Data, _ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("text")
            try bytes.write(to: url)
            return try body(url)
        }
    }

    /// Some 400 kB in lines of many lengths, with blank lines, accents and leading spaces: several blocks.
    private var longText: String {
        var random = SeededRandom(seed: 3)
        var text = ""
        while text.utf8.count < 400_000 {
            text += random.pick(["What is the number", "été", "  indented", "", "Answer: 12", "\u{00A0}odd", "日本"])
            text += random.pick([" word", "\n", "\n\n", " \n", ", "])
        }
        return text
    }

    @Test func windowsAreTheWholeTextsTokens() throws {
        let text = longText
        // Byte by byte: the reference tokenizer would be slow on it, and blocks do not matter to it.
        let bytes = PieceTokenizer.bytes
        let whole = bytes.encode(text) + [try #require(bytes.endOfText)]
        try withFile(Data(text.utf8)) { url in
            var file = try TextFile(url, tokenizer: bytes, tokens: 70)
            var read: [Int32] = []
            var saved: [(TextPosition, [Int32])] = []
            while read.count < whole.count + 700 {
                let position = file.position
                let window = try file.next()
                #expect(window.count == 70)
                if (read.count / 70) % 500 == 0 { saved.append((position, window)) }
                read += window
            }
            #expect(Array(read.prefix(whole.count)) == whole)
            // After the end the text begins again.
            #expect(Array(read.dropFirst(whole.count)) == Array((whole + whole).prefix(read.count - whole.count)))
            for (position, window) in saved.reversed() {
                var resumed = try TextFile(url, tokenizer: bytes, tokens: 70)
                try resumed.seek(to: position)
                #expect(try resumed.next() == window, "\(position)")
            }
        }
    }

    /// A block ends where a tokenizer begins a new piece in any case: behind a line feed with something visible after
    /// it.
    @Test func blocksDoNotCutPieces() throws {
        let text = String(repeating: "word word\n\n", count: 20_000)
        let pieces = PieceTokenizer(["\n\n", "word", " word"])
        try withFile(Data(text.utf8)) { url in
            var file = try TextFile(url, tokenizer: pieces, tokens: 3)
            for _ in 0..<20_000 {
                #expect(pieces.decode(try file.next()) == "word word\n\n")
            }
        }
    }

    @Test func jsonLinesAreDocuments() throws {
        let lines = "{\"text\": \"one two\"}\n\n{\"id\": 3, \"text\": \"three\\nfour\"}\n{\"text\": \"\"}\n"
        let bytes = PieceTokenizer.bytes
        let end = try #require(bytes.endOfText)
        try withFile(Data(lines.utf8)) { url in
            var stream = try TextFile(url, tokenizer: bytes, tokens: 19)
            #expect(try stream.next() == bytes.encode("one two") + [end] + bytes.encode("three\nfour") + [end])
            var first = try TextFile(url, tokenizer: bytes, tokens: 5, windows: .first)
            #expect(try bytes.decode(first.next()) == "one t")
            let position = first.position
            #expect(try bytes.decode(first.next()) == "three")
            #expect(try bytes.decode(first.next()) == "one t")
            var resumed = try TextFile(url, tokenizer: bytes, tokens: 5, windows: .first)
            try resumed.seek(to: position)
            #expect(try bytes.decode(resumed.next()) == "three")
        }
    }

    @Test func filesWithoutTextAreRefused() throws {
        for content in ["", " \n\n\t ", "{\"text\": \" \"}\n"] {
            let refusal = try withFile(Data(content.utf8)) { url in
                failure { _ = try TextFile(url, tokenizer: tokenizer, tokens: 4) }
            }
            #expect(refusal?.kind == .badData, "accepted: \(content.debugDescription)")
            #expect(refusal?.message.contains("no text") == true)
        }
        for (content, message) in [
            ("{\"text\": \"a b\"}\n{\"txt\": 1}\n", "no text"), ("{\"text\": \"a b\"}\nplain\n", "JSON"),
        ] {
            let refusal = try withFile(Data(content.utf8)) { url in
                failure {
                    var file = try TextFile(url, tokenizer: tokenizer, tokens: 4)
                    for _ in 0..<4 { _ = try file.next() }
                }
            }
            #expect(refusal?.kind == .badData)
            #expect(refusal?.message.contains(message) == true, "\(String(describing: refusal))")
            #expect(refusal?.location?.hasSuffix(":2") == true, "\(String(describing: refusal))")
        }
        let latin = try withFile(Data([0x61, 0xE9, 0x61])) { url in
            failure { _ = try TextFile(url, tokenizer: tokenizer, tokens: 4) }
        }
        #expect(latin?.message.contains("UTF-8") == true)
        #expect(
            failure { _ = try TextFile(URL(fileURLWithPath: "/nowhere"), tokenizer: tokenizer, tokens: 4) }?.kind
                == .notFound)
        #expect(
            failure { _ = try TextFile(FileManager.default.temporaryDirectory, tokenizer: tokenizer, tokens: 4) }?.kind
                == .notFound)
    }

    @Test func aChangedFileIsNoticedOnResume() throws {
        try withFile(Data("some words".utf8)) { url in
            var file = try TextFile(url, tokenizer: tokenizer, tokens: 4)
            #expect(failure { try file.seek(to: TextPosition(offset: 99)) }?.kind == .badData)
            #expect(failure { try file.seek(to: TextPosition(offset: 0, tokens: 99)) }?.kind == .badData)
        }
    }

    @Test func windowsAreCutIntoTextsOfAllLengths() {
        let cut = WindowCut(pieces: 4, seed: 3)
        let tokens = (0..<210).map { Int32($0) }
        let windows = (0..<200).map { (number: Int) in cut(tokens, at: "\(number)", number: number) }
        for window in windows {
            #expect(window.pieces.flatMap(\.self) == tokens)
            #expect((1...4).contains(window.pieces.count) && window.pieces.allSatisfy { !$0.isEmpty })
        }
        // Of four uniform pieces of 210 tokens one is as short as 16 with probability 1 - (1 - 16/210)^3 = 0.21.
        let lengths = windows.flatMap(\.pieces).map(\.count)
        let short = Double(lengths.count { $0 <= 16 }) / Double(lengths.count)
        #expect(abs(short - 0.21) < 5 * (0.21 * 0.79 / 800).squareRoot(), "\(short)")
        // The same wherever training begins.
        #expect(cut(tokens, at: "7", number: 7) == windows[7])
        #expect(WindowCut(pieces: 4, seed: 4)(tokens, at: "7", number: 7) != windows[7])
        #expect(WindowCut(pieces: 1, seed: 3)(tokens, at: "7", number: 7).pieces == [tokens])
        #expect(cut([5], at: "0", number: nil).pieces == [[5]])
        #expect(cut([5, 6], at: "0", number: nil).pieces == [[5], [6]])
    }

    /// What is kept of a fixed set of windows is what the original says of each of their pieces by itself.
    @Test func theTeacherReadsPieceByPiece() throws {
        let model = try MicroStudent.make().model
        var random = SeededRandom(seed: 5)
        let cut = WindowCut(pieces: 3, seed: 1)
        let windows = (0..<40).map { (number: Int) in
            cut(
                (0..<12).map { _ in Int32(random.integer(below: model.configuration.vocabularySize)) }, at: "\(number)",
                number: number)
        }
        let teacher = Teacher(model: model, windows: windows)
        for numbers in [[39, 3], [17], [3, 16, 0]] {
            let arena = Arena()
            let tape = Tape(arena: arena, recording: false)
            let pieces = numbers.flatMap { windows[$0].pieces }
            let plain = model.forward(tape, PackedBatch(pieces)).final.value
            let kept = teacher.hidden(for: numbers.map { windows[$0] }, arena: arena)
            // Products of other sizes sum in another order: some roundings of values of size 1.
            #expect(zip(kept.values, plain.values).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func sampledTextIsKept() throws {
        let sampled = try SampledText.sample(samples: 70, heldOut: 5, tokens: 8, seed: 1, tokenizer: tokenizer) {
            prompts, count, seed in
            var random = SeededRandom(seed: seed)
            return prompts.map { _ in (0..<count).map { _ in Int32(random.integer(below: 300)) } }
        }
        #expect(sampled.windows.count == 70 && sampled.heldOut.count == 5)
        // Broken off after a batch, and gone on with: the same text, and nothing is drawn twice.
        let resumed = try SampledText.sample(
            samples: 70, heldOut: 5, tokens: 8, seed: 1, tokenizer: tokenizer, known: Array(sampled.windows.prefix(64))
        ) { prompts, count, seed in
            #expect(prompts.count == 11)
            var random = SeededRandom(seed: seed)
            return prompts.map { _ in (0..<count).map { _ in Int32(random.integer(below: 300)) } }
        }
        #expect(resumed.windows == sampled.windows && resumed.heldOut == sampled.heldOut)
        #expect(Set(sampled.windows + sampled.heldOut).count == 75, "windows repeat")
        #expect(sampled.windows.allSatisfy { $0.count == 8 && $0[0] == tokenizer.endOfText })
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("text.jsonl")
            try sampled.save(to: url, tokenizer: tokenizer)
            var loaded = try SampledText.load(from: url, vocabulary: tokenizer.count)
            #expect(loaded.windows == sampled.windows && loaded.heldOut == sampled.heldOut)
            let windows = (0..<75).map { _ in loaded.next() }
            #expect(windows == sampled.windows + sampled.windows.prefix(5))
            let position = loaded.position
            let following = loaded.next()
            var resumed = try SampledText.load(from: url, vocabulary: tokenizer.count)
            try resumed.seek(to: position)
            #expect(resumed.next() == following)
            #expect(failure { _ = try SampledText.load(from: url, vocabulary: 10) }?.location?.hasSuffix(":1") == true)
        }
    }
}
