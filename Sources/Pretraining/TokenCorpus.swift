import Foundation
import LanguageModels
import Injection
import InjectionSettings
import Serialization

/// A tokenised text on disk, mapped: training on more tokens than fit into memory.
///
/// The file is a plain array of little-endian Int32, an end-of-text token before every document.
final class TokenCorpus {
    private let file: MappedFile
    var place: URL { file.url }
    /// Bytes of the text, for losses per byte.
    let byteCount: Int

    var count: Int { file.bytes.count / MemoryLayout<Int32>.stride }

    private init(file: MappedFile, byteCount: Int) { (self.file, self.byteCount) = (file, byteCount) }

    /// Tokenises `texts` into the file at `place`, block by block.
    convenience init(texts: [URL], format: TextFormat, tokenizer: Tokenizer, endOfText: Int32, at place: URL) throws {
        var byteCount = 0
        let writer = try TokenWriter(beside: place)
        for text in texts {
            var blocks = try TextBlocks(text, format: format, perLine: false)
            var beginsDocument = true
            while let block = try blocks.next() {
                byteCount += block.text.utf8.count
                try writer.append((beginsDocument ? [endOfText] : []) + tokenizer.tokens(of: block.text))
                beginsDocument = block.endsDocument
            }
        }
        try writer.finish()
        guard byteCount > 0 else {
            throw Failure(.badData, "there is no text to train on", at: texts.map(\.path).joined(separator: ", "))
        }
        try self.init(file: MappedFile(contentsOf: place), byteCount: byteCount)
    }

    /// Tokens `range`, which must lie within the corpus.
    func tokens(_ range: Range<Int>) -> [Int32] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens outside the corpus")
        let bytes = file.bytes
        return range.map {
            Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Int32>.stride, as: Int32.self))
        }
    }
}

/// Appends tokens to a new file that takes its place when it is whole.
private final class TokenWriter {
    private let place: URL
    private let temporary: String
    private let file: OutputFile

    init(beside place: URL) throws {
        self.place = place
        temporary = place.path + ".tmp"
        unlink(temporary)  // left by a run that was killed
        file = try OutputFile(creating: temporary)
    }

    func append(_ tokens: [Int32]) throws {
        try tokens.map(\.littleEndian).withUnsafeBytes { try file.write($0) }
    }

    func finish() throws {
        try file.finish()
        guard rename(temporary, place.path) == 0 else { throw Failure.system(errno, doing: "write", place.path) }
    }
}
