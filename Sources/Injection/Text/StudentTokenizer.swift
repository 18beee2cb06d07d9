/// What tasks and text streams need of a tokenizer; `GPT2.Tokenizer` is one.
public protocol StudentTokenizer: Sendable {
    /// Number of token ids.
    var count: Int { get }
    var endOfText: Int32? { get }
    func encode(_ text: String) -> [Int32]
    func decode(_ ids: [Int32]) -> String
}
