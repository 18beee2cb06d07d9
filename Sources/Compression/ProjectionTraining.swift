import Basics
import Compiler
import Foundation
import TensorCore

extension CompressedModel {
    /// Learns W on the states of random inputs with AdamW, so that sublayers read what they should
    /// (`ReadingObjective`). Training on the model's own outputs instead, through saturated attention and steep hidden
    /// units, gets lost: wrong selections have no gradient.
    ///
    /// W begins as the principal components of the states. Steep directions (`steepDirections`) keep coordinates of
    /// their own, W is learned for the others.
    ///
    /// - Parameters:
    ///   - original: the model whose residual stream is made narrower.
    ///   - width: the width that it is to have.
    ///   - options: how W is found.
    ///   - progress: called after every step with its number and loss.
    /// - Throws: `Failure` for a width that is not below the model's or leaves nothing beside the kept directions.
    public init(
        _ original: CompiledModel, width: Int, options: CompressionOptions = .init(),
        progress: (Int, Double) -> Void = { _, _ in }
    ) throws {
        let model = original.softened
        let kept = model.steepDirections()
        guard width < model.width, width > kept.count else {
            throw Failure(
                .badData, "the residual stream of '\(model.name)' cannot be compressed to \(width)", at: model.name,
                remedy:
                    "it has \(model.width) directions, of which \(kept.count) keep a coordinate of their own; choose a width from "
                    + "\(kept.count + 1) to \(model.width - 1)")
        }
        let weights = DenseWeights(model)
        let store = ParameterStore()
        store.add(name: "projection", shape: [model.width, width], decay: false)
        store.allocate()
        let projection = store["projection"]
        let free = try FreeCoordinates(model, kept: kept, width: width)
        try free.initialise(projection.value, seed: options.seed)
        let measure = {
            try Fidelity(
                model, weights, projection: projection.value, inputs: options.measuredInputs, seed: options.seed)
        }
        untrained = try measure()

        let arena = Arena()
        let optimizer = AdamW(store: store, groups: [.init(learningRate: options.learningRate, weightDecay: 0)])
        var random = SeededRandom(seed: options.seed, stream: "compression")
        let objective = ReadingObjective(
            model, try StreamBatch(model, rows: options.rows, &random), stateWeight: options.stateWeight)
        for step in 0..<options.steps {
            arena.reset()
            store.zeroGradients()
            let tape = Tape(arena: arena)
            let loss = objective.loss(tape, projection: tape.parameter(projection))
            let value = Double(loss.value.scalar)
            tape.backward(from: loss)
            if let gradient = projection.gradient { free.clearFixed(gradient) }
            let rate = 0.5 * (1 + cos(Double.pi * Double(step) / Double(options.steps)))
            optimizer.groups[0].learningRate = options.learningRate * Float(rate)
            optimizer.step()
            progress(step + 1, value)
        }
        trained = try measure()
        self.model = model
        self.width = width
        self.kept = kept
        self.projection = projection.value.values
        steps = options.steps
    }
}

/// The entries of W that are learned: all but the rows of kept directions and the columns of their coordinates.
private struct FreeCoordinates {
    let model: CompiledModel
    let kept: [Int]
    let width: Int
    let rows: [Int]

    init(_ model: CompiledModel, kept: [Int], width: Int) throws {
        self.model = model
        self.kept = kept
        self.width = width
        rows = Array(Set(0..<model.width).subtracting(kept)).sorted()
    }

    /// One for each kept direction; the principal components of what the others hold.
    func initialise(_ projection: Tensor, seed: UInt64) throws {
        projection.fill(0)
        for (coordinate, direction) in kept.enumerated() { projection[direction, coordinate] = 1 }
        let gram = Tensor(zeros: [rows.count, rows.count])
        var random = SeededRandom(seed: seed, stream: "compression begun")
        for state in try StreamBatch(model, rows: 4096, &random).states {
            let part = Tensor(zeros: [state.rows, rows.count])
            for row in 0..<state.rows {
                for (column, direction) in rows.enumerated() { part[row, column] = state[row, direction] }
            }
            BLAS.multiply(Matrix(part, transposed: true), Matrix(part), into: gram, beta: 1)
        }
        let components = try PrincipalDirections.rows(ofGram: gram, count: width - kept.count)
        for component in 0..<components.rows {
            for (column, direction) in rows.enumerated() {
                projection[direction, kept.count + component] = components[component, column]
            }
        }
    }

    func clearFixed(_ gradient: Tensor) {
        for direction in kept { for column in 0..<width { gradient[direction, column] = 0 } }
        for direction in rows { for column in kept.indices { gradient[direction, column] = 0 } }
    }
}
