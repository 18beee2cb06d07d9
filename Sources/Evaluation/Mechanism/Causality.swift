import Basics
import Injection
import LanguageModels
import TensorCore

/// Figure 3 of the paper: how accuracy falls with noise in the subspace that holds the program's output, and with as
/// much noise in random subspaces of the same dimension.
///
/// The noise is added to the residual stream after the last aligned layer, at every token: a direction drawn evenly
/// from the subspace's unit sphere, times the norm. Each seed has noise, a random subspace and prompts of its own, so
/// that no prompt counts twice under one norm and the interval over all prompts holds.
public struct Causality: Sendable {
    public enum Subspace: String, Sendable, CaseIterable { case final, random }

    public struct Point: Sendable {
        public var norm: Double
        public var subspace: Subspace
        public var accuracy: Proportion
    }

    /// Norms of the authors' program (0, 5, 10, 30), and more where those do little.
    public static let defaultNorms = [0.0, 5, 10, 20, 30, 60, 100]
    public static let defaultSeeds = 5

    public var points: [Point]
    public var seeds: Int
    /// The student's residual state that the noise is added to.
    public var layer: Int
    /// Dimension of both subspaces.
    public var dimension: Int
    /// The mean norm of that residual state over all tokens, for comparison with the noise's.
    public var residualNorm: Double

    /// - Parameter prompts: test prompts of each seed.
    static func measure(
        _ run: LoadedRun, norms: [Double] = defaultNorms, prompts: Int, seeds: Int = defaultSeeds, seed: Int
    ) throws -> Causality {
        let rows = run.layout.entries[run.layout.output].rows
        let final = try run.projection.subspace(of: [rows])
        let layer = run.lastLayer
        let reader = AnswerReader(run)
        let context = run.student.model.configuration.contextLength
        let examples = try run.task.task.examples(.test, count: prompts * seeds, seed: seed)
            .map { try run.task.encoder.encode($0) }.filter { $0.contentCount <= context }
        var counts = [Proportion](repeating: Proportion(), count: norms.count * Subspace.allCases.count)
        var length = RunningMean()
        var batches: [Batch] = []
        for number in 0..<seeds {
            var random = SeededRandom(seed: seed, stream: "causality/\(number)")
            let other = try randomSubspace(like: final, &random)
            let own = examples.indices.filter { $0 % seeds == number }.map { examples[$0] }
            for start in stride(from: 0, to: own.count, by: 32) {
                batches.append(
                    Batch(
                        examples: Array(own[start..<min(start + 32, own.count)]), random: other, seed: random.next()))
            }
        }
        let counted = try run.student.model.mapSideBySide(batches) { batch, arena in
            let pass = KnownPass(batch.examples, states: [layer], reader: reader, arena: arena)
            var length = RunningMean()
            length.add(norms: pass.stream(at: layer))
            let exact = norms.map { norm -> [[Bool]] in
                let bases = norm == 0 ? [final] : [final, batch.random]
                let exact = bases.map { basis in
                    let said = pass.nextTokens(from: layer, arena: arena) { tape, hidden in
                        // The same draws for every norm and both subspaces: they differ in what they are named after
                        // alone.
                        var draws = SeededRandom(seed: batch.seed)
                        return noisy(hidden, norm: norm, basis: basis, tape, &draws)
                    }
                    return reader.areExact(said, of: batch.examples)
                }
                // Without noise there is no subspace to tell apart.
                return exact.count == 1 ? exact + exact : exact
            }
            return (exact, length)
        }
        for (exact, own) in counted {
            length.add(own)
            for index in norms.indices {
                for place in 0..<2 {
                    for isExact in exact[index][place] { counts[index * 2 + place].add(isExact) }
                }
            }
        }
        let points = norms.indices.flatMap { index in
            Subspace.allCases.enumerated().map { place, subspace in
                Point(norm: norms[index], subspace: subspace, accuracy: counts[index * 2 + place])
            }
        }
        return Causality(points: points, seeds: seeds, layer: layer, dimension: final.rows, residualNorm: length.mean)
    }

    /// h + norm * Q^T u for every row, u even on the unit sphere of the subspace's coordinates.
    private static func noisy(
        _ hidden: Variable, norm: Double, basis: Tensor, _ tape: Tape, _ random: inout SeededRandom
    ) -> Variable {
        guard norm > 0, basis.rows > 0 else { return hidden }
        let coordinates = tape.arena.tensor(hidden.value.rows, basis.rows)
        random.fillNormal(coordinates.buffer)
        for row in 0..<coordinates.rows {
            let values = UnsafeMutableBufferPointer(start: coordinates.row(row), count: basis.rows)
            let length = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            for index in values.indices { values[index] *= Float(norm / max(length, 1e-30)) }
        }
        return tape.add(hidden, tape.matmul(tape.constant(coordinates), tape.constant(basis)))
    }

    /// Prompts that are asked together, with what is drawn for them.
    private struct Batch: Sendable {
        let examples: [EncodedExample]
        /// The other subspace.
        let random: Tensor
        let seed: UInt64
    }

    static func randomSubspace(like basis: Tensor, _ random: inout SeededRandom) throws -> Tensor {
        let matrix = Tensor(zeros: [basis.rows, basis.columns])
        random.fillNormal(matrix.buffer)
        return try RowSpace.orthonormalBasis(of: matrix)
    }

    private struct RunningMean {
        var sum = 0.0
        var n = 0
        var mean: Double { n == 0 ? 0 : sum / Double(n) }

        mutating func add(norms tensor: Tensor) {
            for row in 0..<tensor.rows {
                let values = UnsafeBufferPointer(start: tensor.row(row), count: tensor.columns)
                sum += values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            }
            n += tensor.rows
        }

        mutating func add(_ other: RunningMean) { (sum, n) = (sum + other.sum, n + other.n) }
    }
}

extension Causality: SuiteResult {
    /// An array of points, each with what is common to all.
    public var json: JSONValue {
        .array(
            points.map { point in
                .object(
                    JSONObject(
                        [("norm", .number(point.norm)), ("subspace", .string(point.subspace.rawValue))]
                            + point.accuracy.members
                            + [
                                ("seeds", .integer(seeds)), ("layer", .integer(layer)),
                                ("dimension", .integer(dimension)),
                                ("residual_norm", .measure(residualNorm)),
                            ]))
            })
    }

    public init?(_ json: JSONValue) {
        guard let array = json.array else { return nil }
        points = []
        // Without a norm there is no point, and nothing to tell of.
        (seeds, layer, dimension, residualNorm) = (0, 0, 0, 0)
        for value in array {
            guard let norm = value["norm"]?.number, let accuracy = Proportion(value),
                let subspace = value["subspace"]?.string.flatMap(Subspace.init(rawValue:)),
                let seeds = value["seeds"]?.count, let layer = value["layer"]?.count,
                let dimension = value["dimension"]?.count
            else { return nil }
            points.append(Point(norm: norm, subspace: subspace, accuracy: accuracy))
            (self.seeds, self.layer, self.dimension) = (seeds, layer, dimension)
            residualNorm = value["residual_norm"]?.number ?? .nan
        }
    }
}
