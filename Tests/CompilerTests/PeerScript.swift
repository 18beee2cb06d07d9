import Foundation

/// A script that lies beside these tests, run by a Python that has what it imports.
enum PeerScript {
    /// The Python that `GPT2_PEER_PYTHON` names.
    static let python = ProcessInfo.processInfo.environment["GPT2_PEER_PYTHON"]

    /// The lines that the script prints.
    ///
    /// - Parameters:
    ///   - python: the path of the interpreter.
    ///   - input: what it reads; nothing by default.
    static func lines(
        _ script: String, _ arguments: [String], python: String, reading input: URL? = nil
    ) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments =
            [URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(script).path]
            + arguments
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return output.split(separator: "\n").map(String.init)
    }
}
