import Foundation
import Testing

/// Disks that are full: a tmpfs of a few MiB, which only root may mount.
@Suite(.serialized, .enabled(if: SmallDisk.isAvailable)) struct FullDiskTests {
    /// Seen before the first byte is written.
    @Test func aRunThatDoesNotFitIsRefused() throws {
        let disk = try SmallDisk(kibibytes: 256)
        let outcome = try Tool.run("train", "--task", "count", "--steps", "0", "--output", disk.path + "/run")
        #expect(outcome.status == 74, "\(outcome.error)")
        #expect(outcome.error.contains("not enough space"))
        let contents = try FileManager.default.contentsOfDirectory(atPath: disk.path)
        #expect(contents.isEmpty, "\(contents)")
    }

    /// Another program fills the disk while a run is going on.
    @Test func aDiskThatFillsUpLeavesTheLastCheckpoint() throws {
        let micro = try MicroRun()
        let disk = try SmallDisk(kibibytes: 16 << 10)
        let run = disk.path + "/run"
        let outcome = try Tool.run(
            micro.arguments + ["--steps", "10000000", "--set", "lr.schedule=constant", "--output", run],
            in: micro.scratch.root
        ) { process in
            process.wait(forContentOf: run + "/checkpoints/latest/state.json")
            disk.fill()
        }
        #expect(outcome.status == 74, "\(outcome.error)")
        #expect(outcome.error.contains("space"))
        #expect(try Tool.run("eval", run).status == 65)
        // What was saved last is whole, and the run goes on from it when there is room again.
        let full = try Tool.run(["train", "--resume", "--output", run], in: micro.scratch.root)
        #expect(full.status == 74, "\(full.error)")
        disk.makeRoom()
        let steps = try #require(try newestCheckpoint(of: run)) + 2
        let resumed = try Tool.run(
            ["train", "--resume", "--output", run, "--steps", "\(steps)"], in: micro.scratch.root)
        #expect(resumed.status == 0, "\(resumed.error)")
        let reference = try Tool.run(
            micro.arguments + ["--steps", "\(steps)", "--set", "lr.schedule=constant", "--output", "reference"],
            in: micro.scratch.root)
        #expect(reference.status == 0, "\(reference.error)")
        for file in ["student/model.safetensors", "projection.safetensors", "variables.json"] {
            let wanted = try Data(contentsOf: URL(fileURLWithPath: micro.scratch.path("reference/" + file)))
            #expect(try Data(contentsOf: URL(fileURLWithPath: run + "/" + file)) == wanted, "\(file)")
        }
    }

    private func newestCheckpoint(of run: String) throws -> Int? {
        try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
            .compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.max()
    }
}

/// A tmpfs that is full soon.
private final class SmallDisk {
    let path: String

    static let isAvailable: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk(kibibytes: 64) else { return false }
        withExtendedLifetime(disk) {}
        return true
    }()

    init(kibibytes: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
            rmdir(path)
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    private var filler: String { path + "/filler" }

    /// Takes the last byte.
    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        let block = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        close(descriptor)
    }

    func makeRoom() { unlink(filler) }

    deinit {
        umount(path)
        rmdir(path)
    }
}
