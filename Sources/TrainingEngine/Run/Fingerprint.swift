import Basics
import Foundation
import TensorCore

/// What a run is made from: hashes of program, student and data, and how the machine computes. Saved with every
/// checkpoint; a resume with other inputs is refused, one with another kernel, vector level or thread count
/// warned about, since its bits will differ.
package struct Fingerprint {
    package var inputs: [(name: String, hash: String)] = []
    package var threads: Int
    package var ranks = 1
    package var kernel: String
    package var vectorLevel: String

    package init() {
        threads = Parallel.threads
        kernel = BLAS.kernelName
        vectorLevel = VectorLevel.inUse.name
    }

    package mutating func add(_ name: String, _ text: String) {
        inputs.append((name, XXHash64.hex(Data(text.utf8))))
    }

    package mutating func add(_ name: String, hash: String) { inputs.append((name, hash)) }

    package mutating func add(_ name: String, contentsOf file: URL) throws {
        inputs.append((name, try XXHash64.hex(contentsOf: file)))
    }

    /// The files that a program and a task are read from, the program's own first.
    package mutating func add(sources: [URL]) throws {
        for (index, file) in sources.enumerated() {
            var name = index == 0 ? "program" : "file \(file.lastPathComponent)"
            // Two folders may hold files of one name.
            while inputs.contains(where: { $0.name.hasSameBytes(as: name) }) { name += " (another one)" }
            try add(name, contentsOf: file)
        }
    }

    /// The hashes of the inputs, by name.
    package var hashes: JSONObject { JSONObject(inputs.map { ($0.name, .string($0.hash)) }) }

    package var json: JSONValue {
        [
            "inputs": .object(hashes),
            "threads": .integer(threads), "ranks": .integer(ranks), "kernel": .string(kernel),
            "vector_level": .string(vectorLevel),
        ]
    }

    /// The inputs' hashes alone, but for a text that the first rank alone keeps.
    package var ofInputs: String {
        inputs.filter { $0.name != "sampled text" }.map { "\($0.name) \($0.hash)" }.joined(separator: "\n")
    }

    /// Compares with the fingerprint that a checkpoint carries.
    ///
    /// - Parameter warn: is told what makes the last bits differ: other threads, another BLAS kernel.
    /// - Throws: `.badData` naming the input that is not what it was.
    package func compare(with saved: JSONValue, at run: RunDirectory, warn: (String) -> Void) throws {
        for (name, hash) in inputs {
            guard let old = saved["inputs"]?[name]?.string, old != hash else { continue }
            throw Failure(
                .badData, "not the same \(name) as the run was started with", at: run.root.path,
                remedy: "Put it back, or start a new run with another --output.")
        }
        if let old = saved["threads"]?.integer, old != threads {
            warn("resumed with \(threads) threads, started with \(old): results differ in the last bits")
        }
        if let old = saved["ranks"]?.integer, old != ranks {
            warn("resumed with \(ranks) ranks, started with \(old): results differ in the last bits")
        }
        if let old = saved["kernel"]?.string, old != kernel {
            warn("resumed with BLAS kernel \(kernel), started with \(old): results differ in the last bits")
        }
        if let old = saved["vector_level"]?.string, old != vectorLevel {
            warn(
                "resumed at vector level \(vectorLevel), started at \(old): results differ in the last bits")
        }
    }
}
