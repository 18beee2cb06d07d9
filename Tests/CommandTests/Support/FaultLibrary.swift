import Foundation
import Testing

/// The library of failing calls; nil where there is no compiler, or where programs do not load such libraries.
enum FaultLibrary {
    static let path: String? = {
        #if os(Linux)
            // A sanitizer's runtime has to be loaded first.
            guard ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil else { return nil }
            let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let source = tests.appendingPathComponent("Faults/faults.c").path
            let library = FileManager.default.temporaryDirectory.appendingPathComponent(
                "tracr-inject-faults-\(getpid()).so"
            ).path
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

/// A call of the system that fails, and how.
struct Fault: CustomStringConvertible, Sendable {
    var call: String
    var error: Int32
    /// Whether all later calls fail as well, as on a disk that stays full.
    var stays = false

    static let calls = [
        "write", "fsync", "close", "open", "input", "mkdir", "rename", "ftruncate", "symlink", "unlink", "rmdir",
    ]

    static let all: [Fault] = [
        Fault(call: "write", error: ENOSPC, stays: true), Fault(call: "write", error: EIO),
        Fault(call: "write", error: EDQUOT),
        Fault(call: "write", error: EINTR), Fault(call: "fsync", error: EIO), Fault(call: "fsync", error: ENOSPC),
        Fault(call: "close", error: EIO),
        Fault(call: "open", error: EACCES), Fault(call: "open", error: EMFILE), Fault(call: "open", error: EROFS),
        Fault(call: "open", error: ENOSPC), Fault(call: "open", error: EIO),
        Fault(call: "input", error: EACCES), Fault(call: "input", error: EMFILE), Fault(call: "input", error: EIO),
        Fault(call: "mkdir", error: EACCES), Fault(call: "mkdir", error: ENOSPC), Fault(call: "mkdir", error: EDQUOT),
        Fault(call: "rename", error: EACCES), Fault(call: "rename", error: EIO), Fault(call: "rename", error: ENOSPC),
        Fault(call: "ftruncate", error: EIO), Fault(call: "symlink", error: EACCES),
        Fault(call: "symlink", error: ENOSPC),
        Fault(call: "unlink", error: EACCES), Fault(call: "unlink", error: EIO), Fault(call: "rmdir", error: EACCES),
    ]

    /// Exit codes that are right for it; 0 is among them where not every such call is needed for the result.
    var statuses: Set<Int32> {
        let refused: Int32 = [EACCES, EMFILE, EROFS].contains(error) ? 73 : 74
        return switch call {
        case "write", "open", "fsync", "ftruncate": error == EINTR ? [0] : [refused]
        // Some are closed after reading, or after a flush that has already told. `runs` may fail, and so may one way of
        // two to exchange two names. Of what is removed, only a manifest is in the way of anything.
        case "close", "mkdir", "rename", "unlink", "rmdir": [0, refused]
        // What is read may be an input, a folder that is flushed, or measurements that can be taken again.
        // A program is opened to see whether it can be, and once more by the front end, whose findings all end in 65.
        case "input": [0, 65, 66, refused]
        case "symlink": [0]
        default: []
        }
    }

    /// Whether the result does without the call, but a person is told.
    var isWarnedOf: Bool { ["symlink", "unlink", "rmdir"].contains(call) }

    var description: String { "\(call): \(String(cString: strerror(error)))\(stays ? ", from there on" : "")" }

    /// - Parameters:
    ///   - path: calls on paths that hold it are counted.
    ///   - inputs: the same for files that are read.
    ///   - number: of the call that fails, from 1; nil: none.
    func environment(on path: String, inputs: String, at number: Int?, log: String) throws -> [String: String] {
        var environment = [
            "LD_PRELOAD": try #require(FaultLibrary.path), "FAULT_PATH": path, "FAULT_INPUT": inputs,
            "FAULT_CALL": call, "FAULT_LOG": log,
        ]
        environment["FAULT_ERROR"] = "\(error)"
        environment["FAULT_AT"] = number.map { "\($0)" }
        if stays { environment["FAULT_STAYS"] = "1" }
        return environment
    }
}
