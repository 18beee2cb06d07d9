import Foundation
import Testing

/// The page Architecture names files, types and walks that are there.
@Suite struct ArchitecturePageTests {
    /// Files that the walks through the code name are there.
    @Test func theArchitectureNamesFilesThatExist() throws {
        let sources = DocumentationTests.root.appendingPathComponent("Sources")
        let all = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        let names = Set(all.map { URL(fileURLWithPath: $0).lastPathComponent } + ["Package.swift"])
        for match in try DocumentationTests.article("Architecture").matches(of: /`([A-Za-z0-9+]+\.swift)`/) {
            #expect(names.contains(String(match.output.1)), "\(match.output.1)")
        }
    }

    /// Types, functions and folders that the architecture page names are there, under that name.
    @Test func theArchitectureNamesWhatExists() throws {
        let sources = try FileManager.default.subpathsOfDirectory(atPath: DocumentationTests.root.path + "/Sources")
        var known = Set(sources.flatMap { $0.split(separator: "/") }.map { String($0.prefix { $0 != "." }) })
        for path in sources where path.hasSuffix(".swift") {
            let text = try String(
                contentsOf: DocumentationTests.root.appendingPathComponent("Sources/" + path), encoding: .utf8)
            let declaration = /\b(?:struct|class|enum|protocol|typealias|func|var|let|case) (\w+)/
            for match in text.matches(of: declaration) { known.insert(String(match.output.1)) }
        }
        for match in try DocumentationTests.article("Architecture").matches(of: /`([A-Za-z][A-Za-z0-9]*)`/) {
            let name = String(match.output.1)
            #expect(known.contains(name) || HelpTests.commands.contains(name) || name == "MPI", "\(name)")
        }
    }

    /// The walk of a token has as many files and folders as it says, and no more than a reader keeps in mind.
    @Test func theWalkOfATokenIsShort() throws {
        let section = try #require(
            try DocumentationTests.article("Architecture").components(separatedBy: "## A token").dropFirst().first)
        let steps = try #require(section.components(separatedBy: "What else a step can hold").first)
        let files = Set(steps.matches(of: /`([A-Za-z0-9+]+\.swift)`/).map { String($0.output.1) })
        let folders = try FileManager.default.subpathsOfDirectory(atPath: DocumentationTests.root.path + "/Sources")
            .map { URL(fileURLWithPath: $0) }.filter { files.contains($0.lastPathComponent) }
            .map { $0.deletingLastPathComponent().path }
        let said = try #require(steps.firstMatch(of: /(\d+) files in (\d+) folders/))
        // The operations have a folder, and stand for themselves.
        #expect(Int(said.output.1) == files.count && Int(said.output.2) == Set(folders).count + 1)
        #expect(files.count <= 20 && folders.count == files.count)
    }
}
