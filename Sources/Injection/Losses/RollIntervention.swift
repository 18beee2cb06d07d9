import Basics
import InjectionSettings
import LanguageModels
import TensorCore

/// The roll intervention of the paper: behind the last aligned layer only the symbolic subspace stays an example's own;
/// its complement comes, without gradient, from another example of the batch.
///
///     h' = roll(stopgrad(h - P h)) + P h,    P = Q^T Q,  Q: orthonormal basis of the row space of chosen rows of the map
///
/// No gradient flows through P. Q is made anew at every step, by QR.
package struct RollIntervention {
    /// A residual state that is replaced, and the rows of the map whose row space stays.
    package struct Place: Equatable {
        /// The number of the student's residual state.
        package let layer: Int
        package let rows: [Range<Int>]
        package var rowCount: Int { rows.reduce(0) { $0 + $1.count } }

        package init(layer: Int, rows: [Range<Int>]) { (self.layer, self.rows) = (layer, rows) }
    }

    /// They take turns, one a step; the last one is the paper's.
    package let places: [Place]
    let anchor: Settings.Roll.Anchor
    /// The first token of a text that is rolled.
    let firstToken: Int
    /// Why the subspace is not the one that was asked for, where it is not.
    package let warning: String?

    /// - Parameters:
    ///   - width: of the student.
    ///   - layers: the student's layers that carry the compiled states.
    ///   - firstToken: of a text that is rolled.
    /// - Throws: `Failure` where nothing would be left to exchange.
    package init(
        layout: VariableLayout, width: Int, settings: Settings.Roll, layers: [Int], firstToken: Int = 0
    ) throws {
        (anchor, self.firstToken) = (settings.anchor, firstToken)
        let final = layout.entries[layout.output]
        guard final.rows.count < width else {
            throw Failure(
                .badData,
                "\(final.name) has \(final.rows.count) values and the student is only \(width) wide: the roll would do nothing",
                remedy: "use a wider student, or train with --set roll.enabled=false")
        }
        let takesAll = settings.subspace == .all && layout.width < width
        guard let lastAligned = layers.last else { preconditionFailure("no layer carries a compiled state") }
        let last = Place(
            layer: lastAligned + (settings.site == .next ? 1 : 0),
            rows: [takesAll ? 0..<layout.width : final.rows])
        let earlier = settings.site == .each ? Self.earlier(layout, width: width, layers: layers) : []
        places = earlier + [last]
        if settings.subspace == .all && !takesAll {
            warning =
                "the linear map has \(layout.width) rows and the student is \(width) wide: projecting on its whole row "
                + "space would be the identity and the roll would do nothing; the roll keeps the rows of "
                + "\(final.name) instead"
        } else if settings.site == .each && places.count < layers.count {
            warning =
                "the roll acts at \(places.count) of \(layers.count) aligned layers: at the others the program's variables leave "
                + "nothing of the student's \(width) directions to exchange"
        } else {
            warning = nil
        }
    }

    /// The aligned states before the last: what stays is every variable that the program has computed by then, whether
    /// it is read again or not, as all of them are still decoded from the last state.
    private static func earlier(_ layout: VariableLayout, width: Int, layers: [Int]) -> [Place] {
        layers.dropLast().enumerated().compactMap { state, layer in
            let place = Place(layer: layer, rows: layout.variables.filter { $0.writtenByLayer <= state }.map(\.rows))
            return place.rows.isEmpty || place.rowCount >= width ? nil : place
        }
    }

    /// The hook for the task sequences of one batch, and where it acts.
    package func hook(projection: Projection, batch: TrainingBatch) throws -> (point: HookPoint, hook: Hooks.Hook) {
        let place = places[batch.number % places.count]
        let basis = try projection.subspace(of: place.rows)
        let anchors = (0..<batch.taskSequences).map { sequence in
            anchor == .start ? batch.contexts[sequence] : batch.answerOffset(of: sequence)
        }
        let sources = RollSources.rows(
            starts: batch.packed.starts, anchors: anchors, contexts: batch.contexts, from: firstToken
        ).map(Int32.init)
        return (.residual(place.layer), { tape, hidden in tape.roll(hidden, basis: basis, sources: sources) })
    }
}
