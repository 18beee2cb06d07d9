import Foundation
import RASP
import Testing

@Suite struct DrawingTests {
    // spec §12 drawings
    @Test(arguments: ProgramsTests.files) func everyProgramCanBeDrawn(file: String) throws {
        let url = ProgramsTests.folder.appendingPathComponent(file)
        let program = try Program.load(contentsOf: url)
        let input: [Atom] = Array((program.vocabulary ?? ["a"]).prefix(5))
        let svg = try SVGDrawing(program, on: input).render()
        // Well-formed, with the output's name in it and one filled cell for every selected entry.
        let parser = XMLCheck(svg)
        #expect(parser.isWellFormed)
        #expect(svg.contains(">\(program.outputName)"))
    }

    @Test func matricesAreDrawnAsTheyAre() throws {
        let program = try Program(source: "x = aggregate(select(indices, indices, <=), indices);", name: "x")
        let svg = try SVGDrawing(program, on: ["a", "<", "&", "d"]).render()
        #expect(svg.components(separatedBy: "<rect").dropFirst().filter { $0.contains("\"selected\"") }.count == 10)
        #expect(svg.contains("&lt;") && svg.contains("&amp;") && XMLCheck(svg).isWellFormed)
        #expect(throws: RASPError.self) { try SVGDrawing(program, on: Array(repeating: "a", count: 65)) }
    }

    /// Statements of the file, of files it loads, and of functions; each with the names that are visible there.
    @Test func drawStatementsOfFilesAreKept() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rasp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("a = indices + 1; draw(a, \"xy\");".utf8).write(to: folder.appendingPathComponent("inner.rasp"))
        let outer = folder.appendingPathComponent("outer.rasp")
        try Data("load \"inner\"; def f(s) { t = s * 2; draw(t); return t; } b = f(a);".utf8).write(to: outer)
        let drawings = try Program.load(contentsOf: outer).drawings
        #expect(drawings.map(\.program.outputName) == ["a", "t"] && drawings.map(\.input.count) == [2, 5])
        #expect(drawings[1].program.variables.map(\.name) == ["a", "t"])
        let session = Session()
        #expect(session.feed("load \"\(outer.path)\";").drawings.count == 2 && session.feed("b;").drawings.isEmpty)
        #expect(session.feed("for i in range(101) { draw(indices); }").diagnostics.map(\.code) == [.limit])
    }

    /// A loop builds its heads from one text; each is labelled by what it compares.
    @Test(arguments: [
        "m = max_of(select(indices, indices, <=), tokens_int, range(10), 0);",
        "m = 0; for v in range(10) { m = v if has_focus(select(tokens_int, v, ==)) else m; }",
    ])
    func headsOfOneTextAreToldApart(_ source: String) throws {
        let svg = try SVGDrawing(Program(source: source, name: "m"), on: [.int(3), .int(1)]).render()
        let text = svg.replacing("\u{A0}", with: " ").replacing(/<[^>]*>/, with: "\n")
        for value in 0..<10 {
            #expect(text.components(separatedBy: "select(tokens_int, \(value), ==)").count == 2, "\(text)")
        }
        #expect(!text.contains("max_of("))
    }

    /// A graph built in Swift has no source text to quote.
    @Test func graphsWithoutTextAreLabelled() throws {
        let before = select(tokens, "a", .equal) && !select(indices, indices, named: "later") { _, _ in false }
        let svg = try SVGDrawing(Program(name: "n", output: selectorWidth(before) + 1), on: ["a", "b"]).render()
        #expect(
            svg.contains(">select(tokens,\u{A0}\"a\",") || svg.contains("select(tokens,\u{A0}&quot;a&quot;,\u{A0}==)"))
        var deep = indices
        for _ in 0..<1000 { deep = deep + deep }
        let chain = try SVGDrawing(Program(name: "n", output: aggregate(selectAll(), deep * 0)), on: ["a"]).render()
        #expect(chain.utf8.count < 20_000)
    }

    /// Tags balance and no stray markup characters occur: enough for a writer that emits three kinds of element.
    struct XMLCheck {
        let isWellFormed: Bool
        init(_ text: String) {
            var open: [Substring] = []
            var isFine = true
            for piece in text.split(separator: "<", omittingEmptySubsequences: true) {
                guard let end = piece.firstIndex(of: ">") else {
                    isFine = false
                    break
                }
                let tag = piece[..<end]
                let name = tag.prefix { $0.isLetter || $0 == "/" }
                if tag.hasSuffix("/") { continue }
                if name.hasPrefix("/") {
                    isFine = isFine && open.popLast() == name.dropFirst()
                } else {
                    open.append(name)
                }
            }
            isWellFormed = isFine && open.isEmpty
        }
    }
}
