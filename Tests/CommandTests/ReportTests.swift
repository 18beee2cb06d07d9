import Foundation
import Testing

/// `reproduce` and `report` in miniature, with a task of the user's own.
@Suite struct ReportTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        scratch.file(
            "last.rasp",
            "#pragma vocab _ a b :\n#pragma max_length 12\n#pragma causal true\n"
                + "previous = aggregate(select(indices, indices - 1, ==), tokens, \"_\");\nlast = previous if tokens == \":\" else \"_\";\n"
        )
        scratch.file("text.txt", "It was the best of times, it was the worst of times.\n")
        scratch.file("solve.rasp", "solve = aggregate(select(indices, length - 1, ==), tokens);\n")
        scratch.file(
            "<last>.yaml",
            """
            program: last.rasp
            prompt: "Last of {input} :"
            tokens: {a: [" a"], b: [" b"], ":": [" :", ":"]}
            answers: {a: a, b: b}
            generator: {alphabet: [a, b], lengths: [1, 4], solution: solve.rasp, read: last, test_share: 3}
            settings: {longer: {summary: five letters, lengths: [5, 5]}}
            """)
    }

    private static let small = [
        "--set", "text.samples=16", "--set", "text.held_out=4", "--set", "text.tokens=16", "--set", "batch.text=2",
        "--set", "data.check=20",
    ]
    private static let measured = ["--prompts", "5", "--norms", "0,20", "--text", "text.txt"]

    private func reproduce(_ arguments: String...) throws -> Outcome {
        try Tool.run(
            ["reproduce", "--tasks", "<last>.yaml", "--steps", "2", "--output", "out"] + Self.small + Self.measured
                + arguments,
            in: scratch.root)
    }

    private func modified(_ path: String) throws -> Date {
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path(path))
        return try #require(attributes[.modificationDate] as? Date)
    }

    @Test func reproduceTrainsMeasuresReportsAndGoesOn() throws {
        let first = try reproduce("--methods", "tracr", "--json")
        #expect(first.status == 0, "\(first.error)")
        #expect(first.error.contains("1 run:") && first.error.contains("of training"))
        let object = try first.json()
        let runs = try #require(object["runs"] as? [[String: Any]])
        #expect(runs.map { $0["run"] as? String } == ["<last>-tracr-42"])
        let suites = try #require(runs[0]["suites"] as? [String: Any])
        #expect(
            Set(suites.keys) == [
                "task", "decoding", "perturbed", "ood", "causality", "interchange", "controls", "perplexity",
            ])

        // Again with another method: what is finished stays, byte for byte. Of it the controls alone are measured anew,
        // since there is a baseline now.
        let manifest = try modified("out/<last>-tracr-42/manifest.json")
        let second = try reproduce()
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains("2 runs:") && second.error.contains("1 done"))
        #expect(try modified("out/<last>-tracr-42/manifest.json") == manifest)
        let measuring = second.error.split(separator: "\n").filter { $0.contains("measuring <last>-tracr-42: ") }
        #expect(measuring.count == 1 && measuring.allSatisfy { $0.hasSuffix(": controls") }, "\(measuring)")
        #expect(second.output.contains("Finetuning + KL"))

        let page = try String(contentsOf: scratch.root.appendingPathComponent("out/report.html"), encoding: .utf8)
        // Names are escaped, and nothing is loaded from elsewhere.
        #expect(page.contains("&lt;last&gt;") && !page.contains("<last>"))
        for forbidden in ["<script", "src=", "href=", "@import", "url("] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        #expect(page.components(separatedBy: "<svg").count - 1 == page.components(separatedBy: "</svg>").count - 1)
        let parts = [
            "figure 3 of the paper", "Training", "exchanged", "figures 6 and 5", "prefers-color-scheme: dark",
        ]
        for part in parts {
            #expect(page.contains(part), "\(part)")
        }

        // A task of the user's own has settings of its own, and nothing of the paper's stands beside it.
        #expect(page.contains("longer (five letters)"))
        for foreign in ["Appendix D", "in the paper", "paper's figures"] {
            #expect(!page.contains(foreign) && !second.output.contains(foreign), "\(foreign)")
        }

        // Figures that nothing measured: shares of more than one, of fewer than none.
        let evaluation = try String(
            contentsOf: scratch.root.appendingPathComponent("out/<last>-tracr-42/evaluation.json"), encoding: .utf8)
        let absurd = evaluation.replacing(/"accuracy": *[0-9.]+/, with: "\"accuracy\": 1e300").replacing(
            /"n": *[0-9]+/, with: "\"n\": -4")
        #expect(absurd != evaluation)
        scratch.file("out/<last>-tracr-42/evaluation.json", absurd)
        #expect(
            try Tool.run(
                ["report", "out/<last>-tracr-42", "--output", "absurd.html"] + Self.measured, in: scratch.root
            ).status == 0)
    }

    @Test func runsOfOtherSettingsAreNoSeedsOfOneExperiment() throws {
        for (name, kind) in [("default", "per-variable"), ("other", "cosine")] {
            let trained = try Tool.run(
                ["train", "--task", "<last>.yaml", "--steps", "2", "--output", name, "--set", "alignment.kind=\(kind)"]
                    + Self.small,
                in: scratch.root)
            #expect(trained.status == 0, "\(trained.error)")
        }
        let report = try Tool.run(
            ["report", "default", "other", "--output", "both.html"] + Self.measured, in: scratch.root)
        #expect(report.status == 0, "\(report.error)")
        // What all of them have is not told row by row.
        #expect(
            report.output.contains("Tracr-Injection, alignment.kind=cosine")
                && !report.output.contains("text.samples=16"))
        let page = try String(contentsOf: scratch.root.appendingPathComponent("both.html"), encoding: .utf8)
        #expect(page.contains("all with") && page.contains("text.samples=16"))
    }

    @Test func ownTaskGoesThroughTrainEvalAndDecode() throws {
        let small = TrainTests.small
        let trained = try Tool.run(
            ["train", "--task", "<last>.yaml", "--steps", "2", "--output", "run"] + small, in: scratch.root)
        #expect(trained.status == 0, "\(trained.error)")
        let evaluated = try Tool.run("eval", "run", "--suite", "task", "--json", in: scratch.root)
        #expect(evaluated.status == 0, "\(evaluated.error)")
        // The task has fewer than the 500 test prompts that the suite asks otherwise: it takes all, and says so.
        let noised = try Tool.run("eval", "run", "--suite", "causality", "--norms", "0", in: scratch.root)
        #expect(noised.status == 0 && noised.output.contains("(all test prompts that fit)"), "\(noised.output)")
        let decoded = try Tool.run(
            "decode", "Last of a b :", "--run", "run", "--layer", "3", "--json", in: scratch.root)
        let variables = try #require(try decoded.json()["variables"] as? [String: [String: [Any]]])
        #expect(variables["last"]?["expected"]?.last as? String == "b")
        let data = try Tool.run("data", "<last>.yaml", "--json", in: scratch.root)
        // 2 + 4 + 8 + 16
        #expect(try data.json()["distinct"] as? Int == 30)
        // A program that does not solve the task is refused before anything is trained.
        scratch.file("solve.rasp", "solve = aggregate(select(indices, 0, ==), tokens);\n")
        let refused = try Tool.run(["train", "--task", "<last>.yaml", "--output", "other"] + small, in: scratch.root)
        #expect(refused.status == 65)
        #expect(refused.error.contains("disagree"))
    }

    @Test func whatIsMissingIsSaid() throws {
        #expect(try Tool.run("report", "nothing", in: scratch.root).status == 66)
        #expect(try Tool.run("eval", "tiny", "--precision", "half", in: scratch.root).status == 64)
        #expect(try Tool.run("reproduce", "--methods", "magic", in: scratch.root).status == 64)
        #expect(try Tool.run("reproduce", "--tasks", "cuont", in: scratch.root).status == 64)
        #expect(try Tool.run("eval", "tiny", "--suite", "lambada", in: scratch.root).status == 64)
        scratch.file("dev.tsv", "sentence\tlabel\nfine\t1\nbroken\n")
        let broken = try Tool.run("eval", "tiny", "--suite", "sst2", "--sst2", "dev.tsv", in: scratch.root)
        #expect(broken.status == 65)
        #expect(broken.error.contains("dev.tsv:3"))
    }
}
