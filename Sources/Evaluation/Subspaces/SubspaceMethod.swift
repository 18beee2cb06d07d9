import Basics
import Injection
import RASP
import TensorCore

/// A way to find the subspace of the residual stream that holds a variable. A new one is a file of this folder and a
/// line in `SubspaceMethods`.
///
/// Each is told the number of dimensions to look for: that of the variable's own subspace. What it finds instead of that
/// subspace is the question, not how many dimensions it would take.
protocol SubspaceMethod: Sendable {
    /// As users write it.
    static var name: String { get }
    /// The number of steps where nobody says one; nil where it has none.
    static var defaultSteps: Int? { get }

    init(steps: Int?, seed: Int)

    /// Orthonormal rows, [at most `sample.dimensions`, d_model].
    ///
    /// - Throws: `LinearAlgebraError` for activations that are not finite.
    func basis(_ sample: SubspaceSample) throws -> Tensor
}

extension SubspaceMethod {
    static var defaultSteps: Int? { nil }
}

/// A variable, and the stream at the first state that holds it, on all tokens of prompts of the training split.
package struct SubspaceSample {
    /// The variable's rows of the layout.
    let entry: VariableLayout.Entry
    let layout: VariableLayout
    /// [tokens, d_model].
    let stream: Tensor
    /// Of the layout's variables, variables x tokens; nil where a variable has no value.
    let allValues: [[Atom?]]
    /// How many dimensions are looked for.
    let dimensions: Int
    /// Orthonormal rows of the variables' own subspaces.
    let dictionary: [Tensor]
    /// Where the variable can be exchanged; nil where there is no run.
    var exchanged: (run: LoadedRun, point: ExchangePoint)?

    package init(
        _ entry: VariableLayout.Entry, of layout: VariableLayout, stream: Tensor, values: [[Atom?]], dimensions: Int,
        dictionary: [Tensor] = []
    ) {
        (self.entry, self.layout, self.stream, allValues) = (entry, layout, stream, values)
        (self.dimensions, self.dictionary) = (dimensions, dictionary)
    }

    /// The variable's value at each token.
    var values: [Atom?] {
        layout.variables.firstIndex { $0.rows == entry.rows }.map { allValues[$0] } ?? []
    }

    /// The rows of tokens by the variable's value, in the order in which values appear; tokens without one are left out.
    var classes: [[Int]] {
        var places: [Atom: Int] = [:]
        var classes: [[Int]] = []
        for (row, value) in values.enumerated() {
            guard let value else { continue }
            if let place = places[value] {
                classes[place].append(row)
            } else {
                places[value] = classes.count
                classes.append([row])
            }
        }
        return classes
    }

    /// The mean of some rows of the stream.
    func mean(of rows: [Int]) -> [Double] {
        var sums = [Double](repeating: 0, count: stream.columns)
        for row in rows {
            let values = stream.row(row)
            for column in sums.indices { sums[column] += Double(values[column]) }
        }
        return sums.map { $0 / Double(max(rows.count, 1)) }
    }
}

/// The methods there are, by name.
package enum SubspaceMethods {
    static let all: [any SubspaceMethod.Type] = [
        ProbeSubspace.self, MeanDifference.self, PrincipalSubspace.self, AlignmentSearch.self, OracleDictionary.self,
    ]

    package static var names: [String] { all.map { $0.name } }

    /// Finds every variable of a run.
    ///
    /// - Parameters:
    ///   - name: one of `names`.
    ///   - prompts: of the training split, which the methods are fitted to.
    ///   - steps: nil: the method's own number.
    ///   - report: is told how many variables are done, of how many; what it throws ends the work.
    /// - Returns: by variable the orthonormal rows, in the layout's order.
    /// - Throws: `.usage` for steps that the method does not have.
    package static func find(
        _ name: String, in run: LoadedRun, prompts: Int, steps: Int?, seed: Int,
        report: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> [(name: String, rows: Tensor)] {
        let method = try method(name, steps: steps, seed: seed)
        let samples = try SubspaceSamples(run, prompts: prompts, seed: seed)
        var found: [(String, Tensor)] = []
        for point in samples.points {
            found.append((point.entry.name, try method.basis(samples.sample(point))))
            try report(found.count, samples.points.count)
        }
        return found
    }

    /// Finds one variable.
    ///
    /// - Returns: orthonormal rows.
    package static func basis(_ name: String, _ sample: SubspaceSample, seed: Int = 42) throws -> Tensor {
        try method(name, steps: nil, seed: seed).basis(sample)
    }

    private static func method(_ name: String, steps: Int?, seed: Int) throws(Failure) -> any SubspaceMethod {
        guard let type = all.first(where: { $0.name.hasSameBytes(as: name) }) else {
            throw Failure(
                .usage, "unknown method '\(name.prefix(100))'", remedy: "Methods: \(names.joined(separator: ", "))")
        }
        guard steps == nil || type.defaultSteps != nil else {
            throw Failure(.usage, "\(type.name) has no steps", remedy: "leave the option out")
        }
        return type.init(steps: steps ?? type.defaultSteps, seed: seed)
    }
}
