import Basics
import Foundation
import Injection
import InjectionSettings
import TestSupport
import Testing
import TrainingEngine

/// Whole runs of a micro student, one after the other: each uses every thread. Signals are the command's tests' part:
/// they would reach every run of this process.
@Suite(.serialized) struct TrainingRunTests {
    /// Names and contents of the files that have to be equal; metrics without their two clock readings.
    private func contents(_ run: RunDirectory) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for folder in [run.student, run.compiled] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                files["\(folder.lastPathComponent)/\(name)"] = try Data(
                    contentsOf: folder.appendingPathComponent(name))
            }
        }
        for file in [run.projection, run.variables, run.text] {
            files[file.lastPathComponent] = try Data(contentsOf: file)
        }
        files["metrics.jsonl"] = Data(try metrics(run).joined(separator: "\n").utf8)
        return files
    }

    private func metrics(_ run: RunDirectory) throws -> [String] {
        try String(contentsOf: run.metrics, encoding: .utf8).split(separator: "\n").map { line in
            line.range(of: ",\"tokens_per_second\"").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
    }

    private func failure(_ body: () throws -> Void) -> Failure? {
        do {
            try body()
            return nil
        } catch let failure as Failure {
            return failure
        } catch {
            return Failure(.internalError, "another kind of error: \(error)")
        }
    }

    /// What is left of a run that was killed after the checkpoint of `step`: later files are gone, and the metrics file
    /// is ahead of the checkpoint, with half a line at its end.
    private func kill(_ run: RunDirectory, after step: Int) throws {
        let manager = FileManager.default
        for file in [run.manifest, run.student, run.projection, run.variables] { try manager.removeItem(at: file) }
        for name in try manager.contentsOfDirectory(atPath: run.checkpoints.path) {
            if let number = Int(name.dropFirst(5)), number > step {
                try manager.removeItem(at: run.checkpoints.appendingPathComponent(name))
            }
        }
        let handle = try FileHandle(forWritingTo: run.metrics)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":7,\"lo".utf8))
        try handle.close()
    }

    /// What the recipe `anywhere` adds to the default one, and the decay of `pretrained`.
    private static let anywhere = [
        ("program.max_length", "256"), ("context.text", "true"), ("context.random", "1"), ("context.behind", "1"),
        ("context.wording", "0.5"), ("optimizer.matrices", "muon"), ("loss.kl_rise", "0.5"),
        ("alignment.dimensions", "3"), ("optimizer.start_decay", "20"),
    ]

    @Test(arguments: [false, true]) func aKilledRunResumesToTheSameBytes(anywhere: Bool) throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("checkpoint.keep_last", "9")] + (anywhere ? Self.anywhere : []))
        let run = try Training.start(settings, output: folder("run")).run
        let loaded = try LoadedRun(run)
        #expect((loaded.projection.basis != nil) == anywhere)
        // The whole context where the program reads what stands before a prompt, else the longest example.
        #expect((loaded.compiled.maxLength == loaded.student.model.configuration.contextLength) == anywhere)
        let wanted = try contents(run)
        #expect(wanted.count > 8)
        for step in [4, 2] {
            try kill(run, after: step)
            let outcome = try Training.resume(run.root)
            #expect(outcome.step == 6)
            let got = try contents(run)
            #expect(got.keys.sorted() == wanted.keys.sorted())
            for (name, data) in wanted { #expect(got[name] == data, "\(name), resumed after step \(step)") }
        }
        // A damaged newest checkpoint is passed over for the one before.
        try kill(run, after: 4)
        let damaged = run.checkpoints.appendingPathComponent("step-00000004/state.safetensors")
        var bytes = try Data(contentsOf: damaged)
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: damaged)
        #expect(try Training.resume(run.root).step == 6)
        #expect(try contents(run) == wanted)
        // More steps than were planned go on from the end.
        let longer = try Training.resume(run.root, overrides: [SettingOverride("steps", "8")])
        #expect(longer.step == 8)
        #expect(try metrics(run).count == 8)
        _ = try Manifest(verifying: run)
    }

    /// The same of a run that injects a circuit, with backups and decoys.
    @Test func aKilledRunWithACircuitResumesToTheSameBytes() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, layers: 10,
            overrides: [
                ("circuit.examples", "3"), ("circuit.heads", "1"), ("circuit.edges", "0.5"), ("circuit.backups", "1"),
                ("circuit.decoys", "1"), ("circuit.start", "0.3"), ("circuit.rise", "0.4"),
                ("checkpoint.keep_last", "9"),
            ])
        let run = try Training.start(settings, output: folder("run")).run
        let wanted = try contents(run)
        for step in [4, 2] {
            try kill(run, after: step)
            #expect(try Training.resume(run.root).step == 6)
            let got = try contents(run)
            #expect(got.keys.sorted() == wanted.keys.sorted())
            for (name, data) in wanted { #expect(got[name] == data, "\(name), resumed after step \(step)") }
        }
    }

    /// A run killed after its last checkpoint was put in place, and before `latest` followed and the older one went.
    @Test func theLastCheckpointIsSettledOnAResume() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("steps", "2"), ("checkpoint.keep_last", "1")])
        let run = try Training.start(settings, output: folder("run")).run
        let (manager, place) = (FileManager.default, { run.checkpoints.appendingPathComponent($0) })
        try manager.copyItem(at: place("step-00000002"), to: place("step-00000001"))
        try manager.removeItem(at: place("latest"))
        try manager.createSymbolicLink(atPath: place("latest").path, withDestinationPath: "step-00000001")
        #expect(try Training.resume(run.root).step == 2)
        #expect(try manager.contentsOfDirectory(atPath: run.checkpoints.path).sorted() == ["latest", "step-00000002"])
        #expect(try manager.destinationOfSymbolicLink(atPath: place("latest").path) == "step-00000002")
    }

    @Test func theBaselineHasNeitherAlignmentNorRoll() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, overrides: [("method", "finetune")])
        let run = try Training.start(settings, output: folder("run")).run
        for line in try metrics(run) { #expect(line.contains("\"alg\":0.0,")) }
        // The map is written, and untouched: its gradient was never formed.
        let start = try MicroStudent.settings(in: folder, overrides: [("steps", "0")])
        let initial = try Training.start(start, output: folder("initial")).run
        #expect(try metrics(initial).isEmpty)
        let files = try [initial, run].map { try SafeTensorsFile(contentsOf: $0.projection).floats("weight") }
        // Weight decay alone moves it, by far less than a part in a hundred.
        #expect(zip(files[0], files[1]).allSatisfy { abs($0 - $1) <= 0.01 * abs($0) })
        // Without a step the student is the one that was given.
        let weights = try [folder("student"), initial.student].map {
            try SafeTensorsFile(contentsOf: $0.appendingPathComponent("model.safetensors"))
                .floats("transformer.h.0.mlp.c_fc.weight")
        }
        #expect(weights[0] == weights[1])
    }

    @Test func refusesWhatCannotBeTrained() throws {
        let folder = try MicroStudent.Folder()
        let good = try MicroStudent.settings(in: folder)
        func start(_ overrides: [(String, String)], student: String? = nil) -> Failure? {
            failure {
                var settings = try MicroStudent.settings(in: folder, overrides: overrides)
                if let student { settings.student = student }
                _ = try Training.start(settings, output: folder("refused"))
            }
        }
        #expect(start([("task", "cuont")])?.kind == .usage)
        #expect(start([], student: "/no/such/student")?.kind == .notFound)
        try MicroStudent.make(layers: 1).save(to: folder("shallow"))
        let shallow = start([], student: folder("shallow").path)
        #expect(shallow?.kind == .badData && shallow?.message.contains("1 layers") == true)
        try MicroStudent.make(context: 32).save(to: folder("short"))
        #expect(start([], student: folder("short").path)?.message.contains("reads at most 32") == true)
        try Data(" \n".utf8).write(to: folder("empty.txt"))
        #expect(start([("text.file", folder("empty.txt").path)])?.kind == .badData)
        try Data("{\"prompt\":\"one x. Answer:\",\"answer\":\" 2\"}\n".utf8).write(to: folder("wrong.jsonl"))
        #expect(start([("data.file", folder("wrong.jsonl").path)])?.message.contains("disagree") == true)
        // Nothing of the above left a run behind.
        #expect(!RunDirectory(folder("refused")).isFinished)

        let diverged = start([("lr.student", "1e30"), ("lr.warmup", "0"), ("optimizer.clip", "0")])
        #expect(diverged?.kind == .verificationFailed && diverged?.message.contains("step 2") == true)

        try Data("mine".utf8).write(to: folder("thesis.txt"))
        #expect(failure { _ = try Training.start(good, output: folder.url) }?.kind == .cannotCreate)
    }

    @Test func anEarlierRunIsMovedAsideAndALockedOneLeftAlone() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, overrides: [("steps", "1")])
        let first = try Training.start(settings, output: folder("run")).run
        let before = try contents(first)
        _ = try Training.start(settings, output: folder("run"))
        #expect(try contents(RunDirectory(folder("run.1"))) == before)
        #expect(try contents(RunDirectory(folder("run"))) == before)
        let lock = try RunLock(directory: first.root)
        #expect(failure { _ = try Training.resume(first.root) }?.message.contains("another training") == true)
        #expect(failure { _ = try Training.start(settings, output: first.root) }?.kind == .cannotCreate)
        withExtendedLifetime(lock) {}

        // A result that is not what the run wrote is refused by name.
        let file = first.student.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: file)
        let damaged = failure { _ = try LoadedRun(first) }
        #expect(damaged?.kind == .badData && damaged?.message.contains("student/model.safetensors") == true)
    }
}
