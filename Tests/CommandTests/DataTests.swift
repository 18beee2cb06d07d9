import Foundation
import Testing

/// `data`, `tokenize` and `doctor`: commands that print and write nothing.
@Suite struct DataTests {
    @Test func countExamplesAreCountedRight() throws {
        let outcome = try Tool.run("data", "count", "--split", "test", "--count", "50")
        #expect(outcome.lines.count == 50)
        for line in outcome.lines {
            let example = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
            let prompt = try #require(example["prompt"])
            let match = try #require(
                prompt.wholeMatch(of: /What is the number of 'X' in this text\? ([xy ]+)\. Answer:/), "\(prompt)")
            #expect(example["answer"] == " \(match.1.count { $0 == "x" })")
        }
    }

    @Test func sameSeedSameBytes() throws {
        let first = try Tool.run("data", "int-sum", "--count", "20", "--seed", "7")
        #expect(try Tool.run("data", "int-sum", "--count", "20", "--seed", "7").output == first.output)
        #expect(try Tool.run("data", "int-sum", "--count", "20", "--seed", "8").output != first.output)
    }

    @Test(arguments: [("count", "x-only", 40), ("shuffle-dyck", "almost-balanced", 30), ("int-sum", "four-digit", 30)])
    func settingsOutsideTheTrainingDistribution(_ task: String, _ split: String, _ count: Int) throws {
        // x-only has 40 examples and no more.
        let asked = split == "x-only" ? 100 : count
        #expect(try Tool.run("data", task, "--split", split, "--count", "\(asked)").lines.count == count)
    }

    /// What the articles call a setting can be asked for by that word.
    @Test func settingIsAnotherNameOfSplit() throws {
        let arguments = ["data", "count", "--count", "3"]
        let split = try Tool.run(arguments + ["--split", "y-to-z"])
        #expect(split.lines.count == 3)
        #expect(try Tool.run(arguments + ["--setting", "y-to-z"]).output == split.output)
        #expect(try Tool.run(arguments + ["--setting", "y-to-x"]).error.contains("Did you mean 'y-to-z'?"))
    }

    @Test func unknownTaskIsUsageWithASuggestion() throws {
        let outcome = try Tool.run("data", "coutn")
        #expect(outcome.status == 64)
        #expect(outcome.error == "tracr-inject: error: unknown task 'coutn'\n  Did you mean 'count'?\n")
    }

    @Test func tokenizeRoundTrips() throws {
        let text = "The number 12, [brackets] — naïve ünïcödé 語"
        let outcome = try Tool.run("tokenize", "--json", text)
        #expect(outcome.status == 0, "\(outcome.error)")
        let ids = try #require(try outcome.json()["ids"] as? [Int])
        let pieces = try #require(try outcome.json()["pieces"] as? [String])
        #expect(ids.count == pieces.count)
        #expect(pieces.first?.hasPrefix("T") == true)
        #expect(pieces.contains { $0.hasPrefix("Ġ") })
    }

    @Test func tokenizeTakesALineAtATime() throws {
        let outcome = try Tool.run("tokenize", "--json", input: "one\n\ntwo")
        #expect(outcome.lines.count == 3)
        #expect(outcome.lines[1] == #"{"ids": [], "pieces": []}"#)
    }

    /// OpenBLAS takes its oldest kernel for a processor that it does not know; one that the user names stays.
    @Test func productsUseWhatTheProcessorHas() throws {
        let own = try Tool.run("doctor", "--json")
        let facts = try own.json()
        if (facts["blas"] as? String)?.contains("DYNAMIC_ARCH") == true {
            #expect(!own.error.contains("OpenBLAS chose it"))
        }
        // Whoever runs the tests may have named a kernel for all of them.
        let forced = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]
        #expect(facts["blas_forced_kernel"] as? String == forced ?? "none")
        let named = try Tool.run("doctor", "--json", environment: ["OPENBLAS_CORETYPE": "Nehalem"]).json()
        #expect(named["blas_forced_kernel"] as? String == "Nehalem")
        let choosing = try Tool.run("doctor", "--json", environment: ["OPENBLAS_CORETYPE": ""])
        #expect(try choosing.json()["blas_forced_kernel"] as? String == "none")
        #expect(!choosing.error.contains("OpenBLAS chose it"))
        let kernel = try #require(facts["blas_kernel"] as? String)
        #expect(
            try Tool.run("doctor", "--json", environment: ["OPENBLAS_CORETYPE": kernel]).json()["blas_kernel"]
                as? String == kernel)
    }

    @Test func doctorKnowsTheMachine() throws {
        let facts = try Tool.run("doctor", "--json").json()
        #expect((facts["threads"] as? Int ?? 0) >= 1)
        #expect((facts["blas_kernel"] as? String)?.isEmpty == false)
        let student = try #require(facts["student"] as? String)
        #expect(FileManager.default.fileExists(atPath: student + "/config.json"))
    }
}
