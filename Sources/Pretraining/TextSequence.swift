import Foundation
import Injection
import InjectionSettings

/// The blocks of text files as a sequence; a failure ends it and is kept.
final class TextSequence: Sequence, IteratorProtocol {
    private var remaining: ArraySlice<URL>
    private var blocks: TextBlocks?
    private(set) var failure: (any Error)?

    private let format: TextFormat

    init(_ files: [URL], format: TextFormat) { (remaining, self.format) = (files[...], format) }

    func next() -> String? {
        do {
            while true {
                if let block = try blocks?.next() { return block.text }
                guard let file = remaining.popFirst() else { return nil }
                blocks = try TextBlocks(file, format: format, perLine: false)
            }
        } catch {
            (failure, remaining, blocks) = (error, [], nil)
            return nil
        }
    }
}
