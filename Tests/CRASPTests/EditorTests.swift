import Foundation
import Testing

/// The highlighting for editors knows every word of the language.
@Suite struct EditorTests {
    @Test(arguments: ["vim/syntax/crasp.vim", "vscode/syntaxes/crasp.tmLanguage.json"])
    func everyWordIsKnown(file: String) throws {
        let text = try String(
            contentsOf: Programs.folder.appendingPathComponent("editors/" + file), encoding: .utf8)
        let known = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        for word in "and or not true false True False if else min max mod i j pos_even pos_odd Q_".split(separator: " ")
        {
            #expect(known.contains(String(word)) || known.contains("b" + word), "\(word)")
        }
    }
}
