import Foundation
import Testing

/// `eval --method gate`: the bundled student with a program's answers on top, nothing trained.
@Suite struct GateCommandTests {
    @Test func tinyBesideCount() throws {
        let outcome = try Tool.run(
            "eval", "tiny", "--method", "gate", "--task", "count", "--suite", "task", "--prompts", "8", "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let result = try outcome.json()
        #expect(result["method"] as? String == "gate")
        let task = (result["suites"] as? [String: [String: Any]])?["task"]
        #expect(task?["accuracy"] as? Double == 1 && task?["n"] as? Int == 8)
    }

    @Test(
        arguments: zip(
            [
                ["--method", "gate"], ["--task", "count"],
                ["--method", "gate", "--task", "count", "--suite", "decoding"],
                ["--method", "gate", "--task", "count", "--gate-logit", "-1"],
            ],
            ["--task", "--method gate", "cannot be measured", "--gate-logit"]))
    func whatIsRefused(arguments: [String], part: String) throws {
        let outcome = try Tool.run(["eval", "tiny"] + arguments)
        #expect(outcome.status == 64 && outcome.error.contains(part), "\(outcome.error)")
    }
}
