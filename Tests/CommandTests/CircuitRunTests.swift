import Foundation
import Testing

/// `circuit` of a run, its case folder, and what looks for circuits and variables in it.
@Suite struct CircuitRunTests {
    let micro: MicroRun

    /// A trained run, in a folder that stays as it is.
    nonisolated(unsafe) private static let trained = Result {
        let micro = try MicroRun()
        let outcome = try Tool.run(
            micro.arguments
                + [
                    "circuit.examples=2", "circuit.heads=1", "circuit.decoys=1", "circuit.placement=compact",
                    "batch.perturbed=4",
                ].flatMap { ["--set", $0] } + ["--output", "run"], in: micro.scratch.root)
        try #require(outcome.status == 0, "\(outcome.error)")
        return micro
    }

    init() throws {
        micro = try MicroRun()
        try FileManager.default.copyItem(
            atPath: Self.trained.get().scratch.path("run"), toPath: micro.scratch.path("run"))
    }

    private func tool(_ arguments: String...) throws -> Outcome {
        try Tool.run(arguments, in: micro.scratch.root)
    }

    private func json(_ name: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: micro.scratch.path(name))))
    }

    @Test func theCaseIsWhole() throws {
        let shown = try tool("circuit", "run", "--pairs", "4", "--json", "--draw", "run.svg")
        #expect(shown.status == 0, "\(shown.error)")
        let report = try shown.json()
        let edges = Set(try #require(report["edges"] as? [String]))
        #expect(!edges.isEmpty && (report["steps"] as? [String: Any])?.isEmpty == false)
        #expect((report["decoys"] as? [String: String])?.count == 1)
        #expect(FileManager.default.fileExists(atPath: micro.scratch.path("run.svg")))

        for _ in 0..<2 {
            let written = try tool("circuit", "run", "--pairs", "4", "--output", "case")
            #expect(written.status == 0, "\(written.error)")
        }
        let graph = try #require(try json("case/graph.json") as? [String: Any])
        let marked = try #require(graph["edges"] as? [String: [String: Any]])
        #expect(Set(marked.filter { $1["in_graph"] as? Bool == true }.keys) == edges)
        #expect((try json("case/edges.json") as? [[String]])?.count == edges.count)
        let variables = try #require(try json("case/variables.json") as? [[String: Any]])
        let last = variables.first { $0["name"] as? String == "last" }
        #expect((last?["writers"] as? [String])?.isEmpty == false)
        let description = try #require(try json("case/case.json") as? [String: Any])
        let certificates = try #require(description["certificates"] as? [String: Any])
        #expect(Set(certificates.keys) == ["task", "circuit", "interchange", "perplexity"])
        let pairs = try #require(description["pairs"] as? [String: [String: Any]])
        #expect(Set(pairs.keys).count == 6)
        for name in pairs.keys {
            let table = try String(contentsOfFile: micro.scratch.path("case/pairs/\(name).csv"), encoding: .utf8)
            #expect(table.hasPrefix("clean,corrupted,correct_idx,incorrect_idx"))
            let lines = try String(contentsOfFile: micro.scratch.path("case/pairs/\(name).jsonl"), encoding: .utf8)
            #expect(lines.split(separator: "\n").allSatisfy { $0.contains("<predict>") })
            #expect(lines.split(separator: "\n").count == pairs[name]?["n"] as? Int)
        }
        for name in ["model.safetensors", "config.json", "tokenizer.json", "variables.safetensors", "README.md"] {
            #expect(FileManager.default.fileExists(atPath: micro.scratch.path("case/\(name)")), "\(name)")
        }
    }

    @Test func theCaseIsSearchedAndShown() throws {
        #expect(try tool("circuit", "run", "--pairs", "4", "--output", "case").status == 0)
        try FileManager.default.createDirectory(
            atPath: micro.scratch.path("case/found"), withIntermediateDirectories: true)
        let found = try tool(
            "discover", "case", "--method", "eap", "--pairs", "case/pairs/random-test.csv", "--output",
            "case/found/eap.json")
        #expect(found.status == 0, "\(found.error)")
        let variables = try tool(
            "discover", "run", "--method", "probe", "--count", "8", "--output", "case/found/probe.safetensors",
            "--json")
        #expect(variables.status == 0, "\(variables.error)")
        #expect(try variables.json()["level"] as? String == "variable")
        let scored = try tool("score", "case/found/eap.json", "--truth", "case", "--json")
        #expect(scored.status == 0, "\(scored.error)")
        #expect(try scored.json()["auroc"] is Double)
        let subspaces = try tool(
            "score", "case/found/probe.safetensors", "--truth", "case", "--model", "run", "--count", "8", "--json")
        #expect(subspaces.status == 0, "\(subspaces.error)")
        let list = try #require(try subspaces.json()["variables"] as? [[String: Any]])
        #expect(!list.isEmpty && list.allSatisfy { ($0["interchange"] as? [String: Any])?.count == 3 })
        let page = try tool("report", "case", "--output", "cases.html")
        #expect(page.status == 0, "\(page.error)")
        let html = try String(contentsOfFile: micro.scratch.path("cases.html"), encoding: .utf8)
        let texts = [
            "The true circuit", "Found by eap", "outside, another prompt", "worst component", "Missed: ",
            "targets reached", "Average precision",
        ]
        for text in texts {
            #expect(html.contains(text), "\(text)")
        }
    }

    @Test(.enabled(if: PythonPackageTests.hasNumpy)) func bothKindsOfCasesAreOpenedInPython() throws {
        #expect(try tool("circuit", "run", "--pairs", "4", "--output", "case").status == 0)
        #expect(try tool("circuit", "count", "--pairs", "20", "--output", "compiled").status == 0)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Peer/case.py")
        let done = try Tool.run(
            [PythonPackageTests.python, script.path, "case", "compiled"], in: micro.scratch.root,
            program: PythonPackageTests.environment)
        #expect(done.status == 0, "\(done.error)")
        #expect(done.output.contains("injected: ") && done.output.contains("compiled: "))
    }

    @Test func whatIsRefused() throws {
        #expect(try tool("circuit", "run", "--vocab", "a").status == 64)
        #expect(try tool("discover", "run", "--method", "pca", "--level", "node").status == 64)
        #expect(try tool("discover", "run", "--method", "pca", "--steps", "3").status == 64)
        #expect(try tool("discover", "run", "--method", "pca", "--draw", "x.svg").status == 64)
        #expect(try tool("discover", "run", "--method", "eap", "--drawn", "0").status == 64)
        #expect(try tool("discover", "base/student", "--method", "das").status == 64)
    }
}
