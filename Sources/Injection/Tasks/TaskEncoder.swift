import Basics
import InjectionSettings
import LanguageModels
import RASP

/// Puts a task's examples into the student's tokens and the program's, and checks that the two belong together.
public struct TaskEncoder: Sendable {
    public let task: InjectionTask
    public let supervision: Settings.Loss.Supervision
    public let padding: Settings.Batch.Padding
    let tokenizer: any StudentTokenizer
    /// The program's token for every student token id.
    let atomOfToken: [Atom]
    /// The student tokens of each of the program's tokens that has a rule, in ascending order.
    let tokensOfSymbols: [[Int32]]
    /// The program's output that predicts a student token of the answer.
    package let outputOfToken: [Int32: Atom]
    /// The other way round: of the tokens that begin with a space, and of those that do not, the lowest.
    let tokenOfOutput: [Atom: [Bool: Int32]]
    private var blank: AnswerBlank
    /// Student tokens of the longest prompt and answer (of the task's own problems; see `include`).
    public private(set) var longest: Int
    /// Tokens of the longest text that the program is compiled for; 0: as many as `longest`.
    public var programLength = 0

    /// - Parameters:
    ///   - task: says which tokens of the student stand for which of the program's.
    ///   - tokenizer: the student's, with the task's edits already made (`TokenizerEdit`).
    ///   - supervision: which tokens of an example the cross-entropy sees.
    ///   - padding: whether examples are filled up to the longest of the task.
    /// - Throws: `Failure` `.badData` where the student has no token for one of the program's.
    public init(
        task: InjectionTask, tokenizer: any StudentTokenizer,
        supervision: Settings.Loss.Supervision = .answerAndEnd, padding: Settings.Batch.Padding = .none
    ) throws {
        (self.task, self.tokenizer, self.supervision, self.padding) = (task, tokenizer, supervision, padding)
        ordinaryTokens = tokenizer.ordinary
        let map = task.tokens
        var atoms = [Atom](repeating: map.fill, count: tokenizer.count)
        blank = AnswerBlank(map, tokenizer)
        let ruled = try Self.resolve(map.rules, tokenizer, task: task.name)
        for (id, atom) in ruled { atoms[Int(id)] = atom }
        tokensOfSymbols = map.vocabulary.map { atom in ruled.filter { $0.value == atom }.keys.sorted() }.filter {
            !$0.isEmpty
        }
        if let end = map.end, let id = tokenizer.endOfText { atoms[Int(id)] = end }
        atomOfToken = atoms
        outputOfToken = try Self.resolve(
            map.answers ?? map.rules, tokenizer, task: task.name, firstTokensOf: map.answers != nil ? blank : nil)
        tokenOfOutput = Dictionary(grouping: outputOfToken.keys) { [outputOfToken] in outputOfToken[$0]! }.mapValues {
            tokens in
            Dictionary(tokens.map { (Self.isSpaced($0, tokenizer), $0) }, uniquingKeysWith: min)
        }
        longest = 0
        if padding == .longest || supervision != .answer, tokenizer.endOfText == nil {
            throw Failure(
                .badData, "the student's tokenizer has no end-of-text token, which the answers' end needs",
                remedy: "Set loss.supervised to answer and batch.pad to none, or add the token.")
        }
        for problem in task.problems.longest {
            let example = task.wording.example(problem)
            if let last = tokenizer.encode(example.prompt).last, !answerTokens(example.answer).blank.isEmpty {
                blank.follow([last])
                let symbol = atom(of: last)
                if symbol != map.fill { blank.follow(atoms.indices.filter { atoms[$0] == symbol }.map(Int32.init)) }
            }
            try include(example)
        }
    }

    /// Makes room for an example that is not of the task's own generator.
    public mutating func include(_ example: Example) throws {
        longest = max(longest, try tokens(of: example, padded: false).tokens.count)
    }

    /// Makes room for examples that are so many tokens longer, as far as the student's context goes.
    mutating func extend(by tokens: Int, context: Int) { longest = max(longest, min(longest + tokens, context)) }

    /// - Throws: `Failure` `.badData` for an empty prompt or answer.
    public func encode(_ example: Example) throws -> EncodedExample {
        try tokens(of: example, padded: padding == .longest)
    }

    /// The student's tokens that stand for text.
    package let ordinaryTokens: OrdinaryTokens
    /// The student's token that ends a text, where it has one.
    package var endOfText: Int32? { tokenizer.endOfText }

    /// What is to be said at the supervised positions of an example whose program outputs something else than its
    /// answer, an intervention having seen to that: a position and the token due after it.
    ///
    /// - Parameter output: the program's output per position. Where it is nothing that an answer has, nothing is due.
    package func answer(of example: EncodedExample, after output: [Atom?]) -> [(position: Int, token: Int32)] {
        let words = task.tokens.answers != nil
        return example.answerTargets.compactMap { position, token in
            // An answer that is a word has an output for its first token alone.
            guard position < output.count, !words || position < example.promptCount, let symbol = output[position]
            else { return nil }
            if symbol == task.tokens.end { return tokenizer.endOfText.map { (position, $0) } }
            if outputOfToken[token] == symbol { return (position, token) }
            return tokenOfOutput[symbol]?[Self.isSpaced(token, tokenizer)].map { (position, $0) }
        }
    }

    private static func isSpaced(_ token: Int32, _ tokenizer: any StudentTokenizer) -> Bool {
        tokenizer.decode([token]).begins(with: " ")
    }

    /// The program's tokens for any student tokens.
    public func atoms(of tokens: some Sequence<Int32>) -> [Atom] {
        var previous: Int32?
        return tokens.map { id in
            defer { previous = id }
            return atom(of: previous.flatMap { blank.isBlank(id, behind: $0) ? $0 : nil } ?? id)
        }
    }

    private func atom(of token: Int32) -> Atom {
        // A model can have more rows than its tokenizer has tokens, and say one of them.
        atomOfToken.indices.contains(Int(token)) ? atomOfToken[Int(token)] : task.tokens.fill
    }

    /// The tokens of a text as the student reads it. Where it ends as a prompt does whose answer begins with a blank
    /// that is a token by itself, that blank is behind it.
    ///
    /// - Throws: `Failure` `.badData` for a text with a token that the student cannot read.
    public func tokens(ofText text: String) throws -> [Int32] {
        let tokens = try tokenizer.tokens(of: text)
        return tokens + blank.due(behind: tokens.last)
    }

    /// The tokens of an answer, and the blank before them that belongs to the prompt.
    func answerTokens(_ text: String) -> (blank: [Int32], rest: [Int32]) {
        blank.parted(from: tokenizer.encode(continuing: text))
    }

    /// How many tokens at a prompt's end tell that the answer begins: one, or two where the second is the blank.
    package func endCount(of prompt: some BidirectionalCollection<Int32>) -> Int { 1 + blank.end(of: prompt).count }

    /// The text of a prompt's tokens, without the blank that belongs to the answer.
    func text(ofPrompt prompt: [Int32]) -> String {
        tokenizer.decode(Array(prompt.dropLast(blank.end(of: prompt).count)))
    }

    /// Where the input stands among the prompt's tokens: between what the wording puts before and behind it. What tells
    /// that the answer begins (`endCount`) is never part of it.
    package func inputSpan(of prompt: [Int32]) -> Range<Int> {
        let parts = task.wording.prompt.parted(at: "{input}")
        let before = tokenizer.encode(parts.before)
        let behind = tokenizer.encode(continuing: parts.behind) + blank.end(of: prompt)
        let lower = zip(prompt, before).prefix { $0 == $1 }.count
        let same = zip(prompt.reversed(), behind.reversed()).prefix { $0 == $1 }.count
        let upper = prompt.count - max(endCount(of: prompt), same)
        return min(lower, upper)..<upper
    }

    /// An example whose prompt is given in tokens, which need not be how the tokenizer would cut it. A blank that is a
    /// token by itself before the answer is among them.
    package func encode(promptTokens prompt: [Int32], answer: String) throws -> EncodedExample {
        let tokens = answerTokens(answer).rest
        try tokenizer.requireReadable(tokens)
        return join(prompt, tokens, answer, padded: padding == .longest)
    }

    private func tokens(of example: Example, padded: Bool) throws -> EncodedExample {
        let prompt = try tokenizer.tokens(of: example.prompt)
        let answer = answerTokens(example.answer)
        try tokenizer.requireReadable(answer.blank + answer.rest)
        guard !prompt.isEmpty, !answer.rest.isEmpty else {
            throw Failure(
                .badData, "an example has an empty \(prompt.isEmpty ? "prompt" : "answer"): \(example.jsonLine)")
        }
        return join(prompt + answer.blank, answer.rest, example.answer, padded: padded)
    }

    private func join(_ prompt: [Int32], _ answer: [Int32], _ text: String, padded: Bool) -> EncodedExample {
        var inputs = prompt + answer
        var supervisedCount = answer.count
        switch supervision {
        case .answer: break
        case .answerAndEnd: supervisedCount += 1
        // The label's length in characters, of which a token may have several; the rest falls on the padding.
        case .characters: supervisedCount = max(answer.count, text.unicodeScalars.count)
        }
        let wanted = max(inputs.count, prompt.count + supervisedCount - 1, padded ? longest : 0)
        if let end = tokenizer.endOfText, inputs.count < wanted {
            inputs += [Int32](repeating: end, count: wanted - inputs.count)
        }
        let supervised = Array(prompt.count - 1..<prompt.count - 1 + supervisedCount)
        return EncodedExample(
            tokens: inputs, atoms: atoms(of: inputs), promptCount: prompt.count, answerCount: answer.count,
            supervised: supervised,
            targets: supervised.map { $0 + 1 < inputs.count ? inputs[$0 + 1] : tokenizer.endOfText ?? inputs[$0] })
    }

    /// Student token ids by rule. A rule that no token of the student fits is refused: the program would never see its
    /// token.
    ///
    /// - Parameter blank: for answers that are words: a piece of several tokens stands by the first of them that is not
    ///   the blank.
    private static func resolve(
        _ rules: [TokenMap.Rule], _ tokenizer: any StudentTokenizer, task: String,
        firstTokensOf blank: AnswerBlank? = nil
    ) throws -> [Int32: Atom] {
        var table: [Int32: Atom] = [:]
        for rule in rules {
            func ids(_ pieces: [String]) -> [Int32] {
                pieces.compactMap { piece in
                    let ids = tokenizer.encode(continuing: piece)
                    if let blank { return blank.parted(from: ids).rest.first }
                    return ids.count == 1 ? ids[0] : nil
                }
            }
            var found = ids(rule.pieces)
            if found.isEmpty { found = ids(rule.otherwise) }
            guard !found.isEmpty else {
                let spelt = (rule.pieces + rule.otherwise).map { "'\($0)'" }.joined(separator: ", ")
                throw Failure(
                    .badData, "task \(task): none of \(spelt) is one token of the student",
                    remedy:
                        "The program's token \(rule.atom.quoted) would never be seen. Choose another spelling or student."
                )
            }
            for id in found {
                if let other = table.updateValue(rule.atom, forKey: id), other != rule.atom {
                    throw Failure(
                        .badData,
                        "task \(task): the student's token '\(tokenizer.decode([id]))' stands for both "
                            + "\(other.quoted) and \(rule.atom.quoted)")
                }
            }
        }
        return table
    }
}
