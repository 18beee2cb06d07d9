import Compiler
import Injection
import RASP

/// What the program itself does on a text of any length.
struct ProgramTruth {
    private let run: LoadedRun
    private let expected: ExpectedValues

    init(_ run: LoadedRun) {
        (self.run, expected) = (run, ExpectedValues(run))
    }

    /// The program's answer to a text in the student's tokens; nil where it gives none.
    ///
    /// - Parameter tokens: of the answer where the program does not mark its end.
    func answer(to text: [Int32], tokens: Int) throws -> String? {
        let answer = ProgramAnswer(run.task.encoder) { atoms in
            try Self.unlessUndefined { try run.task.program.evaluate(atoms, causal: run.compiled.causal).output }
        }
        return try answer(to: run.task.encoder.atoms(of: text), tokens: tokens)
    }

    /// The values of all variables, variables x tokens; nil where the program cannot be run on the text.
    func values(on text: [Int32]) throws -> [[Atom?]]? {
        try Self.unlessUndefined { try expected.values(on: run.task.encoder.atoms(of: text)) }
    }

    /// A program that fails on a text (by a division, say) has no result there; that it was broken off is no result.
    private static func unlessUndefined<Result>(_ body: () throws -> Result) throws -> Result? {
        do { return try body() } catch let failure as RASPError
            where failure.diagnostics.allSatisfy({ $0.code != .interrupted })
        {
            return nil
        }
    }
}
