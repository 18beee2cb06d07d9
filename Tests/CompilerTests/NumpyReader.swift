import Basics
import Compiler
import Foundation
import RASP
import Testing

/// A saved model, run by another program in plain fp32, gives the same output.
@Suite struct NumpyReader {
    static let python: String? = {
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], "/usr/bin/python3", "/usr/local/bin/python3"]
            .compactMap { $0 }
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

    /// Every program of the table, and the paper's.
    @Test(.enabled(if: python != nil, "Python with numpy is not here")) func sameOutput() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("numpy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        var programs = TestProgram.table.map { ($0.name, $0.program) }
        for name in ["count", "int_sum", "shuffle_dyck"] { programs.append((name, try ShippedPrograms.load(name))) }
        programs += DeepChains.programs.map { ("chain: " + $0.name, $0.program) }
        var folders: [String] = []
        var expected: [(name: String, input: [Atom], output: [Atom?])] = []
        for (number, (name, program)) in programs.enumerated() {
            let model = try name.hasPrefix("chain: ") ? DeepChains.compile(program) : RASPCompiler.compile(program)
            let folder = root.appendingPathComponent("\(number)")
            try model.save(to: folder)
            let inputs = Array(model.sampleInputs(count: 40, seed: 3))
            let lines = inputs.map { JSONValue.array($0.map(JSONValue.init(atom:))).text(indented: false) + "\n" }
            try Data(lines.joined().utf8).write(to: folder.appendingPathComponent("inputs.jsonl"))
            folders.append(folder.path)
            for input in inputs { expected.append((name, input, try model.run(input))) }
        }
        let results = try PeerScript.lines("run_compiled.py", folders, python: #require(Self.python))
        try #require(results.count == expected.count)
        for (test, line) in zip(expected, results) {
            let values = try JSONParser.parse(line).array?.map(Self.atom) ?? []
            try #require(values.count == test.output.count)
            for (a, b) in zip(test.output, values) { #expect(CompiledModel.agree(a, b), "\(test.name), \(test.input)") }
        }
    }

    static func atom(_ json: JSONValue) -> Atom? {
        switch json {
        case .bool(let value): .bool(value)
        case .integer(let value): .int(value)
        case .number(let value): .float(value)
        case .string(let value): .string(value)
        case .array(let items): .tuple(items.compactMap(atom))
        case .null, .object: nil
        }
    }
}
