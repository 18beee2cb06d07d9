import LanguageModels

extension Tokenizer: StudentTokenizer {
    /// Text as a user or a file gives it: the spelling of a special token is that token, as Hugging Face has it.
    public func encode(_ text: String) -> [Int32] { encode(text, findingSpecials: true) }

    public func encode(continuing text: String) -> [Int32] { encode(text, continuing: true) }
}
