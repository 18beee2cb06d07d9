import Compiler
import Foundation
import RASP
import Serialization
import Testing

/// A saved model, run by another program in plain fp32, gives the same output.
@Suite struct NumpyReader {
    static let python: String? = {
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }
        return candidates.first { path in
            guard FileManager.default.isExecutableFile(atPath: path) else { return false }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = ["-c", "import numpy"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }()

    @Test(.enabled(if: python != nil, "Python with numpy is not here"), arguments: ["count", "int_sum", "shuffle_dyck"])
    func sameOutput(_ name: String) throws {
        let program = try ShippedPrograms.load(name)
        let model = try RASPCompiler.compile(program)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("numpy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try model.save(to: folder)
        var random = SeededRandom(seed: 3)
        let inputs: [[Atom]] = (0..<40).map { number in
            (0..<(number < 3 ? model.maxLength : random.integer(in: 1...model.maxLength))).map { _ in random.pick(number % 2 == 0 ? model.vocabulary : Array(model.vocabulary.prefix(3))) }
        }
        let lines = inputs.map { JSONValue.array($0.map { .string($0.description) }).text(indented: false) }.joined(separator: "\n") + "\n"
        let inputFile = folder.appendingPathComponent("inputs.jsonl")
        try Data(lines.utf8).write(to: inputFile)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("run_compiled.py")
        process.arguments = [script.path, folder.path]
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let results = output.split(separator: "\n")
        try #require(results.count == inputs.count)
        for (input, line) in zip(inputs, results) {
            let expected = try model.run(input).map { atom -> JSONValue in
                switch atom {
                case .bool(let value): .bool(value)
                case .some(let value): .string(value.description)
                case nil: .null
                }
            }
            #expect(try JSONParser.parse(String(line)) == .array(expected))
        }
    }
}
