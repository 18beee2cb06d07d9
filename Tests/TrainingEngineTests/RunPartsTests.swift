import Basics
import Foundation
import Testing
import TrainingEngine

@Suite struct RunPartsTests {
    /// Test vectors of the xxHash specification's reference implementation.
    @Test(arguments: [
        ("", "ef46db3751d8e999"), ("a", "d24ec4f1a98c6e5b"), ("abc", "44bc2cf5ad770999"),
        ("Nobody inspects the spammish repetition", "fbcea83c8a378bf1"),
    ])
    func xxHash64(text: String, hash: String) {
        #expect(XXHash64.hex(Data(text.utf8)) == hash)
    }

    /// A name in a manifest is a path below the run, whatever mark stands behind its slashes.
    @Test(arguments: ["../secret", "../\u{301}secret", "a/..\u{2F}\u{301}b", "/\u{301}etc", "a//\u{301}b"])
    func manifestsNameFilesOfTheRun(name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
        let run = RunDirectory(folder.appendingPathComponent("run"))
        try FileManager.default.createDirectory(at: run.root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = JSONObject([(name, .string("ef46db3751d8e999"))])
        try SealedJSON.write(
            JSONObject([("format", .integer(Manifest.format)), ("step", 1), ("files", .object(files))]),
            to: run.manifest)
        let refusal = #expect(throws: Failure.self) { _ = try Manifest(verifying: run) }
        #expect(refusal?.message.contains("outside the run") == true, "\(refusal?.message ?? "")")
    }

    /// A folder may hold two files whose names look alike.
    @Test func manifestsListFilesByTheirBytes() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let run = RunDirectory(root)
        try FileManager.default.createDirectory(at: run.student, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: run.compiled, withIntermediateDirectories: true)
        for name in ["config.yaml", "projection.safetensors", "variables.json", "student/\u{E9}", "student/e\u{301}"] {
            #expect(FileManager.default.createFile(atPath: root.path + "/" + name, contents: Data(name.utf8)))
        }
        try Manifest.write(for: run, step: 3)
        let manifest = try Manifest(verifying: run)
        #expect(manifest.step == 3 && manifest.checksums.count == 5)
        #expect(manifest.checksums["student/\u{E9}"] != manifest.checksums["student/e\u{301}"])
    }

    @Test func metricsAreOneJSONObjectALine() throws {
        let line = StepMetrics(
            step: 3, loss: 1.5, parts: ["ce": 0.1, "alg": 1e-9, "kl": 0], lr: 1e-4, tokensPerSecond: 1234.56,
            seconds: 0.25
        ).jsonLine
        #expect(
            line == """
                {"step":3,"loss":1.5,"ce":0.1,"alg":1e-09,"kl":0.0,"lr":0.0001,"tokens_per_second":1234.6,"seconds":0.25}

                """)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double])
        #expect(Set(object.keys) == ["step", "loss", "ce", "alg", "kl", "lr", "tokens_per_second", "seconds"])
        #expect(object["ce"].map { Float($0) } == 0.1)
        #expect(object["alg"].map { Float($0) } == 1e-9)
        #expect(line.hasSuffix("}\n"))
    }
}
