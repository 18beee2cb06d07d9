import Basics
import Foundation

/// Pairs of prompts as other tools read them: MIB's CSV, and the JSON lines of Edge-Pruning
/// (`src/prune/fpt2_custom.py` of princeton-nlp/Edge-Pruning).
public struct PairTable: Sendable, Equatable {
    /// A token and its text.
    public struct Answer: Sendable, Equatable {
        public let token: Int32
        public let text: String

        public init(token: Int32, text: String) { (self.token, self.text) = (token, text) }
    }

    /// A prompt, its counterfactual of as many tokens, and the answers behind the last one.
    public struct Row: Sendable, Equatable {
        public let clean: String
        public let corrupted: String
        public let correct: Answer
        public let incorrect: Answer
        /// The variable that makes the difference, where that is known.
        public let variable: String?

        public init(clean: String, corrupted: String, correct: Answer, incorrect: Answer, variable: String? = nil) {
            (self.clean, self.corrupted, self.correct, self.incorrect) = (clean, corrupted, correct, incorrect)
            self.variable = variable
        }
    }

    public var rows: [Row]

    public init(_ rows: [Row]) { self.rows = rows }

    /// The columns `clean`, `corrupted`, `correct_idx`, `incorrect_idx`, and `variable` where any row has one.
    public var csv: String {
        let hasVariables = rows.contains { $0.variable != nil }
        func quoted(_ text: String) -> String { "\"" + text.replacingAll("\"", with: "\"\"") + "\"" }
        let header = "clean,corrupted,correct_idx,incorrect_idx" + (hasVariables ? ",variable" : "")
        let lines = rows.map { row in
            "\(quoted(row.clean)),\(quoted(row.corrupted)),\(row.correct.token),\(row.incorrect.token)"
                + (hasVariables ? "," + quoted(row.variable ?? "") : "")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// Objects with `clean`, `corrupted` and `split`, each text with its answer between `<predict>` and `</predict>`.
    ///
    /// - Parameter split: `train` or `validation`.
    public func jsonLines(split: String) -> String {
        rows.map { row in
            func told(_ prompt: String, _ answer: Answer) -> JSONValue {
                .string(prompt + "<predict>" + answer.text + "</predict>")
            }
            let line: JSONValue = [
                "clean": told(row.clean, row.correct), "corrupted": told(row.corrupted, row.incorrect),
                "split": .string(split),
            ]
            return line.text(indented: false) + "\n"
        }.joined()
    }

    /// Writes `NAME.csv` and `NAME.jsonl`.
    public func write(to folder: URL, name: String, split: String) throws(Failure) {
        try AtomicFile.write(Data(csv.utf8), to: folder.appendingPathComponent("\(name).csv"))
        try AtomicFile.write(
            Data(jsonLines(split: split).utf8), to: folder.appendingPathComponent("\(name).jsonl"))
    }
}

/// What the pairs of a case are for. The second is kept for measuring.
public enum PairPart: String, Sendable, CaseIterable {
    case dev, test

    /// Edge-Pruning's name for it.
    public var split: String { self == .dev ? "train" : "validation" }
}

/// How the two prompts of a pair differ.
public enum PairKind: String, Sendable, CaseIterable {
    /// One variable of the program makes the difference by itself.
    case variable
    /// Anyhow.
    case random
    /// Anyhow, and both stand in another wording than the task's.
    case template
}
