import Basics
import Foundation
import LanguageModels

/// The two classification tasks of GLUE (Wang et al. 2018) that the paper measures: which of two labels is the more
/// probable?
///
/// * paper: two-shot, with the first row of either label as examples, which are then left out. The paper shows no
///   wording; this one is ours.
/// * lm-eval: zero-shot, in the wording of the Language Model Evaluation Harness, the sentences as they stand in the
///   file (those of GLUE's SST-2 end in a space).
///
/// A label's probability is that of all its tokens; for GPT-2 each is one.
package struct BinaryChoice {
    var name: String
    /// Columns of the file, the label's first.
    var columns: [String]
    /// Labels 0 and 1, each with the space that parts it from the prompt.
    var labels: [String]
    var paperPrompt: @Sendable ([String]) -> String
    var harnessPrompt: @Sendable ([String]) -> String
    var remedy: String

    /// Sentiment of film reviews.
    package static let sst2 = BinaryChoice(
        name: "SST-2", columns: ["label", "sentence"], labels: [" negative", " positive"],
        paperPrompt: { "Review: \($0[0])\nSentiment:" },
        harnessPrompt: { "\($0[0])\nQuestion: Is this sentence positive or negative?\nAnswer:" },
        remedy: "GLUE's SST-2/dev.tsv (or train.tsv) has the columns sentence and label, and labels 0 and 1.")

    /// Do two sentences say the same?
    package static let mrpc = BinaryChoice(
        name: "MRPC", columns: ["Quality", "#1 String", "#2 String"], labels: [" no", " yes"],
        paperPrompt: { "Sentence 1: \($0[0])\nSentence 2: \($0[1])\nSame meaning:" },
        harnessPrompt: {
            "Sentence 1: \($0[0])\nSentence 2: \($0[1])\nQuestion: Do both sentences mean the same thing?\nAnswer:"
        },
        remedy:
            "GLUE's MRPC/dev.tsv has the columns Quality, #1 ID, #2 ID, #1 String, #2 String, and Quality is 0 or 1.")

    package struct Item: Equatable {
        package var prompt: String
        package var label: Int
    }

    /// The prompts of a file's rows.
    ///
    /// - Throws: `.notFound`, or `.badData` at `file:row`.
    package func items(in file: URL, protocol kind: RetentionProtocol) throws -> [Item] {
        let rows = try TSVFile(contentsOf: file, columns: columns, remedy: remedy).rows
        var items = try rows.map { row in
            guard let label = ["0", "1"].firstIndex(where: { $0.hasSameBytes(as: row.fields[0]) }) else {
                throw Failure(
                    .badData, "the label is '\(row.fields[0].prefix(40))', and not 0 or 1", at: row.place,
                    remedy: remedy)
            }
            let trimmed = row.fields.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
            guard trimmed.allSatisfy({ !$0.isEmpty }) else {
                throw Failure(.badData, "the row has an empty sentence", at: row.place, remedy: remedy)
            }
            return Item(
                prompt: kind == .paper ? paperPrompt(trimmed) : harnessPrompt(Array(row.fields.dropFirst())),
                label: label)
        }
        guard kind == .paper else { return items }
        let shots = (0...1).compactMap { label in items.firstIndex { $0.label == label } }.sorted()
        guard shots.count == 2, items.count > 2 else {
            throw Failure(
                .badData, "two-shot prompts need a row of either label, and one to ask about", at: file.path,
                remedy: remedy)
        }
        let examples = shots.map { items[$0].prompt + labels[items[$0].label] + "\n\n" }.joined()
        for place in shots.reversed() { items.remove(at: place) }
        return items.map { Item(prompt: examples + $0.prompt, label: $0.label) }
    }

    func accuracy(_ items: [Item], student: Student) throws -> Retained {
        let continuations = try items.flatMap { item in
            try labels.map { try Continuation.harness(item.prompt, $0, student: student, at: name) }
        }
        let scores = try ContinuationScore.measure(continuations, student: student)
        var result = Retained()
        for (index, item) in items.enumerated() {
            let (zero, one) = (scores[2 * index], scores[2 * index + 1])
            result.proportion.add((one.logProbability > zero.logProbability) == (item.label == 1))
            if zero.isCut || one.isCut { result.cut += 1 }
        }
        return result
    }
}
