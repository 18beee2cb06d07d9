import CRASP
import Foundation
import RASP

/// Programs that ship, and small ones of the tests' own.
enum Programs {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Programs")

    static let shipped = (3...12).map { "l\($0)" } + ["majority", "dyck1", "anbncn", "next_bracket", "switches"]

    static func load(_ name: String) throws -> CRASPProgram {
        try CRASPProgram.load(contentsOf: folder.appendingPathComponent(name + ".crasp"))
    }

    /// The output of a text on a word, one token a character.
    static func output(_ source: String, on word: String) throws -> [Atom?] {
        try CRASPProgram(source: source, name: "p").evaluate(tokens(word)).output
    }

    static func tokens(_ word: String) -> [Atom] { word.unicodeScalars.map { .string(String($0)) } }

    /// All words of at most that many letters.
    static func words(over letters: [Character], to length: Int) -> [String] {
        var words = [""]
        var last = [""]
        for _ in 0..<length {
            last = last.flatMap { word in letters.map { word + String($0) } }
            words += last
        }
        return words.filter { !$0.isEmpty }
    }
}
