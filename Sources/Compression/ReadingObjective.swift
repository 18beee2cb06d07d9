import Compiler
import TensorCore

/// How far what the sublayers read is from what they should read, where the stream holds what it should:
///
///     L(W) = mean over rows x of the sum over sublayers l of |M_l (W W^T - I) x_l|^2
///
/// M_l are the weights that sublayer l reads with, those of a row scaled to at most 1, and behind the last layer the
/// output's directions. As long as readings are right so are writes, and the stream then is W^T x throughout: L = 0
/// means a compressed model without any error. Unlike the model's own outputs, L is smooth in W. It depends on the
/// states through their second moments only, so that every step sees all of them.
struct ReadingObjective {
    /// M^T M and the mean of x x^T, [D, D] each, for every sublayer that reads anything.
    private let terms: [(weights: Tensor, moments: Tensor)]
    private let identity: Tensor

    /// - Parameter stateWeight: of the states themselves, as if every direction were read with this weight everywhere.
    init(_ model: CompiledModel, _ batch: StreamBatch, stateWeight: Float) {
        let width = model.width
        let maps = model.layers.flatMap { layer in
            [layer.heads.flatMap { [$0.query, $0.key, $0.value] }, [layer.hidden]]
        }
        terms = batch.sublayerStates.enumerated().map { number, state in
            let weights = Tensor(zeros: [width, width])
            for direction in 0..<width { weights[direction, direction] = stateWeight * stateWeight }
            if number < maps.count {
                for map in maps[number] { Self.add(map, to: weights) }
            } else {
                for direction in model.outputVariable.directions { weights[direction, direction] += 1 }
            }
            let moments = Tensor(zeros: [width, width])
            BLAS.multiply(Matrix(state, transposed: true), Matrix(state), into: moments, alpha: 1 / Float(state.rows))
            return (weights, moments)
        }
        identity = Tensor(zeros: [width, width])
        for direction in 0..<width { identity[direction, direction] = 1 }
    }

    /// Adds A^T A for the scaled rows of a map.
    private static func add(_ map: SparseMap, to weights: Tensor) {
        var rows = [[(column: Int, weight: Float)]](repeating: [], count: map.rows)
        for entry in map.entries { rows[entry.row].append((entry.column, entry.weight)) }
        for row in rows {
            let scale = 1 / max(1, row.lazy.map { abs($0.weight) }.max() ?? 1)
            for a in row {
                for b in row { weights[a.column, b.column] += a.weight * scale * b.weight * scale }
            }
        }
    }

    /// L as a scalar: the sum of trace(M^T M E C E^T), with E = W W^T - I and C the moments.
    func loss(_ tape: Tape, projection: Variable) -> Variable {
        let error = tape.subtract(tape.matmul(projection, projection, transposeB: true), tape.constant(identity))
        let parts = terms.map { weights, moments in
            tape.sum(
                tape.multiply(tape.matmul(tape.constant(weights), error), tape.matmul(error, tape.constant(moments))))
        }
        return parts.dropFirst().reduce(parts[0]) { tape.add($0, $1) }
    }
}
