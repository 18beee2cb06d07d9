import Basics
import CRASP
import Passes

extension CRASPProgram: CompilableProgram {
    /// The program's weights: for counts of depth d, d layers with attention, in each of which one head averages over all
    /// positions up to each.
    ///
    /// - Throws: `Failure` for a missing vocabulary or length, for a mask that is turned off, and for loops that are to
    ///   share weights; `RASPError` with the place in the source for what cannot be compiled.
    public func compile(_ options: CompilerOptions = .init()) throws -> CompiledModel {
        guard options.causal != false else {
            throw Failure(
                .usage, "'\(name)' is a C-RASP program, and counts of C-RASP end at the position where they stand",
                at: name, remedy: "leave out --no-causal")
        }
        guard !options.tiesLoops else {
            throw Failure(
                .badData, "'\(name)' is a C-RASP program, which has no loop whose rounds could share their weights",
                at: name, remedy: "leave out --tied")
        }
        let setting = try CompilationSetting(self, options)
        var lowering = CountingLowering(self, setting)
        let lowered = try lowering.lower()
        return try lowered.assembled(as: self, setting)
    }
}
