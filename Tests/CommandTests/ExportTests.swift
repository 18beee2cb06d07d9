import Foundation
import Testing

/// `export`: the bundle is a run, and what it holds agrees with what `eval` measures.
@Suite struct ExportTests {
    @Test func theBundleIsARunWithItsFigures() throws {
        let scratch = try Scratch()
        let trained = try Tool.run(
            ["train", "--task", "count", "--steps", "2", "--output", "run"] + TrainTests.small, in: scratch.root)
        try #require(trained.status == 0, "\(trained.error)")
        scratch.file("text.txt", "It was the best of times, it was the worst of times.\n")
        let report = try Tool.run(
            "report", "run", "--prompts", "10", "--norms", "0", "--text", "text.txt", in: scratch.root)
        try #require(report.status == 0, "\(report.error)")
        let exported = try Tool.run(
            "export", "run", "--output", "bundle", "--prompts", "10", "--json", in: scratch.root)
        try #require(exported.status == 0, "\(exported.error)")
        let files = try #require(try exported.json()["files"] as? [String: Any])
        for file in [
            "README.md", "student/README.md", "student/model.safetensors", "projection.safetensors", "variables.json",
            "compiled/config.json", "sources/index.json", "sources/count.rasp", "manifest.json", "evaluation.json",
            "data/predictions.jsonl", "data/exchanges.jsonl", "data/activations.safetensors", "data/activations.json",
        ] {
            #expect((files[file] as? Int ?? 0) > 0, "\(file)")
        }
        // Nothing of how the folders are called on the machine that trained it.
        #expect(!files.keys.contains { $0.hasPrefix("checkpoints") || $0 == "origins.json" })
        let card = try String(contentsOfFile: scratch.path("bundle/README.md"), encoding: .utf8)
        #expect(card.contains("| exact answers, held-out prompts | ") && card.contains("by a probe of the original"))
        #expect(try Tool.run("export", "run", "--output", "bundle", in: scratch.root).status == 73)

        // The same figures come of the bundle as of the run, and of its records.
        let measure = ["--suite", "task,interchange,decoding", "--prompts", "10", "--json"]
        let suites = try ["run", "bundle"].map { run in
            try #require(try Tool.run(["eval", run] + measure, in: scratch.root).json()["suites"] as? NSDictionary)
        }
        #expect(suites[0] == suites[1])
        let predictions = try Self.lines(scratch.path("bundle/data/predictions.jsonl"))
        let test = predictions.filter { $0["split"] as? String == "test" }
        #expect(test.count == 10 && Set(predictions.compactMap { $0["split"] as? String }).count == 4)
        let right = test.count { $0["correct"] as? Bool == true }
        #expect((suites[0]["task"] as? [String: Any])?["accuracy"] as? Double == Double(right) / 10)
        #expect(
            test.allSatisfy { ($0["generated"] as? String == $0["answer"] as? String) == ($0["correct"] as? Bool) })

        let exchanges = try Self.lines(scratch.path("bundle/data/exchanges.jsonl"))
        let variables = (suites[0]["interchange"] as? [String: Any])?["variables"] as? [String: [[String: Any]]]
        for (name, cells) in try #require(variables) {
            for cell in cells {
                let own = exchanges.filter {
                    $0["variable"] as? String == name && $0["student_layer"] as? Int == cell["layer"] as? Int
                }
                #expect(own.count == cell["n"] as? Int, "\(name)")
                let changing = own.filter { $0["changes"] as? Bool == true }
                #expect(changing.count == (cell["changing"] as? [String: Any])?["n"] as? Int, "\(name)")
                #expect(changing.allSatisfy { ($0["before"] as? NSArray) != ($0["expected"] as? NSArray) })
            }
        }
        // Without an exchange the program says the answer, digit by digit.
        let first = try #require(exchanges.first)
        let spelt = (first["before"] as? [Any] ?? []).compactMap { $0 as? String }.filter { Int($0) != nil }.joined()
        #expect(" " + spelt == first["answer"] as? String)
    }

    private static func lines(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }
}
