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
        #expect(svg.components(separatedBy: "#4a7dbd").count - 1 == 10)
        #expect(svg.contains("&lt;") && svg.contains("&amp;") && XMLCheck(svg).isWellFormed)
        #expect(throws: RASPError.self) { try SVGDrawing(program, on: Array(repeating: "a", count: 65)) }
    }

    /// Tags balance and no stray markup characters occur: enough for a writer that emits three kinds of element.
    struct XMLCheck {
        let isWellFormed: Bool
        init(_ text: String) {
            var open: [Substring] = []
            var isFine = true
            for piece in text.split(separator: "<", omittingEmptySubsequences: true) {
                guard let end = piece.firstIndex(of: ">") else { isFine = false; break }
                let tag = piece[..<end]
                let name = tag.prefix { $0.isLetter || $0 == "/" }
                if tag.hasSuffix("/") { continue }
                if name.hasPrefix("/") { isFine = isFine && open.popLast() == name.dropFirst() } else { open.append(name) }
            }
            isWellFormed = isFine && open.isEmpty
        }
    }
}
