import Basics
import Foundation
import LanguageModels

extension PromptPair {
    private static let columns = ["clean", "corrupted", "correct_idx", "incorrect_idx"]
    private static let remedy =
        "give pairs as MIB's circuit track has them: columns \(columns.joined(separator: ", ")), the last two being numbers of tokens"

    /// Reads pairs as MIB's circuit track and EAP-IG have them: a CSV file with the columns `clean`, `corrupted`,
    /// `correct_idx` and `incorrect_idx`. Other columns are ignored.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - student: Its tokenizer reads the prompts, which have to fit into its context.
    ///   - prependingBOS: Whether the token that ends a text is put before each prompt, as TransformerLens does.
    /// - Throws: `.notFound`; `.badData` naming the line, also where the two prompts have different numbers of tokens.
    public static func read(
        _ file: URL, for student: Student, prependingBOS: Bool = false
    ) throws(Failure) -> [PromptPair] {
        var start: [Int32] = []
        if prependingBOS {
            guard let token = student.endOfText else {
                throw Failure(
                    .badData, "the model's tokenizer has no token that ends a text, which could be put before prompts",
                    remedy: "leave --prepend-bos out")
            }
            start = [token]
        }
        return try read(file, student.configuration) { text throws(Failure) in
            let tokens = start + student.tokenizer.encode(text)
            try student.tokenizer.requireReadable(tokens)
            return tokens
        }
    }

    /// The same for the model of a compiled program, whose tokenizer begins prompts by itself.
    package static func read(
        _ file: URL, for configuration: any ModelConfiguration, words: WordTokenizer
    ) throws(Failure) -> [PromptPair] {
        try read(file, configuration) { text throws(Failure) in
            let tokens = try words.encode(text)
            if let stranger = tokens.first(where: { !(0..<configuration.vocabularySize).contains(Int($0)) }) {
                throw Failure(.badData, "the tokenizer gives the token \(stranger), for which the model has no row")
            }
            return tokens
        }
    }

    private static func read(
        _ file: URL, _ configuration: any ModelConfiguration, encode: (String) throws(Failure) -> [Int32]
    ) throws(Failure) -> [PromptPair] {
        let (size, context) = (configuration.vocabularySize, configuration.contextLength)
        var pairs: [PromptPair] = []
        for row in try CSVTable(contentsOf: file, columns: columns, remedy: remedy).rows {
            func answer(_ column: Int) throws(Failure) -> Int32 {
                let text = row.fields[column].withoutOuterSpace
                guard let token = Int32(text), token >= 0, token < size else {
                    throw Failure(
                        .badData,
                        "\(columns[column]) is '\(text.prefix(40))', and not the number of a token below \(size)",
                        at: row.place, remedy: remedy)
                }
                return token
            }
            func prompt(_ column: Int) throws(Failure) -> [Int32] {
                do { return try encode(row.fields[column]) } catch { throw error.located(at: row.place) }
            }
            let (clean, corrupted) = (try prompt(0), try prompt(1))
            guard clean.count == corrupted.count else {
                throw Failure(
                    .badData, "the clean prompt has \(clean.count) tokens, and the corrupted one \(corrupted.count)",
                    at: row.place, remedy: "components are exchanged token by token: give prompts of equal length")
            }
            guard (1...context).contains(clean.count) else {
                throw Failure(
                    .badData, "a prompt of \(clean.count) tokens, and the model reads from 1 to \(context)",
                    at: row.place)
            }
            pairs.append(
                PromptPair(clean: clean, corrupted: corrupted, correct: try answer(2), incorrect: try answer(3)))
        }
        return pairs
    }
}
