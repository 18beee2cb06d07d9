/// The blank that answers begin with, where the student's tokenizer makes it a token by itself, apart from what follows.
///
/// GPT-2 reads ` 12` as ` 1`, `2`. Qwen and Llama 3 cut before a number, SmolLM2 and SentencePiece before a digit, and
/// all of them read ` `, `1`, `2`. No program outputs that blank. So it is the last token of the prompt: a text is cut
/// as it would be as a whole, and the first token of the answer is the first that the program says.
///
/// The program reads the blank as it reads the token before it, the `:` or `=` after which the answer is due.
struct AnswerBlank: Sendable {
    /// The blank, where the tokenizer has it as one token and no rule names it.
    private let token: Int32?
    /// The tokens that prompts end with, before a blank that is parted.
    private var ends: Set<Int32> = []

    init(_ map: TokenMap, _ tokenizer: any StudentTokenizer) {
        let pieces = (map.answers ?? map.rules).flatMap { $0.pieces + $0.otherwise }
        let ids = pieces.contains(" ") ? [] : tokenizer.encode(continuing: " ")
        token = ids.count == 1 ? ids[0] : nil
    }

    /// An answer's tokens without the blank, if that is a token by itself and not all of the answer.
    func parted(from answer: [Int32]) -> (blank: [Int32], rest: [Int32]) {
        guard let token, answer.count > 1, answer[0] == token else { return ([], answer) }
        return ([token], Array(answer.dropFirst()))
    }

    /// From now on the blank is an answer's behind these tokens.
    mutating func follow(_ tokens: some Sequence<Int32>) { ends.formUnion(tokens) }

    /// The blank that is due behind a text that ends with this token, if one is.
    func due(behind token: Int32?) -> [Int32] {
        guard let blank = self.token, let token, ends.contains(token) else { return [] }
        return [blank]
    }

    /// Whether a token is an answer's blank, behind this one.
    func isBlank(_ token: Int32, behind previous: Int32?) -> Bool {
        token == self.token && previous.map(ends.contains) == true
    }

    /// The blank at the end of a prompt, if it is there.
    func end(of prompt: some BidirectionalCollection<Int32>) -> [Int32] {
        guard let last = prompt.last, isBlank(last, behind: prompt.dropLast().last) else { return [] }
        return [last]
    }
}
