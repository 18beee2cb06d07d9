import Compiler
import Foundation
import RASP
import Testing

/// Random programs, interpreter against weights: graphs over every construct for even seeds, programs as text for odd ones. `FUZZ_PROGRAMS` and `FUZZ_SEED` in the environment set how many and which.
@Suite struct Fuzz {
    @Test func interpreterAgainstWeights() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["FUZZ_PROGRAMS"].flatMap(Int.init) ?? 150
        let first = environment["FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        var (compiled, refused, compared, inputs, undefined) = (0, 0, 0, 0, 0)
        for seed in first..<(first + UInt64(count)) {
            let program = try seed % 2 == 0 ? RandomProgram.make(seed: seed) : RandomSource.make(seed: seed)
            let options = CompilerOptions(keepNamedVariables: seed % 3 != 0, fuseThroughNamedVariables: seed % 5 == 0)
            let model: CompiledModel
            do { model = try RASPCompiler.compile(program, options: options) } catch let error as RASPError {
                if environment["FUZZ_REFUSED"] != nil { print("seed \(seed): \(error)") }
                refused += 1
                continue
            }
            compiled += 1
            // The interpreter stops on some inputs; 40 leave 20 to compare for nearly every program.
            let report = try model.verify(against: program, count: 40, seed: seed)
            inputs += report.verified
            undefined += report.undefinedInputs
            if report.verified >= 20 { compared += 1 }
            #expect(report.mismatches == 0, "seed \(seed): \(report.firstMismatch?.description ?? "")")
            #expect(report.smallestMargin > 0.5, "seed \(seed)")
        }
        print(
            "fuzz: \(compiled) programs, \(compared) of them on 20 inputs or more, \(refused) refused, "
                + "\(inputs) inputs compared, \(undefined) where the interpreter stops")
        #expect(refused < count / 5)
        #expect(inputs > 10 * compiled, "most inputs must be comparable")
    }
}
