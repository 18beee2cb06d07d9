import Basics
import Circuits
import Discovery
import Injection
import TensorCore

/// How well subspaces that were found for variables are those that hold them.
public struct SubspaceRecovery: Sendable {
    /// What exchanging a subspace between test prompts does: to answers that the program changes, and to the others.
    public struct Effect: Sendable, Equatable {
        public var changing = Proportion()
        public var keeping = Proportion()
    }

    public struct Variable: Sendable {
        public let name: String
        public let dimensions: Int
        public let trueDimensions: Int
        public let angles: PrincipalAngles
        /// The overlaps of random subspaces of as many dimensions with the true one.
        public let random: RandomScorers.Spread
        /// Of the subspace found, the true one and a random one; nil where no run was given.
        public var exchanged: (found: Effect, own: Effect, random: Effect)?
    }

    public static let scorers = RandomScorers.defaultCount
    public private(set) var variables: [Variable] = []

    /// - Parameters:
    ///   - found: by variable's name rows that span a subspace, [any number, d_model].
    ///   - truth: the same; variables that were not found are left out.
    ///   - seed: decides the random subspaces.
    /// - Throws: `.badData` where both have no variable in common, or streams of other widths.
    public init(found: [(name: String, rows: Tensor)], truth: [(name: String, rows: Tensor)], seed: Int) throws {
        for (name, own) in truth {
            guard let rows = found.first(where: { $0.name.hasSameBytes(as: name) })?.rows else { continue }
            guard rows.columns == own.columns else {
                throw Failure(
                    .badData,
                    "the subspace of '\(name)' lies in \(rows.columns) dimensions, and the true one in \(own.columns)",
                    remedy: "score subspaces beside the truth of the model that they were found in")
            }
            var random = SeededRandom(seed: seed, stream: "random subspaces/\(name)")
            let overlaps = try (0..<Self.scorers).compactMap { _ in
                try PrincipalAngles(Causality.randomSubspace(like: rows, &random), own).overlap
            }
            variables.append(
                Variable(
                    name: name, dimensions: rows.rows, trueDimensions: own.rows,
                    angles: try PrincipalAngles(rows, own),
                    // A subspace without dimensions overlaps with nothing.
                    random: RandomScorers.Spread(name: "overlap", of: overlaps.isEmpty ? [0] : overlaps)))
        }
        guard !variables.isEmpty else {
            throw Failure(
                .badData, "the truth has none of the variables that were found",
                remedy: "give the case folder of the run, whose variables.safetensors has a tensor for each variable")
        }
    }

    /// Exchanges each subspace between test prompts of the run, at the first state that holds the variable.
    ///
    /// - Throws: `.badData` where a subspace is none of the student's stream.
    package mutating func exchange(
        _ found: [(name: String, rows: Tensor)], in run: LoadedRun, prompts: Int, seed: Int
    ) throws {
        let width = run.student.model.configuration.width
        let pairs = try ExchangePairs(run, prompts: prompts, seed: seed)
        for point in try ExchangePoint.all(of: run) where point.state == point.variable.writtenByLayer {
            guard let place = variables.firstIndex(where: { $0.name.hasSameBytes(as: point.entry.name) }),
                let rows = found.first(where: { $0.name.hasSameBytes(as: point.entry.name) })?.rows
            else { continue }
            guard rows.columns == width else {
                throw Failure(
                    .badData, "a subspace of \(rows.columns) dimensions, and the run's student is \(width) wide")
            }
            var random = SeededRandom(seed: seed, stream: "exchanged/\(point.entry.name)")
            let bases = [
                try RowSpace.orthonormalBasis(of: rows), point.basis,
                try Causality.randomSubspace(like: rows, &random),
            ]
            let effects = try run.student.model.mapSideBySide(pairs.batches) { batch, arena in
                let pass = pairs.pass(over: batch, points: [point], arena: arena)
                return try bases.map { basis in
                    var effect = Effect()
                    for outcome in try pairs.exchange(point, basis: basis, in: batch, pass, arena: arena) {
                        if outcome.changes {
                            effect.changing.add(outcome.agrees)
                        } else {
                            effect.keeping.add(outcome.agrees)
                        }
                    }
                    return effect
                }
            }
            func pooled(_ number: Int) -> Effect {
                Effect(
                    changing: Proportion(pooling: effects.map { $0[number].changing }),
                    keeping: Proportion(pooling: effects.map { $0[number].keeping }))
            }
            variables[place].exchanged = (pooled(0), pooled(1), pooled(2))
        }
    }

    public var json: JSONValue {
        [
            "level": "variable",
            "variables": .array(
                variables.map { variable in
                    let random: JSONValue = [
                        "scorers": .integer(Self.scorers), "mean": .number(variable.random.mean),
                        "low": .number(variable.random.low), "high": .number(variable.random.high),
                    ]
                    func json(_ effect: Effect) -> JSONValue {
                        [
                            "changing": .object(JSONObject(effect.changing.members)),
                            "keeping": .object(JSONObject(effect.keeping.members)),
                        ]
                    }
                    return [
                        "name": .string(variable.name), "dimensions": .integer(variable.dimensions),
                        "true_dimensions": .integer(variable.trueDimensions),
                        "degrees": .array(variable.angles.degrees.map { .number($0) }),
                        "overlap": variable.angles.overlap.map { .number($0) } ?? .null, "random": random,
                        "interchange": variable.exchanged.map {
                            ["found": json($0.found), "true": json($0.own), "random": json($0.random)]
                        } ?? .null,
                    ]
                }),
        ]
    }
}
