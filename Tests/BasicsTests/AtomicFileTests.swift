import BasicTestSupport
import Basics
import Foundation
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
            failure { try AtomicFile.replaceDirectory(at: URL(fileURLWithPath: "/proc/x")) { _ in } }?.kind
                == .cannotCreate)
    }

    /// What a process left that was killed, or that could not remove it, goes with the next write of the same place.
    /// What another process is still making stays, and so does what belongs to other places.
    @Test func leftoversGoWithTheNextWriteOfTheirPlace() throws {
        try withFolder { folder in
            let manager = FileManager.default
            func make(_ name: String) throws -> URL {
                let place = folder.appendingPathComponent(name)
                try manager.createDirectory(at: place, withIntermediateDirectories: false)
                try Data("old".utf8).write(to: place.appendingPathComponent("weights"))
                return place
            }
            let (left, held, other) = (
                try make(".model.1-0a.tmp"), try make(".model.1-0b.tmp"), try make(".model2.1-0a.tmp")
            )
            let (file, link) = (
                folder.appendingPathComponent(".page.html.1-0a.tmp"), folder.appendingPathComponent(".model.1-0c.tmp")
            )
            try Data("half".utf8).write(to: file)
            try manager.createSymbolicLink(atPath: link.path, withDestinationPath: "nowhere")
            let lock = open(held.path, O_RDONLY)
            #expect(flock(lock, LOCK_SH | LOCK_NB) == 0)

            let model = folder.appendingPathComponent("model")
            try AtomicFile.replaceDirectory(at: model) {
                try Data("new".utf8).write(to: $0.appendingPathComponent("weights"))
            }
            var names = [file, held, other, model].map(\.lastPathComponent)
            #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == names.sorted())
            #expect(!manager.fileExists(atPath: left.path))

            try AtomicFile.write(Data("whole".utf8), to: folder.appendingPathComponent("page.html"))
            names = [held, other, model].map(\.lastPathComponent) + ["page.html"]
            #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == names.sorted())

            close(lock)
            AtomicFile.removeLeftovers(in: folder)
            #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == ["model", "page.html"])
        }
    }

    @Test func exitCodesOfEachKind() {
        let codes = Failure.Kind.allCases.map(\.exitCode)
        #expect(codes == [64, 65, 66, 70, 73, 74, 1])
    }
}
