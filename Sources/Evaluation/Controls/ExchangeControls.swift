import Basics
import Injection
import LanguageModels
import RASP
import TensorCore

/// What an exchange of a variable's subspace does, and what an exchange of a random subspace of the same dimension does: to
/// the answer where the program's changes, to the answer where it stays, and to the other variables.
struct ExchangeControls {
    private let run: LoadedRun
    private let pairs: ExchangePairs
    private let points: [ExchangePoint]
    /// A random subspace for each point.
    private let others: [Tensor]
    private let decoder: Decoder

    init(_ run: LoadedRun, prompts: Int, seed: Int) throws {
        self.run = run
        pairs = try ExchangePairs(run, prompts: prompts, seed: seed)
        points = try ExchangePoint.all(of: run)
        decoder = Decoder(run)
        var random = SeededRandom(seed: seed, stream: "random subspaces")
        others = try points.map { try Causality.randomSubspace(like: $0.basis, &random) }
    }

    func measure() throws -> [ControlsResult.Exchange] {
        let expected = ExpectedValues(run)
        let counted = try run.student.model.mapSideBySide(pairs.batches) { batch, arena in
            let pass = pairs.pass(over: batch, points: points, arena: arena)
            let values = try Parallel.map(batch) { try expected.values(on: $0.atoms) }
            return try zip(points, others).map { point, random in
                try [point.basis, random].map { basis in
                    try effect(of: basis, at: point, in: batch, pass, values, arena: arena)
                }
            }
        }
        return points.enumerated().map { index, point in
            let own = counted.map { $0[index][0] }
            let random = counted.map { $0[index][1] }
            return ControlsResult.Exchange(
                variable: point.entry.name, layer: point.layer, state: point.state, dimension: point.basis.rows,
                own: ControlsResult.Effect(pooling: own), random: ControlsResult.Effect(pooling: random))
        }
    }

    private func effect(
        of basis: Tensor, at point: ExchangePoint, in batch: [ExchangePairs.Member], _ pass: KnownPass,
        _ values: [[[Atom?]]], arena: Arena
    ) throws -> ControlsResult.Effect {
        var effect = ControlsResult.Effect()
        let held = heldBeside(point)
        let outcomes = try pairs.exchange(point, basis: basis, in: batch, pass, arena: arena) { tape, changed in
            guard !held.isEmpty else { return }
            let mapped = decoder.map(tape, changed)
            for (place, values) in values.enumerated() {
                for (position, row) in pass.batch.rows(place).enumerated() {
                    let decoded = decoder.values(mapped.row(row))
                    for variable in held {
                        if let value = values[variable][position] { effect.others.add(decoded[variable] == value) }
                    }
                }
            }
        }
        for outcome in outcomes {
            if outcome.changes { effect.changing.add(outcome.agrees) } else { effect.keeping.add(outcome.agrees) }
        }
        return effect
    }

    /// The other variables that the map was trained to read at the point's state.
    private func heldBeside(_ point: ExchangePoint) -> [Int] {
        run.layout.variables.indices.filter { index in
            let other = run.layout.variables[index]
            let isRead =
                point.state == run.layout.layers || decoder.alignment == .cosine
                ? other.writtenByLayer <= point.state : other.writtenByLayer == point.state
            return isRead && other.rows != point.entry.rows
        }
    }
}
