import Foundation
import Injection
import RASP
import TensorCore

/// The run's linear map, fitted anew in closed form on a frozen student: the same rows, bias and reading, on the
/// residual stream at one state.
///
/// A categorical variable's rows are those of a linear discriminant analysis (Fisher 1936; Hastie, Tibshirani and
/// Friedman, *The Elements of Statistical Learning*, 4.3): with the mean m_c of each value's tokens, its share p_c and
/// the covariance S within values,
///
///     w_c = S^-1 m_c,    b_c = -m_c S^-1 m_c / 2 + log p_c,
///
/// the softmax that a cross-entropy would find if the tokens of each value were normally distributed with one covariance.
/// (A regression to one-hot vectors would never choose some values of a variable of many, which lie between others.) A
/// number's row is a ridge regression's. S gets a thousandth of its mean eigenvalue added to its diagonal, or what its
/// rounding may have taken from it where that is more.
package struct LinearProbe {
    private static let ridge = 1e-3

    /// Tokens of the data, and the width of the stream.
    private let (tokens, width): (Int, Int)
    /// The stream, row after row, less its mean.
    private let centred: Tensor
    private let mean: [Double]
    /// X^T X of the centred stream.
    private let gram: [Double]

    /// - Parameter stream: [tokens, d_model].
    package init(_ stream: Tensor) {
        (tokens, width) = (stream.rows, stream.columns)
        let centred = CentredStream(stream)
        (self.centred, mean, gram) = (centred.rows, centred.mean, centred.gram.values.map(Double.init))
    }

    /// The map for these tokens' values, in the rows of the layout.
    ///
    /// - Parameters:
    ///   - values: of the layout's variables, variables x tokens; nil where there is none.
    ///   - layout: says which rows belong to which variable.
    /// - Throws: `LinearAlgebraError` for a stream that is not finite.
    package func fitted(to values: [[Atom?]], layout: VariableLayout) throws -> Projection {
        let projection = Projection(rows: layout.width, width: width, bias: true)
        let (weight, bias) = (projection.store["weight"].value, projection.store["bias"].value)
        for (entry, values) in zip(layout.variables, values) {
            let rows: [Row]
            switch entry.encoding {
            case .categorical(let known): rows = try discriminants(values, among: known)
            case .numerical:
                let number = try regression(values.map { $0?.doubleValue })
                let undefined = try entry.rows.count > 1 ? [regression(values.map { $0 == nil ? 1 : 0 })] : []
                rows = [number] + undefined
            }
            for (index, row) in zip(entry.rows, rows) {
                bias[index] = Float(row.bias)
                for column in 0..<width { weight[index, column] = Float(row.weight[column]) }
            }
        }
        return projection
    }

    private struct Row {
        var weight: [Double]
        var bias: Double
    }

    private func discriminants(_ values: [Atom?], among known: [Atom]) throws -> [Row] {
        let place = Dictionary(known.enumerated().map { ($1, $0) }) { first, _ in first }
        // What is none of the known values is a value of its own, which no row stands for.
        let classes = values.map { $0.flatMap { place[$0] } ?? known.count }
        var counts = [Int](repeating: 0, count: known.count + 1)
        var means = [Double](repeating: 0, count: (known.count + 1) * width)
        for (token, own) in classes.enumerated() {
            counts[own] += 1
            let row = centred.row(token)
            for column in 0..<width { means[own * width + column] += Double(row[column]) }
        }
        var within = gram
        for (own, count) in counts.enumerated() where count > 0 {
            let start = own * width
            for column in 0..<width { means[start + column] /= Double(count) }
            for row in 0..<width {
                let scale = Double(count) * means[start + row]
                for column in 0..<width { within[row * width + column] -= scale * means[start + column] }
            }
        }
        let weights = try solve(within, Array(means[..<(known.count * width)]))
        return known.indices.map { own in
            let range = own * width..<(own + 1) * width
            // A value that no token has is never chosen.
            guard counts[own] > 0 else { return Row(weight: [Double](repeating: 0, count: width), bias: -1e30) }
            let weight = Array(weights[range])
            let constant = -dot(weight, Array(means[range])) / 2 + log(Double(counts[own]) / Double(max(tokens, 1)))
            return Row(weight: weight, bias: constant - dot(weight, mean))
        }
    }

    private func regression(_ numbers: [Double?]) throws -> Row {
        let defined = numbers.compactMap(\.self)
        let middle = defined.isEmpty ? 0 : defined.reduce(0, +) / Double(defined.count)
        var product = [Double](repeating: 0, count: width)
        for (token, number) in numbers.enumerated() {
            guard let number else { continue }
            let row = centred.row(token)
            for column in 0..<width { product[column] += (number - middle) * Double(row[column]) }
        }
        let scale = 1 / Double(max(tokens, 1))
        let weight = try solve(gram, product.map { $0 * scale })
        return Row(weight: weight, bias: middle - dot(weight, mean))
    }

    /// The rows X of X (sum / tokens + ridge) = B.
    private func solve(_ sum: [Double], _ sides: [Double]) throws -> [Double] {
        var matrix = sum.map { $0 / Double(max(tokens, 1)) }
        func trace(_ matrix: [Double]) -> Double { (0..<width).reduce(0) { $0 + matrix[$1 * width + $1] } }
        // Where hardly a value has two tokens, next to nothing is left of the sum but the rounding of X^T X, which fp32
        // computes: a few 1e-7 of its trace.
        let rounding = 1e-6 * trace(gram) / Double(max(tokens, 1))
        let added = max(Self.ridge * trace(matrix) / Double(max(width, 1)), rounding, 1e-12)
        for row in 0..<width { matrix[row * width + row] += added }
        return try PositiveDefiniteSystem.solve(matrix, sides, size: width)
    }

    private func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
}
