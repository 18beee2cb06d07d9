import Foundation
import Testing

/// What one call of the built executable left.
struct Outcome {
    let status: Int32
    let output: String
    let error: String

    var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

    /// Standard output as the one JSON object it has to be.
    func json() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(value as? [String: Any], "standard output is no JSON object: \(output.prefix(300))")
    }
}

/// The executable under test: the one built beside the test bundle.
enum Tool {
    static let executable: URL = {
        // The test bundle is itself an executable in the build folder.
        let bundle =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("tracr-inject")
    }()

    /// The folder of the bundled student, as `doctor` names it.
    static func tiny() throws -> String { try #require(try place.get()) }

    private static let place = Result { try run("doctor", "--json").json()["student"] as? String }

    /// Runs the executable to its end. Streams go through files, which no amount of output can block.
    ///
    /// - Parameters:
    ///   - output: where standard output goes in place of a file that is read back (`/dev/full`).
    ///   - errors: a file for standard error that can be read while the process runs.
    ///   - whileRunning: is handed the process once it runs, to send it signals.
    static func run(
        _ arguments: String..., input: String? = nil, in directory: URL? = nil, output: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        try run(arguments, input: input, in: directory, output: output, environment: environment)
    }

    /// Shell code that limits the address space, but under a sanitizer, which reserves terabytes of it.
    static func addressSpace(kibibytes: Int) -> String {
        ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil ? "ulimit -v \(kibibytes); " : ""
    }

    /// Runs a shell command that finds the executable in `$TOOL`.
    static func shell(_ command: String, in directory: URL? = nil) throws -> Outcome {
        try run(
            ["-c", command], in: directory, environment: ["TOOL": executable.path],
            program: URL(fileURLWithPath: "/bin/sh"))
    }

    static func run(
        _ arguments: [String], input: String? = nil, in directory: URL? = nil, output: String? = nil,
        errors: URL? = nil, environment: [String: String] = [:], program: URL = executable,
        whileRunning: ((Process) throws -> Void)? = nil
    ) throws -> Outcome {
        let scratch = try Scratch()
        let outputFile = output.map { URL(fileURLWithPath: $0) } ?? scratch.file("output", "")
        let errorFile = errors ?? scratch.file("error", "")
        let inputFile = scratch.file("input", input ?? "")
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = directory ?? scratch.root
        process.environment = ProcessInfo.processInfo.environment
            .merging(["NO_COLOR": "1", "SWIFT_BACKTRACE": "enable=no"]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        try whileRunning?(process)
        ended.wait()
        let status = process.terminationStatus
        return Outcome(
            status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
            output: output == nil ? try String(contentsOf: outputFile, encoding: .utf8) : "",
            error: try String(contentsOf: errorFile, encoding: .utf8))
    }
}

extension Process {
    /// Waits until a file has something in it, or the process has ended.
    func wait(forContentOf file: String) {
        while isRunning {
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
            if size > 0 { return }
            usleep(10_000)
        }
    }
}

extension Process {
    /// Waits until a file holds a text, or the process has ended.
    func wait(for text: String, in file: URL) {
        while isRunning {
            if let content = try? String(contentsOf: file, encoding: .utf8), content.contains(text) { return }
            usleep(10_000)
        }
    }
}

/// A folder that is there as long as the value is.
final class Scratch {
    let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("tracr-inject-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: root)
    }

    func path(_ name: String) -> String {
        root.appendingPathComponent(name).path
    }

    /// Writes a file and returns its place.
    @discardableResult
    func file(_ name: String, _ text: String) -> URL {
        let url = root.appendingPathComponent(name)
        _ = FileManager.default.createFile(atPath: url.path, contents: Data(text.utf8))
        return url
    }

    /// A copy of the bundled student, changed. (`copyItem` would want its owner too, which may be another user.)
    func student(_ change: (URL) throws -> Void) throws -> String {
        let tiny = URL(fileURLWithPath: try Tool.tiny())
        let folder = root.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: tiny.path) {
            try Data(contentsOf: tiny.appendingPathComponent(name)).write(to: folder.appendingPathComponent(name))
        }
        try change(folder)
        return folder.path
    }
}
