import Foundation
import Testing

/// A run goes on only with what it was started with: the task file, the program, what that loads, and the program that
/// makes the examples.
@Suite struct ChangedInputsTests {
    @Test(arguments: ["task.yaml", "program.rasp", "letter.rasp", "solution.rasp", "marks.rasp"])
    func aChangedFileIsNamed(_ changed: String) throws {
        let scratch = try Scratch()
        // The letter before the last one is marked; examples are made by another program, in two files as well.
        scratch.file("letter.rasp", "letter = aggregate(select(indices, indices - 1, ==), tokens, \"_\");\n")
        scratch.file(
            "program.rasp",
            """
            #pragma vocab _ a b = end
            #pragma max_length 24
            #pragma causal true
            #pragma output next
            load "letter";
            started = selector_width(select(tokens, "=", ==));
            next = "_" if started == 0 else (letter if tokens == "=" else "end");

            """)
        scratch.file("marks.rasp", "final = aggregate(select(indices, length - 1, ==), tokens);\n")
        scratch.file("solution.rasp", "load \"marks\";\nsolution = final;\n")
        scratch.file(
            "task.yaml",
            """
            program: program.rasp
            prompt: "Last of {input} ="
            tokens: {a: [" a"], b: [" b"], "=": [" =", "="]}
            fill: _
            end: end
            generator: {alphabet: [a, b], lengths: [1, 5], solution: solution.rasp, read: last}

            """)
        let small = TrainTests.small + ["--steps", "2", "--output", "run"]
        let trained = try Tool.run(["train", "--task", "task.yaml"] + small, in: scratch.root)
        try #require(trained.status == 0, "\(trained.error)")

        let file = URL(fileURLWithPath: scratch.path(changed))
        let before = try Data(contentsOf: file)
        try (before + Data("# changed\n".utf8)).write(to: file)
        let refused = try Tool.run("train", "--resume", "--output", "run", "--steps", "3", in: scratch.root)
        #expect(refused.status == 65, "\(refused.error)")
        let name = changed == "program.rasp" ? "program" : "file \(changed)"
        #expect(refused.error.contains("not the same \(name) as"), "\(refused.error)")

        try before.write(to: file)
        let resumed = try Tool.run("train", "--resume", "--output", "run", "--steps", "3", in: scratch.root)
        #expect(resumed.status == 0, "\(resumed.error)")
    }
}
