import Compiler
import Foundation
import RASP
import TensorCore

/// How rare the values are that a compiled program's variables take, and so what an example adds to the coverage of
/// them.
///
/// Among prompts as they come, some values hardly ever stand in the residual stream (a count of 39, a carry), and what
/// the student reads there is learned last. Knowing how often each value occurs, one can draw several examples and keep
/// the one that reaches the rarest.
package struct ValueCoverage: Sendable {
    private let oracle: CompiledOracle
    /// For each categorical variable, how much each of its values is worth: 1 where the values are even, more where it
    /// is rare.
    private let worth: [[Float]]

    /// Counts values over the tokens of `samples`, prompts in the program's tokens.
    ///
    /// - Throws: what the compiled model throws on a prompt that it cannot run.
    package init(_ model: CompiledModel, samples: [[Atom]]) throws {
        oracle = CompiledOracle(model)
        let variables = oracle.variables.categorical
        var counts = variables.map { [Int](repeating: 0, count: $0.rows.count) }
        var tokens = 0
        for sample in samples {
            for (index, label) in try Self.labels(of: sample, oracle) { counts[index][label] += 1 }
            tokens += sample.count
        }
        worth = counts.map { counts in
            // A value that no sample has is taken for half as frequent as one seen once.
            counts.map { Float(tokens) / (max(Float($0), 0.5) * Float(counts.count)) }
        }
    }

    /// The sum over variables of what the rarest value that the prompt reaches is worth, on a logarithmic scale: one
    /// variable of many values must not outweigh all others.
    package func score(_ prompt: [Atom]) throws -> Float {
        var best = [Float](repeating: 0, count: worth.count)
        for (index, label) in try Self.labels(of: prompt, oracle) {
            best[index] = max(best[index], worth[index][label])
        }
        return best.reduce(0) { $0 + log1p($1) }
    }

    /// (variable, value) at every token, where it has one.
    private static func labels(of prompt: [Atom], _ oracle: CompiledOracle) throws -> [(Int, Int)] {
        let count = oracle.variables.categorical.count
        let targets = try oracle.targets(
            for: [prompt], dense: false, arena: Arena())
        return targets.labels.enumerated().compactMap { $0.element < 0 ? nil : ($0.offset % count, Int($0.element)) }
    }
}
