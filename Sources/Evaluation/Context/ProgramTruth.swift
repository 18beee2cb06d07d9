import Compiler
import Injection
import RASP

/// What the program itself does on texts of any length.
struct ProgramTruth {
    private let run: LoadedRun
    private let expected: ExpectedValues

    init(_ run: LoadedRun) {
        (self.run, expected) = (run, ExpectedValues(run))
    }

    /// The program's answer to a text in the student's tokens; nil where it gives none.
    ///
    /// - Parameters:
    ///   - tokens: of the answer where the program does not mark its end.
    ///   - likely: what the answer will be in most cases, in tokens: if it is, the program is run once and not anew for
    ///     each symbol.
    ///   - known: the evaluations of the text.
    func answer(to text: [Int32], tokens: Int, likely: [Int32], known: KnownEvaluation) throws -> String? {
        _ = try known.evaluation(of: run.task.encoder.atoms(of: text + likely), by: evaluate)
        let answer = ProgramAnswer(run.task.encoder) { try known.evaluation(of: $0, by: evaluate)?.output }
        return try answer(to: run.task.encoder.atoms(of: text), tokens: tokens)
    }

    /// The values of all variables, variables x tokens; nil where the program cannot be run on the text.
    func values(on text: [Int32], known: KnownEvaluation) throws -> [[Atom?]]? {
        let atoms = run.task.encoder.atoms(of: text)
        return try known.evaluation(of: atoms, by: evaluate).map { expected.values(of: $0.whole, on: atoms) }
    }

    /// Which texts the evaluation of a longer one says everything of.
    func knownEvaluation() -> KnownEvaluation { KnownEvaluation(ofBeginnings: run.compiled.causal) }

    /// A program that fails on a text (by a division, say) has no result there; that it was broken off is no result.
    private func evaluate(_ atoms: [Atom]) throws -> Evaluation? {
        do { return try run.task.program.evaluate(atoms, causal: run.compiled.causal) } catch let failure as RASPError
            where failure.diagnostics.allSatisfy({ $0.code != .interrupted })
        {
            return nil
        }
    }
}
