import Foundation
import Testing

/// What the articles of the catalogue and the README say is so: transcripts, settings, commands, files and links.
@Suite struct DocumentationTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let catalogue = root.appendingPathComponent("Sources/tracr-inject/Documentation.docc")

    static func article(_ name: String) throws -> String {
        try String(contentsOf: catalogue.appendingPathComponent(name + ".md"), encoding: .utf8)
    }

    static func articles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: catalogue.path).filter { $0.hasSuffix(".md") }
            .map { String($0.dropLast(3)) }.sorted()
    }

    /// The contents of a page's fenced blocks of one language.
    static func blocks(_ page: String, language: String = "") -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        var isWanted = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("```") else {
                block?.append(line)
                continue
            }
            if let lines = block {
                if isWanted { blocks.append(lines.joined(separator: "\n") + "\n") }
                block = nil
            } else {
                (block, isWanted) = ([], line.dropFirst(3) == language)
            }
        }
        return blocks
    }

    /// What differs from machine to machine: times, memory, the BLAS kernel.
    ///
    /// A warning about the kernel of OpenBLAS is about the environment that the tests run in.
    private static func masked(_ text: String) -> String {
        text.replacing(/warning: OPENBLAS_CORETYPE forces .*\n?/, with: "").replacing(
            /compiled in +[0-9.,]+ \w+/, with: "compiled in T"
        )
        .replacing(/seed 42, .*/, with: "seed 42").replacing(/needs about .*/, with: "needs")
        .replacing(/takes about .* a step/, with: "takes T a step")
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Lines `$ COMMAND` are run in a folder that holds the files which the page tells the reader to save; what follows
    /// each is what it prints. Commands that need a trained run are left out.
    @Test(arguments: [
        "GettingStarted", "WritingPrograms", "RASP", "InjectingAProgram", "Commands", "CRASP", "NeighbourLanguages",
    ])
    func transcripts(_ name: String) throws {
        let page = try Self.article(name)
        let scratch = try Scratch()
        let program = Self.blocks(try Self.article("WritingPrograms")).first {
            $0.hasPrefix("# How many earlier letters")
        }
        scratch.file("repeats.rasp", try #require(program))
        let soFar = Self.blocks(try Self.article("RASP")).first { $0.hasPrefix("#pragma causal true\n") }
        scratch.file("sofar.rasp", try #require(soFar))
        let balanced = Self.blocks(try Self.article("CRASP")).first { $0.hasPrefix("#pragma vocab ( )\n") }
        scratch.file("balanced.crasp", try #require(balanced))
        scratch.file(
            "mine.jsonl", #"{"prompt": "What is the number of 'X' in this text? x y. Answer:", "answer": " 2"}"# + "\n")
        var compared = 0
        for block in Self.blocks(page) where block.hasPrefix("$ ") {
            for piece in ("\n" + block).components(separatedBy: "\n$ ").dropFirst() {
                let lines = piece.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                let command = String(lines[0])
                if command.hasPrefix("tracr-inject eval") || command.hasPrefix("tracr-inject decode") { continue }
                let outcome = try Tool.shell(command.replacing("tracr-inject ", with: "\"$TOOL\" "), in: scratch.root)
                let expected = lines.count > 1 ? String(lines[1]) : ""
                #expect(Self.masked(outcome.output + outcome.error) == Self.masked(expected), "\(name): \(command)")
                compared += 1
            }
        }
        #expect(compared > 0 || name == "Commands")
    }

    /// The YAML of a task on the page is a task: its examples are what its programs say.
    @Test func theTaskOnThePageIsOne() throws {
        let scratch = try Scratch()
        let page = try Self.article("InjectingAProgram")
        scratch.file("reverse.yaml", try #require(Self.blocks(page, language: "yaml").first))
        scratch.file(
            "reversed.rasp",
            """
            #pragma vocab a b
            #pragma max_length 12
            reversed = aggregate(select(indices, length - indices - 1, ==), tokens);
            """)
        scratch.file(
            "reverse.rasp",
            """
            #pragma vocab _ a b = end
            #pragma max_length 30
            #pragma causal true
            #pragma output next
            started = selector_width(select(tokens, "=", ==));
            place = selector_width(select(started, 1, ==)) - 1;
            letter = aggregate(select(indices, indices - 1 - 2 * place, ==), tokens, "_");
            next = "_" if place == -1 else (letter if letter == "a" or letter == "b" else "end");
            """)
        let outcome = try Tool.run("train", "--task", "reverse.yaml", "--dry-run", in: scratch.root)
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    /// Every setting has a row, with the value that it has in each recipe. An empty cell stands for the value to its
    /// left.
    @Test func settingsAreComplete() throws {
        let rows = try Self.article("Settings").split(separator: "## Settings for single tasks")[0].split(
            separator: "\n"
        )
        .filter { $0.hasPrefix("| `") }
        .map { row in row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        var shown: [String: [String]] = [:]
        for row in rows {
            let cells = row.map { $0.replacing("`", with: "") }
            let paper = cells[2].isEmpty ? cells[1] : cells[2]
            shown[cells[0]] = [cells[1], paper, cells[3].isEmpty ? paper : cells[3]]
        }
        for (index, recipe) in ["default", "paper", "authors"].enumerated() {
            let printed = try Tool.run("train", "--task", "count", "--recipe", recipe, "--print-config").output
            var section = ""
            var keys: Set<String> = []
            for line in printed.split(separator: "\n") where !line.contains(/^ *#/) {
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count < 2 || parts[1].isEmpty {
                    section = parts[0] + "."
                    continue
                }
                let key = line.hasPrefix(" ") ? section + parts[0] : parts[0]
                keys.insert(key)
                let value = try #require(shown[key], "\(key) has no row")[index]
                let isEqual = Double(value).map { $0 == Double(parts[1]) } ?? (value == parts[1])
                #expect(isEqual, "\(key) of \(recipe): the page says \(value), the program \(parts[1])")
            }
            #expect(Set(shown.keys) == keys, "rows of settings that do not exist")
        }
    }

    /// Every command has its place on the page.
    @Test func commandsAreComplete() throws {
        let page = try Self.article("Commands")
        for command in HelpTests.commands {
            #expect(page.contains("`\(command)"), "\(command)")
        }
    }

    /// Links lead to articles, pictures are there, every article is reached from the landing page, and the README's links
    /// lead to files.
    @Test func linksLeadSomewhere() throws {
        let articles = Set(try Self.articles())
        for name in articles {
            for match in try Self.article(name).matches(of: /<doc:([A-Za-z]+)>/) {
                #expect(articles.contains(String(match.output.1)), "\(name) links to \(match.output.1)")
            }
            for match in try Self.article(name).matches(of: /!\[[^\]]*\]\(([^)]+)\)/) {
                let picture = Self.catalogue.appendingPathComponent("Resources/\(match.output.1).svg")
                #expect(FileManager.default.fileExists(atPath: picture.path), "\(name) shows \(match.output.1)")
            }
        }
        let landing = try Self.article("Documentation")
        let topics = try #require(landing.components(separatedBy: "## Topics").last)
        for name in articles where name != "Documentation" { #expect(topics.contains("- <doc:\(name)>"), "\(name)") }
        let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        for match in readme.matches(of: /\]\((?!https?:)([^)]+)\)/) {
            let file = Self.root.appendingPathComponent(String(match.output.1))
            #expect(FileManager.default.fileExists(atPath: file.path), "README links to \(match.output.1)")
        }
    }

    /// The script of the page prints what `decode --json` prints, where GPT2_PEER_PYTHON names a Python with
    /// transformers.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["GPT2_PEER_PYTHON"] != nil),
        arguments: ["per-variable", "cosine"])
    func thePythonOfThePageReadsTheVariables(_ kind: String) throws {
        let scratch = try Scratch()
        let script = Self.blocks(try Self.article("UsingFromPython"), language: "python").first {
            $0.contains("variables.json")
        }
        let file = scratch.file("decode.py", try #require(script))
        let training = try Tool.run(
            "train", "--task", "count", "--steps", "2", "--set", "text.samples=4", "--set", "text.held_out=0", "--set",
            "alignment.kind=\(kind)", "--output", scratch.path("run"))
        try #require(training.status == 0, "\(training.error)")
        let prompt = "What is the number of 'X' in this text? x y x. Answer:"
        let ours = try Tool.run("decode", prompt, "--run", scratch.path("run"), "--json").json()
        let python = URL(fileURLWithPath: ProcessInfo.processInfo.environment["GPT2_PEER_PYTHON"] ?? "")
        let theirs = try Tool.run([file.path, scratch.path("run"), prompt], program: python).json()
        let decoded = try #require(ours["variables"] as? [String: [String: [NSObject]]]).mapValues {
            $0["decoded"] ?? []
        }
        #expect(theirs["variables"] as? [String: [NSObject]] == decoded)
        #expect(theirs["layer"] as? Int == ours["layer"] as? Int)
    }

    /// Every library that the package offers has a page that names all its public types, and no other.
    @Test(
        arguments: [
            "RASP", "CRASP", "Basics", "Compiler", "Compression", "TensorCore", "LanguageModels",
            "TrainingEngine", "InjectionSettings", "Injection", "Evaluation", "Circuits", "Discovery",
        ])
    func libraryPages(_ name: String) throws {
        let folder = Self.root.appendingPathComponent("Sources/\(name)")
        let page = try String(contentsOf: folder.appendingPathComponent("\(name).docc/\(name).md"), encoding: .utf8)
        let named = Set(page.matches(of: /``([A-Za-z0-9]+)``/).map { String($0.1) }).subtracting([name])
        var types: Set<String> = []
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where line.hasPrefix("public ") || line.hasPrefix("@_exported ") {
                let declaration = /public (?:final |indirect )?(?:struct|class|enum|protocol|actor|typealias) (\w+)/
                // What a module hands on of another is a part of it to those who import it.
                let handedOn = /@_exported import (?:struct|class|enum|protocol) \w+\.(\w+)/
                if let match = line.prefixMatch(of: declaration) { types.insert(String(match.1)) }
                if let match = line.prefixMatch(of: handedOn) { types.insert(String(match.1)) }
            }
        }
        types.remove(name)
        #expect(named.subtracting(types).sorted() == [], "not public types of \(name)")
        #expect(types.subtracting(named).sorted() == [], "public types that the page leaves out")
    }

    /// Swift code on a page stands between the marks `article` and `end` of a test that runs it.
    @Test(
        arguments: zip(
            [("RASPInSwift", 3), ("UsingTheSwiftLibraries", 6)],
            ["CompilerTests/ArticleTests", "EvaluationTests/LibrariesArticleTests"]))
    func codeOfTests(page: (name: String, pieces: Int), test: String) throws {
        let article = try Self.article(page.name)
        let source = try String(contentsOf: Self.root.appendingPathComponent("Tests/\(test).swift"), encoding: .utf8)
        let pieces = source.components(separatedBy: "        // article: ").dropFirst().map { piece in
            piece.components(separatedBy: "        // end\n")[0]
                .split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
                .map { $0.hasPrefix("        ") ? String($0.dropFirst(8)) : String($0) }.joined(separator: "\n")
        }
        #expect(pieces.count == page.pieces)
        for piece in pieces { #expect(article.contains("```swift\n\(piece)```"), "\(piece)") }
    }
}
