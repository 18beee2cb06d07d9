import Foundation
import RASP
import Testing

/// The highlighting for editors knows every word of the language, and cuts lines as the lexer does.
@Suite struct EditorTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOf: ProgramsTests.folder.appendingPathComponent("editors/" + path), encoding: .utf8)
    }

    @Test(arguments: ["vim/syntax/rasp.vim", "vscode/syntaxes/rasp.tmLanguage.json"])
    func everyWordIsKnown(file: String) throws {
        let known = Set(
            try Self.text(file).split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init))
        let words = Session().completions(of: "").map { $0.replacingOccurrences(of: "(", with: "") }
        #expect(words.count > 50)
        let missing = words.filter { !known.contains($0) && !known.contains("b" + $0) }
        #expect(missing.isEmpty, "\(missing)")
    }

    /// The scope names of a line's pieces by the TextMate grammar: at every place the leftmost match, of several the
    /// first rule's.
    private func scopes(of line: String) throws -> [String] {
        let grammar = try #require(
            JSONSerialization.jsonObject(with: Data(Self.text("vscode/syntaxes/rasp.tmLanguage.json").utf8))
                as? [String: Any])
        let rules = try #require(grammar["patterns"] as? [[String: Any]]).map { rule in
            (try NSRegularExpression(pattern: #require(rule["match"] as? String)), rule)
        }
        var found: [String] = []
        var place = 0
        let end = (line as NSString).length
        while place < end {
            let rest = NSRange(location: place, length: end - place)
            let matches = rules.compactMap { regex, rule in
                regex.firstMatch(in: line, range: rest).map { ($0.range, rule) }
            }
            guard let (range, rule) = matches.min(by: { $0.0.location < $1.0.location }), range.length > 0 else {
                break
            }
            let captured = (rule["captures"] as? [String: [String: String]])?.sorted { $0.key < $1.key }.compactMap {
                $0.value["name"]
            }
            let names = (rule["name"] as? String).map { [$0] } ?? captured ?? []
            let text = (line as NSString).substring(with: range).trimmingCharacters(in: .whitespaces)
            found.append(
                text + ": " + names.map { $0.replacingOccurrences(of: ".rasp", with: "") }.joined(separator: " "))
            place = range.location + range.length
        }
        return found
    }

    @Test func linesAreCutAsByTheLexer() throws {
        #expect(
            try scopes(of: ##"r = select(tokens, "a#b", !=) and not f (1.5); # note"##) == [
                "r: variable.other", "=: keyword.operator.assignment", "select: support.function.builtin",
                "tokens: support.variable",
                "\"a#b\": string.quoted.double", "!=: keyword.operator.comparison", "and: keyword.operator.word",
                "not: keyword.operator.word",
                "f: entity.name.function.call", "1.5: constant.numeric", "# note: comment.line.number-sign",
            ])
        #expect(
            try scopes(of: "def sort_by(a) {") == [
                "def sort_by: storage.type.function entity.name.function", "a: variable.other",
            ])
        #expect(
            try scopes(of: "#pragma vocab a b # c") == ["#pragma vocab a b # c: meta.preprocessor.pragma"])
        #expect(
            try scopes(of: "set s-op example \"ab\"") == [
                "set s-op example: keyword.other.command", "\"ab\": string.quoted.double",
            ])
    }
}
