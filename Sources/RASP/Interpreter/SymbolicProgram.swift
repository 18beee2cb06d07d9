import Foundation

/// A program over atoms in any language: what it is called, which variables it names, and the value of each at every
/// position of an input.
///
/// Compiled weights are verified against one, and an injected model is measured against one. `Program`, which is RASP,
/// is one conformer; a language that can be turned into weights as well conforms to `CompilableProgram`.
public protocol SymbolicProgram: Sendable {
    /// What messages and compiled models call the program.
    var name: String { get }
    /// The files that it was read from, its own first. Empty for a program without a file.
    var sources: [URL] { get }
    /// What its files name of each other, and where that was found. Empty for a program of one file.
    var references: [SourceReference] { get }
    /// The variable that is the output.
    var outputName: String { get }
    /// The variables whose values `evaluate` gives, in its order.
    var variableNames: [String] { get }
    /// The tokens that the program is written for, where it says so.
    var vocabulary: [Atom]? { get }
    /// The longest input in tokens that the program is written for, BOS not counted, where it says so.
    var maxLength: Int? { get }
    /// Whether no position may depend on later ones, where the program says so.
    var causal: Bool? { get }
    /// Findings that did not keep the program from being read.
    var warnings: [Diagnostic] { get }

    /// The values of all variables on one input.
    ///
    /// - Parameters:
    ///   - input: its tokens, without BOS.
    ///   - causal: whether no position may depend on later ones; this decides, not the program's own `causal`.
    /// - Throws: where the program is not defined on the input as a whole. Nothing is then promised of compiled weights.
    func evaluate(_ input: [Atom], causal: Bool) throws -> Evaluation
}

extension SymbolicProgram {
    public var references: [SourceReference] { [] }
    public var warnings: [Diagnostic] { [] }
}

extension Program: SymbolicProgram {
    public var variableNames: [String] { variables.map(\.name) }

    /// As the interpreter does, without BOS and within its customary limits.
    public func evaluate(_ input: [Atom], causal: Bool) throws -> Evaluation {
        try Interpreter(causal: causal).run(self, on: input)
    }
}
