import Foundation

/// A program ready to be interpreted or compiled: an output s-op and the named s-ops it is computed from.
public struct Program: Sendable {
    public struct Variable: Sendable {
        public let name: String
        public let sop: SOp

        public init(name: String, sop: SOp) {
            self.name = name
            self.sop = sop
        }
    }

    public var name: String
    public var output: SOp
    public var outputName: String
    /// The named s-ops that the output depends on, in order of assignment, the output's own name included.
    public var variables: [Variable]
    /// Every s-op under every name that the program gives it, in order of assignment, whether or not the output depends
    /// on it. A trace shows them all.
    public var named: [Variable]
    /// `#pragma vocab`
    public var vocabulary: [Atom]?
    /// `#pragma max_length`: the longest input in tokens, without BOS.
    public var maxLength: Int?
    /// `#pragma causal`
    public var causal: Bool?
    /// `#pragma encoding`: by variable name.
    public var encodings: [String: Encoding]
    /// Whether every sequence must hold atoms of one kind, as the language demands of programs in text.
    public var uniformSequences: Bool
    /// The files that the program was read from: its own first, then those that it loads. Empty for a program without a
    /// file.
    public internal(set) var sources: [URL] = []
    public internal(set) var references: [SourceReference] = []
    /// What the text's `draw` statements ask for.
    public var drawings: [Drawing] = []
    /// The loops of the text, in the order in which they were run; loops within loops are unrolled in the outer one's body.
    package internal(set) var repetitions: [Repetition] = []
    /// Findings that did not keep the program from being built.
    public var warnings: [Diagnostic]
    /// What nodes were called inside functions and of selectors, for pictures.
    var localNames: [GraphNode: String] = [:]
    /// Evaluation order of output and variables, made once.
    let plan: EvaluationPlan

    /// A program that was built in Swift, or read from text.
    ///
    /// - Parameters:
    ///   - name: what messages and compiled models call it.
    ///   - output: the s-op whose values are the program's output.
    ///   - outputName: the name of the output; that of the program by default.
    ///   - variables: named intermediate s-ops; those the output does not depend on are only traced.
    ///   - vocabulary: the tokens of its inputs, for compilation.
    ///   - maxLength: the longest input in tokens, without BOS, for compilation.
    ///   - causal: whether it is written for a causal mask; nil: it does not say.
    ///   - encodings: how variables are laid out in a residual stream, by name, where the compiler is not to choose.
    ///   - uniformSequences: whether every sequence must hold atoms of one kind.
    ///   - warnings: findings that did not keep it from being built.
    public init(
        name: String, output: SOp, outputName: String? = nil, variables: [(name: String, sop: SOp)] = [],
        vocabulary: [Atom]? = nil, maxLength: Int? = nil, causal: Bool? = nil, encodings: [String: Encoding] = [:],
        uniformSequences: Bool = false, warnings: [Diagnostic] = []
    ) {
        self.name = name
        self.output = output
        self.outputName = outputName ?? name
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        self.causal = causal
        self.encodings = encodings
        self.uniformSequences = uniformSequences
        self.warnings = warnings
        let reached = Set(topologicalOrder(of: [.sop(output)]))
        var kept = variables.filter { reached.contains(.sop($0.sop)) }
        if !kept.contains(where: { $0.sop === output }) { kept.append((self.outputName, output)) }
        self.variables = kept.map { Variable(name: $0.name, sop: $0.sop) }
        let all = variables.contains { $0.sop === output } ? variables : variables + [(self.outputName, output)]
        named = all.map { Variable(name: $0.name, sop: $0.sop) }
        plan = EvaluationPlan(roots: [output] + kept.map(\.sop))
    }
}
