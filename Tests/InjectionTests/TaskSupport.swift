import Basics
import Foundation
import Injection
import RASP
import Resources

/// The longest of a list of pieces at every place, single bytes where none fits; the end-of-text token comes last.
struct PieceTokenizer: StudentTokenizer {
    let pieces: [[UInt8]]

    init(_ words: [String] = []) { pieces = (0...255).map { [UInt8($0)] } + words.map { Array($0.utf8) } }

    /// Like GPT-2's with an edited vocabulary: words, and every sign with a space before it; digits and brackets one by
    /// one.
    static let words = PieceTokenizer(
        [
            "What", " is", " the", " number", " of", " in", " this", " text", "Answer", " Answer", "Are",
            " parentheses", " parenthesis",
            " here", " correctly", " matched", " Yes", " No", " yes", " no", " word",
        ]
            + (0x21...0x7E).map { " " + String(UnicodeScalar(UInt8($0))) })
    /// One byte a token.
    static let bytes = PieceTokenizer()

    var count: Int { pieces.count + 1 }
    var endOfText: Int32? { Int32(pieces.count) }

    func encode(_ text: String) -> [Int32] {
        let bytes = Array(text.utf8)
        var ids: [Int32] = []
        var place = 0
        while place < bytes.count {
            var best = Int(bytes[place])
            for (id, piece) in pieces.enumerated().dropFirst(256)
            where piece.count > pieces[best].count && bytes[place...].starts(with: piece) {
                best = id
            }
            ids.append(Int32(best))
            place += pieces[best].count
        }
        return ids
    }

    func decode(_ ids: [Int32]) -> String {
        String(
            decoding: ids.flatMap { Int($0) < pieces.count ? pieces[Int($0)] : Array("<|endoftext|>".utf8) },
            as: UTF8.self)
    }
}

/// The repository this test file is in.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

func bundledProgram(_ task: InjectionTask) throws -> Program {
    try Program.load(
        contentsOf: BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).program(task.program))
}

/// A folder that is gone when the body ends.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tasks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

func failure(of body: () throws -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch {
        return error as? Failure ?? Failure(.internalError, "not a Failure: \(error)")
    }
}
