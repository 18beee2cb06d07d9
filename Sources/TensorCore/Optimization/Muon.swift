import CKernels

/// Muon (Jordan et al. 2024): momentum whose matrices are made orthogonal before they are applied, for the linear maps
/// between hidden activations.
///
///     m = beta m + (1 - beta) g              u = beta m + (1 - beta) g   (Nesterov)
///     p -= rate * decay * p
///     p -= rate * 0.2 sqrt(max(rows, columns)) * orthogonal(u)
///
/// `orthogonal` brings all singular values near 1, so that a step changes every direction of a matrix alike and not
/// mostly the few that dominate its gradient. The factor gives a step the root mean square that one of AdamW has, so
/// that both share a learning rate (Liu et al. 2025, "Muon is scalable for LLM training").
public final class Muon: @unchecked Sendable {
    /// A matrix of `rows` x `columns` inside a parameter, whose rows are `stride` numbers apart.
    private struct Map {
        let value, gradient, momentum: UnsafeMutablePointer<Float>
        let rows, columns, stride: Int
        let decays: Bool
    }

    public let momentum: Float
    private let maps: [Map]
    private let store: ParameterStore

    /// - Parameters:
    ///   - store: its parameters with `hiddenMaps` are trained; all others are left as they are.
    ///   - momenta: where the momentum is kept, laid out as the store's flat buffers; zero at the start.
    ///   - momentum: how much of it is kept from step to step.
    public init(store: ParameterStore, momenta: UnsafeMutableBufferPointer<Float>, momentum: Float = 0.95) {
        precondition(
            store.hasGradients && momenta.count == store.flatCount, "one momentum for each of the store's numbers")
        (self.store, self.momentum) = (store, momentum)
        guard let values = store.values.baseAddress, let moments = momenta.baseAddress else {
            maps = []
            return
        }
        maps = store.parameters.filter { $0.hiddenMaps > 0 }.flatMap { parameter -> [Map] in
            guard let gradient = parameter.gradient else { return [] }
            let offset = parameter.value.pointer - values
            let columns = parameter.shape.columns / parameter.hiddenMaps
            return (0..<parameter.hiddenMaps).map { part in
                let first = part * columns
                return Map(
                    value: parameter.value.pointer + first, gradient: gradient.pointer + first,
                    momentum: moments + offset + first, rows: parameter.shape.rows, columns: columns,
                    stride: parameter.shape.columns, decays: parameter.decays)
            }
        }
    }

    /// One step with the store's gradients, which it leaves as they are.
    /// - Parameters:
    ///   - rate: of a parameter whose update has a root mean square of 0.2.
    ///   - weightDecay: applied to the parameters that decay.
    ///   - gradientScale: multiplies every gradient first (clipping to a norm).
    public func step(rate: Float, weightDecay: Float, gradientScale: Float = 1) {
        _ = store.gradients
        Profile.measure("muon", operations: maps.reduce(0) { $0 + Orthogonalization.operations($1.rows, $1.columns) }) {
            // Each matrix on one thread: products of a few hundred rows gain little from being divided.
            Parallel.for(maps.count) { range in
                let room = range.map { Orthogonalization.room(maps[$0].rows, maps[$0].columns) }.max() ?? 0
                let scratch = Storage(capacity: room)
                for map in maps[range] {
                    step(map, rate: rate, decay: map.decays ? rate * weightDecay : 0, gradientScale, scratch.pointer)
                }
            }
        }
    }

    private func step(
        _ map: Map, rate: Float, decay: Float, _ gradientScale: Float, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let update = scratch
        for row in 0..<map.rows {
            let offset = row * map.stride
            let (m, u) = (map.momentum + offset, update + row * map.columns)
            kernel_axpby(map.columns, (1 - momentum) * gradientScale, map.gradient + offset, momentum, m)
            for column in 0..<map.columns {
                u[column] = momentum * m[column] + (1 - momentum) * gradientScale * map.gradient[offset + column]
            }
        }
        Orthogonalization.apply(update, map.rows, map.columns, scratch: scratch + map.rows * map.columns)
        let factor = -rate * 0.2 * Float(max(map.rows, map.columns)).squareRoot()
        for row in 0..<map.rows {
            kernel_axpby(map.columns, factor, update + row * map.columns, 1 - decay, map.value + row * map.stride)
        }
    }
}
