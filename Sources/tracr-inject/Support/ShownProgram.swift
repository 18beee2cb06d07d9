import Basics
import CRASP
import Compiler
import RASP

/// What reports and pictures show of a program, whatever its language.
struct ShownProgram {
    /// The program as s-ops.
    let graph: Program
    /// How deep its counts are nested, where that was asked for.
    let depth: Int?

    /// - Parameters:
    ///   - causal: the mask that the user asks for; nil: none is asked for.
    ///   - bos: whether a token is put before every input.
    ///   - depth: whether the depth is asked for.
    /// - Throws: `Failure` (.usage) for what the program's language does not have.
    init(_ program: any CompilableProgram, causal: Bool?, bos: Bool, depth: Bool) throws {
        if let counting = program as? CRASPProgram {
            if bos || causal == false {
                throw Failure(
                    .usage, "\(bos ? "--bos" : "--no-causal") is for RASP programs, and '\(program.name)' is in C-RASP",
                    remedy: "C-RASP counts from the first token to each position; leave the option out.")
            }
            graph = counting.raspGraph
            self.depth = depth ? counting.depth : nil
        } else if let program = program as? Program {
            if depth {
                throw Failure(
                    .usage, "--depth is for C-RASP programs, and '\(program.name)' is in RASP",
                    remedy: "--layers counts the attention layers of a RASP program.")
            }
            graph = program
            self.depth = nil
        } else {
            throw Failure(.internalError, "'\(program.name)' is in a language that has no picture")
        }
    }
}
