import Basics
import RASP

/// What a comparison of compiled weights with the program's own values has found.
public struct VerificationReport: Sendable {
    /// A place at which a variable has another value in the weights than in the program.
    public struct Mismatch: Sendable, CustomStringConvertible {
        public let input: [Atom]
        /// Counted from 0, BOS left out.
        public let position: Int
        /// Of the variables that differ on this input, the one that is computed first.
        public let variable: String
        /// The first residual state that holds it: 0 is the embedding's output, i the stream after layer i.
        public let layer: Int
        /// The program's value; nil where it is undefined.
        public let expected: Atom?
        /// What is decoded from the weights; nil where it is undefined.
        public let actual: Atom?

        public var description: String {
            let text = { (atom: Atom?) in atom?.described ?? "undefined" }
            return
                "on input [\(input.map(\.described).joined(separator: ", "))] at position \(position), variable '\(variable)' (layer \(layer)): "
                + "the program gives \(text(expected)), the weights \(text(actual))"
        }
    }

    /// How many inputs were compared.
    public internal(set) var verified = 0
    /// Inputs on which the program itself stops with an error, where nothing is promised.
    public internal(set) var undefinedInputs = 0
    /// How many inputs have a mismatch.
    public internal(set) var mismatches = 0
    public internal(set) var firstMismatch: Mismatch?
    /// Whether all inputs that the program can have were compared.
    public internal(set) var isExhaustive = false
    /// The least `CompiledModel.margin` of all decoded values: 1 is perfect, at 0 another value is as near.
    public internal(set) var smallestMargin = 1.0

    public var passed: Bool { mismatches == 0 }

    /// - Throws: `.verificationFailed` with the first mismatch, where there is one.
    public func require() throws(Failure) {
        guard let mismatch = firstMismatch else { return }
        throw Failure(.verificationFailed, "the compiled model differs from its program", at: "\(mismatch)")
    }

    /// Adds what was found on later inputs.
    mutating func add(_ later: VerificationReport) {
        verified += later.verified
        undefinedInputs += later.undefinedInputs
        mismatches += later.mismatches
        firstMismatch = firstMismatch ?? later.firstMismatch
        smallestMargin = min(smallestMargin, later.smallestMargin)
    }
}

extension CompiledModel {
    /// Compares every named variable with the program's own values: on all inputs where those are no more than
    /// `count`, otherwise on `count` inputs that include the boundaries (one token throughout, length 1 and the maximum).
    ///
    /// - Throws: `Failure` when the model cannot read its own inputs, which would be a defect.
    public func verify(against program: any SymbolicProgram, count: Int, seed: UInt64 = 0) throws -> VerificationReport
    {
        let comparison = Comparison(self, program)
        var inputs = VerificationInputs(vocabulary: vocabulary, maxLength: maxLength, count: count, seed: seed)
        var report = VerificationReport()
        report.isExhaustive = inputs.isExhaustive
        // Inputs are made in batches, since there may be millions.
        while case let batch = inputs.next(1024), !batch.isEmpty {
            for part in try concurrentMap(batch, grain: 16, comparison.report(on:)) { report.add(part) }
        }
        return report
    }

    /// Compares every named variable with the program's own values on these inputs.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func verify(against program: any SymbolicProgram, on inputs: [[Atom]]) throws -> VerificationReport {
        let comparison = Comparison(self, program)
        var report = VerificationReport()
        for input in inputs { report.add(try comparison.report(on: input)) }
        return report
    }

    /// The inputs that `verify` compares on.
    public func sampleInputs(count: Int, seed: UInt64 = 0) -> some Sequence<[Atom]> {
        var inputs = VerificationInputs(vocabulary: vocabulary, maxLength: maxLength, count: count, seed: seed)
        return AnyIterator { inputs.next() }
    }

    /// One of the random inputs, boundaries left out.
    package func randomInput(_ random: inout SeededRandom) -> [Atom] {
        VerificationInputs.random(vocabulary, maxLength, &random)
    }

    /// How far numbers may differ that are taken for equal, relative to the larger of 1 and their size.
    static let agreement = 1e-5

    /// Equal atoms, or numbers that differ by fp32 rounding only.
    package static func agree(_ expected: Atom?, _ actual: Atom?) -> Bool {
        if expected == actual { return true }
        guard let a = expected?.doubleValue, let b = actual?.doubleValue else { return false }
        return abs(a - b) <= agreement * max(1, abs(a))
    }
}

/// The program beside the weights, input by input.
private struct Comparison: Sendable {
    let model: CompiledModel
    let program: any SymbolicProgram
    /// Index of the program's variable, and where the model holds it; in order of computation.
    let compared: [(index: Int, variable: CompiledVariable)]

    init(_ model: CompiledModel, _ program: any SymbolicProgram) {
        self.model = model
        self.program = program
        // Two names may stand for one variable, and a model without named variables has only the output.
        compared = program.variableNames.enumerated().compactMap { index, name in
            model.variable(named: name).map { (index, $0) }
        }.sorted { ($0.1.writtenByLayer, $0.0) < ($1.1.writtenByLayer, $1.0) }
    }

    func report(on input: [Atom]) throws -> VerificationReport {
        var report = VerificationReport()
        guard let expected = try? program.evaluate(input, causal: model.causal) else {
            report.undefinedInputs = 1
            return report
        }
        let states = try model.residualStates(input)
        report.verified = 1
        states.values.withUnsafeBufferPointer { stream in
            for (index, variable) in compared {
                let values = expected.variables[index].values
                let state = variable.heldUntil ?? states.count - 1
                for position in input.indices {
                    let start = (state * states.positions + position) * states.width
                    let row = UnsafeBufferPointer(rebasing: stream[start..<(start + states.width)])
                    let actual = model.decode(variable, row)
                    if CompiledModel.agree(values[position], actual) {
                        report.smallestMargin = min(report.smallestMargin, model.margin(variable, row))
                    } else if report.firstMismatch == nil {
                        report.mismatches = 1
                        report.firstMismatch = .init(
                            input: input, position: position, variable: variable.name, layer: variable.writtenByLayer,
                            expected: values[position], actual: actual)
                    }
                }
            }
        }
        return report
    }
}
