import Foundation
import Serialization
import Testing

@Suite struct AtomicFileTests {
    @Test func filesAreReplacedWhole() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.txt")
            try AtomicFile.write(Data("one".utf8), to: file)
            try AtomicFile.write(Data("two".utf8), to: file)
            #expect(try String(contentsOf: file, encoding: .utf8) == "two")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
            let lost = folder.appendingPathComponent("no/such/folder/a.txt")
            #expect(failure { try AtomicFile.write(Data(), to: lost) }?.kind == .cannotCreate)
        }
    }

    @Test func directoriesAreReplacedWhole() throws {
        try withFolder { folder in
            let place = folder.appendingPathComponent("student")
            for content in ["one", "two"] {
                try AtomicFile.replaceDirectory(at: place) { temporary in
                    try Data(content.utf8).write(to: temporary.appendingPathComponent(content))
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [content])
            }
            // A body that throws leaves what was there.
            let thrown = failure {
                try AtomicFile.replaceDirectory(at: place) { temporary in
                    try Data("three".utf8).write(to: temporary.appendingPathComponent("three"))
                    throw Failure(.writeFailed, "no space")
                }
            }
            #expect(thrown?.kind == .writeFailed)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["two"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["student"])
        }
    }

    /// /dev/full answers every write with ENOSPC; a directory of it cannot be made, so the error's path is tested on
    /// a file system that refuses to create anything.
    @Test func creatingWhereNothingCanBeCreated() throws {
        #expect(failure { try AtomicFile.write(Data(), to: URL(fileURLWithPath: "/proc/x")) }?.kind == .cannotCreate)
        #expect(
            failure { try AtomicFile.replaceDirectory(at: URL(fileURLWithPath: "/proc/x")) { _ in } }?.kind == .cannotCreate)
    }

    @Test func exitCodesAreTheContracts() {
        let codes = Failure.Kind.allCases.map(\.exitCode)
        #expect(codes == [64, 65, 66, 70, 73, 74, 1])
    }
}
