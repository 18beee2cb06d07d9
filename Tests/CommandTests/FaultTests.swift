import Foundation
import Testing

/// Calls of the system fail, one at a time, in every command that writes: each ends in one error with the right exit
/// code and harms nothing that was there, and the work goes on afterwards to the same bytes.
///
/// The calls are made to fail by a library that is loaded before the C library, built here with the system's compiler.
/// `TRACR_INJECT_FAULTS=all` fails each call of each command in turn with every error
/// (`TRACR_INJECT_FAULTS=open,mkdir`: those of some functions), and `TRACR_INJECT_FAULTS_IN=report,eval` leaves out the
/// other commands. By default a sample is drawn, so that the suite takes seconds: the three trainings have each fault
/// once among them, and every other command has a twelfth of those that it can have. Which call fails goes by multiples
/// of the golden ratio, which spreads all of these evenly from the first call to the last.
@Suite(.enabled(if: FaultLibrary.path != nil)) struct FaultTests {
    static let full =
        ProcessInfo.processInfo.environment["TRACR_INJECT_FAULTS"].map { $0.split(separator: ",").map(String.init) }
        ?? []

    /// The commands whose calls fail, by the names that `FaultyWork` gives them.
    static let works: [FaultyWork] = {
        guard let list = ProcessInfo.processInfo.environment["TRACR_INJECT_FAULTS_IN"] else {
            return FaultyWork.allCases
        }
        return list.split(separator: ",").compactMap { FaultyWork(rawValue: String($0)) }
    }()

    @Test(arguments: works) func aFailedCallHarmsNothing(_ work: FaultyWork) throws {
        let bench = try FaultBench(work)
        let order = try #require(FaultyWork.allCases.firstIndex(of: work))
        let possible = Fault.all.filter { bench.counts[$0.call, default: 0] > 0 }
        let turn = min(work.isTraining ? 3 : 12, possible.count)
        for (index, fault) in possible.enumerated() {
            let isFull = Self.full == ["all"] || Self.full.contains(fault.call)
            guard isFull || Self.full.isEmpty && (index + order) % turn == 0 else { continue }
            let count = bench.counts[fault.call, default: 0]
            let place = (Double(order * Fault.all.count + index + 1) * 0.618_034).truncatingRemainder(dividingBy: 1)
            let sample = Int(place * Double(count)) + 1
            var statuses: [Int32: Int] = [:]
            for number in isFull ? 1...count : sample...sample {
                statuses[try bench.fail(fault, at: number), default: 0] += 1
            }
            let codes = statuses.sorted { $0.key < $1.key }.map { "\($0.value) with exit code \($0.key)" }
            if isFull { print("\(work.rawValue), \(fault): \(count) calls, \(codes.joined(separator: ", "))") }
        }
        // A training calls every one of these functions, and no command none.
        #expect(work.isTraining ? possible.count == Fault.all.count : !possible.isEmpty)
    }

    /// Writes of seven bytes at a time: slower, and the same files.
    @Test func shortWritesAreGoneOnWith() throws {
        let library = try #require(FaultLibrary.path)
        let micro = try MicroRun()
        try #require(micro.start("reference").status == 0)
        let environment = [
            "LD_PRELOAD": library, "FAULT_PATH": micro.scratch.path("run"), "FAULT_CALL": "write",
            "FAULT_ERROR": "short",
        ]
        let arguments = micro.arguments + ["--set", "checkpoint.every=4", "--output", "run"]
        let outcome = try Tool.run(arguments, in: micro.scratch.root, environment: environment)
        #expect(outcome.status == 0, "\(outcome.error)")
        let (got, wanted) = (try micro.contents(of: "run"), try micro.contents(of: "reference"))
        for name in ["student/model.safetensors", "projection.safetensors", "variables.json", "metrics.jsonl"] {
            #expect(got[name] == wanted[name], "\(name)")
        }
    }
}

/// One command, done over and over from the same beginning.
private final class FaultBench {
    private let work: FaultyWork
    private let micro: MicroRun
    /// What each try begins with, and what it leaves where nothing fails.
    private let (earlier, wanted): ([String: Data], [String: Data])
    /// How many calls of each function there are.
    let counts: [String: Int]

    /// Where the command works, and where what it begins with is kept.
    private var folder: URL { micro.scratch.root.appendingPathComponent("work") }
    private var kept: URL { micro.scratch.root.appendingPathComponent("earlier") }

    init(_ work: FaultyWork) throws {
        self.work = work
        let micro = try MicroRun()
        self.micro = micro
        for (name, number) in [("one", 1), ("two", 2)] {
            micro.scratch.file(name + ".rasp", "#pragma vocab a b\n#pragma max_length 3\ny = indices + \(number);\n")
        }
        let folder = micro.scratch.root.appendingPathComponent("work")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for command in work.earlier(micro) { try #require(Tool.run(command, in: folder).status == 0) }
        try FileManager.default.copyItem(at: folder, to: micro.scratch.root.appendingPathComponent("earlier"))
        earlier = try Self.contents(of: folder)
        let file = micro.scratch.path("count")
        let environment = try Self.environment(micro, Fault(call: "none", error: EIO), at: nil)
            .merging(["FAULT_COUNT": file]) { $1 }
        let outcome = try Tool.run(work.command(micro), in: folder, environment: environment)
        try #require(outcome.status == 0, "\(outcome.error)")
        wanted = try Self.contents(of: folder)
        counts = try Dictionary(
            uniqueKeysWithValues: String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), try #require(Int(words[1])))
            })
    }

    /// Has one call fail, and goes on from there to the end.
    ///
    /// - Returns: the exit code.
    func fail(_ fault: Fault, at number: Int) throws -> Int32 {
        let log = micro.scratch.file("log", "")
        let outcome = try start(work.command(micro), Self.environment(micro, fault, at: number))
        let call = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").first ?? "\(number)"
        let comment: Comment = "\(fault), call \(call): exit code \(outcome.status), \(outcome.error.suffix(500))"
        #expect(fault.statuses.contains(outcome.status), comment)
        let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error: ") }
        #expect(errors.count == (outcome.status == 0 ? 0 : 1), comment)
        let left = try Self.contents(of: folder)
        #expect(work.isKept(of: earlier, in: left, or: wanted), comment)
        let hidden = left.keys.filter { $0.contains(".tmp") }
        // What could not be removed stays, and is told.
        #expect(hidden.isEmpty || outcome.error.contains("warning: cannot remove"), "\(hidden) \(comment)")
        if fault.isWarnedOf, outcome.status == 0 { #expect(outcome.error.contains("warning: "), comment) }

        let again = try Tool.run(work.again(micro, in: folder), in: folder)
        #expect(again.status == 0, "\(again.error) after \(comment)")
        let final = try Self.contents(of: folder)
        #expect(final.keys.sorted() == wanted.keys.sorted(), comment)
        for (name, data) in wanted where final[name] != data { Issue.record("\(name) differs after \(comment)") }
        return outcome.status
    }

    private static func environment(_ micro: MicroRun, _ fault: Fault, at number: Int?) throws -> [String: String] {
        // Inputs lie outside of the folder that is written to.
        try fault.environment(
            on: micro.scratch.path("work"), inputs: micro.scratch.root.path, at: number, log: micro.scratch.path("log"))
    }

    /// Starts from the beginning.
    private func start(_ command: [String], _ environment: [String: String]) throws -> Outcome {
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: kept, to: folder)
        return try Tool.run(command, in: folder, environment: environment)
    }

    /// All files; without the clock readings of steps that are trained anew, what a checkpoint remembers of their
    /// length, and what tells of when and how often a run was gone on with.
    private static func contents(of folder: URL) throws -> [String: Data] {
        var files = try MicroRun.files(below: folder.path)
        for (name, data) in files {
            if name.hasSuffix("sessions.jsonl") { files[name] = Data() }
            if name.hasSuffix("/manifest.json"), let text = String(data: data, encoding: .utf8) {
                let start = text.range(of: "\"files\":", options: .backwards)?.upperBound ?? text.startIndex
                files[name] = Data(String(text[start...]).replacing(/"seal": *"[^"]*"/, with: "").utf8)
            }
            let isLog = name.hasSuffix("metrics.jsonl")
            let isState = name.hasSuffix("/state.json")
            guard isLog || isState, let text = String(data: data, encoding: .utf8) else { continue }
            let readings =
                isLog
                ? text.replacing(/,"tokens_per_second".*/, with: "")
                : text.replacing(/"(metrics_length|metrics|seal)": *("[^"]*"|[0-9]+)/, with: "")
            files[name] = Data(readings.utf8)
        }
        return files
    }
}
