import Basics
import Foundation
import Injection
import InjectionSettings
import LanguageModels

/// A tokenised text on disk, mapped: training on more tokens than fit into memory.
///
/// The file is a plain array of little-endian Int32, an end-of-text token before every document.
final class TokenCorpus {
    private let file: MappedFile
    var place: URL { file.url }
    /// Of the tokens.
    var hash: String { XXHash64.hex(UnsafeRawBufferPointer(file.bytes)) }
    /// Bytes of the text, for losses per byte.
    let byteCount: Int

    var count: Int { file.bytes.count / MemoryLayout<Int32>.stride }

    private init(file: MappedFile, byteCount: Int) { (self.file, self.byteCount) = (file, byteCount) }

    /// Tokenises `texts` into the file at `place`, block by block.
    ///
    /// - Parameter isKept: Whether the file stays; else it goes with the process.
    convenience init(
        texts: [URL], format: TextFormat, tokenizer: Tokenizer, endOfText: Int32, at place: URL, isKept: Bool = true
    ) throws {
        var byteCount = 0
        let pending = try PendingFile(for: place)
        for text in texts {
            var blocks = try TextBlocks(text, format: format, perLine: false)
            var beginsDocument = true
            while let block = try blocks.next() {
                byteCount += block.text.utf8.count
                let tokens = try (beginsDocument ? [endOfText] : []) + tokenizer.tokens(of: block.text)
                try tokens.map(\.littleEndian).withUnsafeBytes { try pending.file.write($0) }
                beginsDocument = block.endsDocument
            }
        }
        try pending.commit()
        guard byteCount > 0 else {
            throw Failure(.badData, "there is no text to train on", at: texts.map(\.path).joined(separator: ", "))
        }
        try self.init(file: MappedFile(contentsOf: place), byteCount: byteCount)
        if !isKept { AtomicFile.remove(place) }
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
