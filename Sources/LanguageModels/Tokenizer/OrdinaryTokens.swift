/// The tokens that stand for text and can be read by the model, in the order of their numbers: all but added ones, such as
/// the end of a text or the marks of a chat.
///
/// A model takes an added token within a text for what it marks: SmolLM2, say, for the beginning of another document.
public struct OrdinaryTokens: RandomAccessCollection, Sendable, Equatable {
    public let endIndex: Int
    public var startIndex: Int { 0 }
    /// The numbers that are left out, rising.
    private let gaps: [Int32]

    /// - Parameters:
    ///   - count: tokens that there are; their numbers are 0 to `count` - 1.
    ///   - added: the numbers of those that stand for no text; others than the tokens' count for nothing.
    public init(of count: Int, leavingOut added: some Sequence<Int32>) {
        let left = Set(added).filter { (0..<count).contains(Int($0)) }
        endIndex = count - left.count
        gaps = left.sorted()
    }

    public subscript(index: Int) -> Int32 {
        var token = Int32(index)
        for gap in gaps {
            if gap > token { break }
            token += 1
        }
        return token
    }
}
