import BasicTestSupport
import Basics
import Foundation
import Testing

/// Texts are searched and cut by scalars: a mark behind what is looked for does not hide it.
@Suite struct ExactTextTests {
    private let accent = "\u{301}"

    @Test func whatAMarkFollowsIsFound() {
        let wording = "a {input}\(accent): {input}"
        #expect(wording.holds("{input}") && !"{inpu\(accent)t}".holds("{input}"))
        #expect(wording.replacingFirst("{input}", with: "b").hasSameBytes(as: "a b\(accent): {input}"))
        #expect(wording.replacingAll("{input}", with: "b").hasSameBytes(as: "a b\(accent): b"))
        let (before, behind) = wording.parted(at: "{input}")
        #expect(before == "a " && behind.hasSameBytes(as: "\(accent): {input}"))
        #expect("x".parted(at: "{input}") == ("x", ""))
    }

    @Test func spellingsAreNotFoundForEachOther() {
        #expect(
            !"caf\u{E9}".holds("e\(accent)") && !"caf\u{E9}x".begins(with: "cafe\(accent)")
                && !"e\(accent)".ends(with: "\u{E9}"))
        #expect(
            "/\(accent)x".begins(with: "/") && "x.\(accent)tmp".ends(with: "\(accent)tmp") && !"tmp".ends(with: ".tmp"))
    }

    @Test func piecesBeginWithMarksToo() {
        let pieces = "a \(accent) b  e\(accent)".pieces(separatedBy: " ")
        let wanted = ["a", accent, "b", "", "e\(accent)"]
        #expect(pieces.map { ExactString($0) } == wanted.map { ExactString($0) })
        #expect("e\(accent)".pieces(separatedBy: "").map { ExactString($0) } == ["e", ExactString(accent)])
        #expect(
            " \n\(accent)x\u{A0} ".withoutOuterSpace.hasSameBytes(as: "\(accent)x") && "  ".withoutOuterSpace.isEmpty)
    }

    /// A place whose name begins with a mark has leftovers like any other, and they are its own.
    @Test func leftoversOfSuchNamesAreFound() throws {
        try withFolder { folder in
            let manager = FileManager.default
            let leftovers = ["\(accent)x", "caf\u{E9}", "cafe\(accent)"].map { ".\($0).1-0a.tmp" }
            for name in leftovers { #expect(manager.createFile(atPath: folder.path + "/" + name, contents: Data())) }
            for place in ["\(accent)x", "caf\u{E9}"] {
                try AtomicFile.write(Data(), to: URL(fileURLWithPath: folder.path + "/" + place))
            }
            let names = Set(try manager.contentsOfDirectory(atPath: folder.path).map { ExactString($0) })
            #expect(names == [ExactString("\(accent)x"), "caf\u{E9}", ".cafe\u{301}.1-0a.tmp"])
        }
    }
}
