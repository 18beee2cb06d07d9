import Compiler
import Foundation
import RASP
import Testing

/// Random programs, interpreter against weights: graphs over every construct for even seeds, programs as text for odd
/// ones.
///
/// `FUZZ_PROGRAMS` and `FUZZ_SEED` in the environment set how many and which; `FUZZ_REFUSED` prints refusals. What was
/// found so far is printed every 500 programs, so that a long run can be stopped at any time.
@Suite struct Fuzz {
    private struct Tally: CustomStringConvertible {
        var programs = 0
        var compiled = 0
        var compared = 0
        var refused = 0
        var inputs = 0
        var undefined = 0
        /// Programs with loops: with the rounds in one block, and refused so.
        var tied = 0
        var untied = 0
        var wrong: [UInt64] = []

        var description: String {
            "fuzz: \(programs) programs, \(compiled) compiled, \(compared) of them compared on 20 inputs or more, \(refused) refused, "
                + "\(tied) tied, \(untied) not, \(inputs) inputs compared, \(undefined) where the interpreter stops, "
                + (wrong.isEmpty
                    ? "none different"
                    : "\(wrong.count) different: seeds \(wrong.map(String.init).joined(separator: " "))")
        }
    }

    @Test func interpreterAgainstWeights() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["FUZZ_PROGRAMS"].flatMap(Int.init) ?? 150
        let first = environment["FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        var tally = Tally()
        for seed in first..<(first + UInt64(count)) {
            if tally.programs > 0, tally.programs % 500 == 0 { report(tally) }
            tally.programs += 1
            let program = try seed % 2 == 0 ? RandomProgram.make(seed: seed) : RandomSource.make(seed: seed)
            let options = CompilerOptions(keepNamedVariables: seed % 3 != 0, fuseThroughNamedVariables: seed % 5 == 0)
            let model: CompiledModel
            do { model = try RASPCompiler.compile(program, options: options) } catch let error as RASPError {
                if environment["FUZZ_REFUSED"] != nil { print("seed \(seed): \(error)") }
                tally.refused += 1
                continue
            }
            tally.compiled += 1
            // The interpreter stops on some inputs; 40 leave 20 to compare for nearly every program.
            let report = try model.verify(against: program, count: 40, seed: seed)
            tally.inputs += report.verified
            tally.undefined += report.undefinedInputs
            if report.verified >= 20 { tally.compared += 1 }
            if !report.passed { tally.wrong.append(seed) }
            try tied(program, options, seed, &tally)
            #expect(report.passed, "seed \(seed): \(report.firstMismatch?.description ?? "")")
            #expect(report.smallestMargin > 0.5, "seed \(seed)")
        }
        report(tally)
        #expect(tally.refused < count / 5)
        #expect(tally.inputs > 10 * tally.compiled, "most inputs must be comparable")
    }

    /// The same program with the rounds of its loops in one block of layers each.
    private func tied(_ program: Program, _ options: CompilerOptions, _ seed: UInt64, _ tally: inout Tally) throws {
        guard !program.repetitions.isEmpty else { return }
        var options = options
        options.tiesLoops = true
        let model: CompiledModel
        do { model = try RASPCompiler.compile(program, options: options) } catch is RASPError {
            tally.untied += 1
            return
        }
        tally.tied += 1
        let report = try model.verify(against: program, count: 40, seed: seed)
        if !report.passed { tally.wrong.append(seed) }
        #expect(report.passed, "seed \(seed), tied: \(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin > 0.5, "seed \(seed), tied")
    }

    /// Past the buffer of a pipe, which a process that is stopped would lose.
    private func report(_ tally: Tally) { FileHandle.standardOutput.write(Data("\(tally)\n".utf8)) }

    /// The draws reach what people write: every form turns up among a few hundred programs.
    @Test func formsAreDrawn() {
        let texts = (0..<400).map { RandomSource.text(seed: 2 * $0 + 1) }
        let lengths = texts.map { text in text.split(separator: "\n").count { !$0.hasPrefix("#") } }
        #expect(lengths.contains { $0 > 20 } && lengths.allSatisfy { $0 <= 80 })
        let forms = [
            "0.5:", "0.25:", "1000.1", "for t in range", "def f", "select(indices, indices - 1, ==)",
            "#pragma causal false", "tokens_int", "pick(", "closest)", "None", " // ", "sort(", "}[(", " until h",
            "loop 2 {", "5e-1", "// 0.1", "]][min",
        ]
        for form in forms { #expect(texts.contains { $0.contains(form) }, "\(form)") }
        #expect(texts.contains { $0.prefix { $0 != "\n" }.split(separator: " ").count > 10 }, "more than eight tokens")
        #expect(
            texts.contains { $0.contains("selector_width") && $0.components(separatedBy: "selector_width").count > 4 })
        for (index, text) in texts.enumerated() {
            #expect(throws: Never.self, "seed \(2 * index + 1)") { try Program(source: text, name: "random") }
        }
    }
}
