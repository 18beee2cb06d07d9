import Foundation
import Testing

/// Every write of a run fails once: each ends in one error with the right exit code, and the run goes on from it to the same bytes.
///
/// The system calls are made to fail by a library that is loaded before the C library, built here with the system's compiler.
/// `TRACR_INJECT_FAULTS=all` fails each call of a run in turn (`TRACR_INJECT_FAULTS=open,mkdir` those of some functions only); by default
/// one somewhere in the middle.
@Suite(.serialized, .enabled(if: FaultLibrary.path != nil)) struct FaultTests {
    static let full = ProcessInfo.processInfo.environment["TRACR_INJECT_FAULTS"].map { $0.split(separator: ",").map(String.init) } ?? []

    struct Fault: CustomTestStringConvertible, Sendable {
        var call: String
        var error: Int32
        /// Exit codes that are right for it; 0 where what fails is not needed for the result.
        var statuses: [Int32]
        /// Whether all later calls fail as well, as on a disk that stays full.
        var stays = false
        var testDescription: String { "\(call): \(String(cString: strerror(error)))\(stays ? ", from there on" : "")" }
    }

    @Test(arguments: [
        Fault(call: "write", error: ENOSPC, statuses: [74], stays: true), Fault(call: "write", error: ENOSPC, statuses: [74]),
        Fault(call: "write", error: EIO, statuses: [74]), Fault(call: "write", error: EDQUOT, statuses: [74]),
        Fault(call: "write", error: EINTR, statuses: [0]),
        Fault(call: "fsync", error: EIO, statuses: [74]), Fault(call: "fsync", error: ENOSPC, statuses: [74]),
        // Some descriptors are closed after reading, or after a flush that has already told.
        Fault(call: "close", error: EIO, statuses: [0, 74]),
        Fault(call: "open", error: EACCES, statuses: [73], stays: true), Fault(call: "open", error: EROFS, statuses: [73]),
        Fault(call: "open", error: EMFILE, statuses: [73]), Fault(call: "open", error: ENOSPC, statuses: [74]),
        Fault(call: "mkdir", error: EACCES, statuses: [73]), Fault(call: "mkdir", error: ENOSPC, statuses: [74]),
        // `latest` may fail; an exchange of two names is tried first, and moving them one by one after.
        Fault(call: "rename", error: EACCES, statuses: [0, 73]), Fault(call: "rename", error: EIO, statuses: [0, 74], stays: true),
        Fault(call: "ftruncate", error: EIO, statuses: [74]), Fault(call: "symlink", error: EACCES, statuses: [0]),
        Fault(call: "unlink", error: EACCES, statuses: [0]),
    ])
    func aFailedCallHarmsNothing(_ fault: Fault) throws {
        let library = try #require(FaultLibrary.path)
        let all = Self.full == ["all"] || Self.full.contains(fault.call)
        guard all || Self.full.isEmpty else { return }
        let micro = try MicroRun()
        try #require(micro.start("reference").status == 0)
        let wanted = try micro.contents(of: "reference")
        var environment = ["LD_PRELOAD": library, "FAULT_PATH": micro.scratch.path("run"), "FAULT_CALL": fault.call]
        environment["FAULT_ERROR"] = "\(fault.error)"
        if fault.stays { environment["FAULT_STAYS"] = "1" }

        // How many such calls there are.
        try #require(micro.start("run", environment: environment.merging(["FAULT_COUNT": micro.scratch.path("count")]) { $1 }).status == 0)
        let text = try String(contentsOfFile: micro.scratch.path("count"), encoding: .utf8)
        let count = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        try #require(count > 0)
        let numbers = all ? 1...count : (count + 1) / 2...(count + 1) / 2
        var statuses: [Int32: Int] = [:]
        for number in numbers {
            try? FileManager.default.removeItem(atPath: micro.scratch.path("run"))
            let outcome = try micro.start("run", environment: environment.merging(["FAULT_AT": "\(number)"]) { $1 })
            let comment = "\(fault.testDescription), call \(number): \(outcome.status) \(outcome.error.suffix(300))"
            #expect(fault.statuses.contains(outcome.status), "\(comment)")
            let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error: ") }
            #expect(errors.count == (outcome.status == 0 ? 0 : 1), "\(comment)")
            statuses[outcome.status, default: 0] += 1
            // What was finished can be read; what was not is told apart from it.
            let finished = FileManager.default.fileExists(atPath: micro.scratch.path("run/manifest.json"))
            #expect(finished == (outcome.status == 0) || fault.call == "fsync" || fault.call == "close", "\(comment)")
            try micro.finish("run")
            try micro.expectEqual("run", wanted, comment)
        }
        if all { print("faults, \(fault.testDescription): \(count) calls failed in turn, exit codes \(statuses)") }
    }

    /// Every call of `compile` fails in turn, over a model that is there: what stands in its place is the old one, whole, or the new.
    @Test(arguments: [
        Fault(call: "open", error: EACCES, statuses: [73]), Fault(call: "open", error: EMFILE, statuses: [73]),
        Fault(call: "mkdir", error: EACCES, statuses: [73]), Fault(call: "mkdir", error: ENOSPC, statuses: [74]),
        // The last rename but one is tried first as an exchange, and done without where that fails.
        Fault(call: "rename", error: EACCES, statuses: [0, 73]), Fault(call: "rename", error: EIO, statuses: [0, 74]),
        Fault(call: "write", error: ENOSPC, statuses: [74]), Fault(call: "unlink", error: EACCES, statuses: [0]),
    ])
    func aCompiledModelIsNeverHalfWritten(_ fault: Fault) throws {
        let library = try #require(FaultLibrary.path)
        let scratch = try Scratch()
        scratch.file("p.rasp", "#pragma vocab a b\n#pragma max_length 3\ny = indices + 1;\n")
        let arguments = ["compile", "p.rasp", "--output", "model", "--verify", "2"]
        try #require(try Tool.run(arguments, in: scratch.root).status == 0)
        let files = ["config.json", "model.safetensors"].map { scratch.root.appendingPathComponent("model/" + $0) }
        let whole = try files.map { try Data(contentsOf: $0) }
        let environment = [
            "LD_PRELOAD": library, "FAULT_PATH": "model", "FAULT_CALL": fault.call, "FAULT_ERROR": "\(fault.error)",
        ]
        let counting = environment.merging(["FAULT_COUNT": scratch.path("count")]) { $1 }
        try #require(try Tool.run(arguments, in: scratch.root, environment: counting).status == 0)
        let text = try String(contentsOfFile: scratch.path("count"), encoding: .utf8)
        let count = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        for number in stride(from: 1, through: count, by: 1) {
            let failing = environment.merging(["FAULT_AT": "\(number)"]) { $1 }
            let outcome = try Tool.run(arguments, in: scratch.root, environment: failing)
            let comment = "\(fault.testDescription), call \(number): \(outcome.status) \(outcome.error.suffix(300))"
            #expect(fault.statuses.contains(outcome.status), "\(comment)")
            let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error: ") }
            #expect(errors.count == (outcome.status == 0 ? 0 : 1), "\(comment)")
            #expect(try files.map { try Data(contentsOf: $0) } == whole, "\(comment)")
        }
    }

    /// Writes of seven bytes at a time: slower, and the same files.
    @Test func shortWritesAreGoneOnWith() throws {
        let library = try #require(FaultLibrary.path)
        let micro = try MicroRun()
        try #require(micro.start("reference").status == 0)
        let environment = [
            "LD_PRELOAD": library, "FAULT_PATH": micro.scratch.path("run"), "FAULT_CALL": "write", "FAULT_ERROR": "short",
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

/// The library of failing calls; nil where there is no compiler, or where programs do not load such libraries.
enum FaultLibrary {
    static let path: String? = {
        #if os(Linux)
            // A sanitizer's runtime has to be loaded first.
            guard ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil else { return nil }
            let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Faults/faults.c").path
            let library = FileManager.default.temporaryDirectory.appendingPathComponent("tracr-inject-faults-\(getpid()).so").path
            let compiler = Process()
            compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            compiler.arguments = ["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
            compiler.standardError = FileHandle.nullDevice
            guard (try? compiler.run()) != nil else { return nil }
            compiler.waitUntilExit()
            guard compiler.terminationStatus == 0 else { return nil }
            atexit { if let library = FaultLibrary.path { unlink(library) } }
            return library
        #else
            return nil
        #endif
    }()
}
