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

    /// The walk of a token has as many files, folders and changes of folder as it says, and no more than a reader keeps
    /// in mind.
    @Test func theWalkOfATokenIsShort() throws {
        let section = try #require(
            try DocumentationTests.article("Architecture").components(separatedBy: "## A token").dropFirst().first)
        let steps = try #require(section.components(separatedBy: "What else a step can hold").first)
        var folders: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: DocumentationTests.root.path + "/Sources")
        where path.hasSuffix(".swift") {
            let url = URL(fileURLWithPath: path)
            let earlier = folders.updateValue(url.deletingLastPathComponent().path, forKey: url.lastPathComponent)
            let isNamed = steps.contains("`\(url.lastPathComponent)`")
            #expect(!isNamed || earlier == nil, "\(url.lastPathComponent) is the name of two files")
        }
        let files = steps.matches(of: /`([A-Za-z0-9+]+\.swift)`/).map { String($0.output.1) }
        let walk = try files.map { try #require(folders[$0], "\($0)") }
        let changes = zip(walk, walk.dropFirst()).filter { $0 != $1 }.count
        let pattern = /(\d+) files in (\d+) folders,\s+which follow one another with (\d+) changes/
        let said = try #require(steps.firstMatch(of: pattern))
        #expect(Int(said.output.1) == Set(files).count && Int(said.output.2) == Set(walk).count)
        #expect(Int(said.output.3) == changes)
        #expect(Set(files).count <= 20 && changes <= 6)
    }
}
