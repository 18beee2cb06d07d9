import Foundation
import Testing

/// Every section of the language's description has a test, marked with its number: `// spec §6.4`. The article RASP
/// lists the sections. A mark counts where it stands before or in a test that expects something.
@Suite struct SpecificationTests {
    private static let sections =
        ["1", "2", "3", "4", "5"] + (1...10).map { "6.\($0)" } + ["7"] + (1...5).map { "8.\($0)" }
        + (9...13).map(String.init) + (1...19).map { "Q\($0)" } + (15...18).map(String.init)

    @Test func everySectionIsTested() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        var found: Set<String> = []
        for folder in ["RASPTests", "CompilerTests", "CommandTests"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: tests.appendingPathComponent(folder).path)
            for name in names where name.hasSuffix(".swift") && name != "SpecificationTests.swift" {
                let text = try String(
                    contentsOf: tests.appendingPathComponent(folder).appendingPathComponent(name), encoding: .utf8)
                for match in text.matches(of: /spec §(Q?[0-9]+(?:\.[0-9]+)?)/) {
                    let test = text[match.range.upperBound...].components(separatedBy: "\n    }")[0]
                    // Expected is what is written out, or the second part of a case of the table.
                    let expects = test.contains("#expect") || test.contains("Case(") || test.contains("expect(")
                    #expect(expects, "the test behind \(match.output.0) in \(name) expects nothing")
                    found.insert(String(match.output.1))
                }
            }
        }
        let missing = Self.sections.filter { !found.contains($0) }
        #expect(missing.isEmpty, "no test is marked with section \(missing)")
        // A marker of a section that does not exist is a slip of the pen.
        #expect(found.subtracting(Self.sections).isEmpty, "\(found.subtracting(Self.sections))")
    }
}
