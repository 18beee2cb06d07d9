import GPT2
import Serialization
import TensorCore

/// The roll intervention of the paper: behind the last aligned layer only the symbolic subspace stays an example's own;
/// its complement comes, without gradient, from another example of the batch.
///
///     h' = roll(stopgrad(h - P h)) + P h,    P = Q^T Q,  Q: orthonormal basis of the row space of chosen rows of the map
///
/// No gradient flows through P. Q is made anew at every step, by QR.
package struct RollIntervention {
    /// The residual state that is replaced: k, or k + 1 in the authors' program.
    package let site: Int
    /// The rows of the map whose row space stays.
    package let rows: Range<Int>
    let anchor: Settings.Roll.Anchor
    /// Why the subspace is not the one that was asked for, where it is not.
    package let warning: String?

    package init(
        layout: VariableLayout, width: Int, subspace: Settings.Roll.Subspace, site: Int, anchor: Settings.Roll.Anchor
    ) throws {
        self.site = site
        self.anchor = anchor
        let final = layout.entries[layout.output]
        switch subspace {
        case .final:
            rows = final.rows
            warning = nil
        case .all where layout.width >= width:
            rows = final.rows
            warning =
                "the linear map has \(layout.width) rows and the student is \(width) wide: projecting on its whole row "
                + "space would be the identity and the roll would do nothing; the roll keeps the rows of "
                + "\(final.name) instead"
        case .all:
            rows = 0..<layout.width
            warning = nil
        }
        guard rows.count < width else {
            throw Failure(
                .badData,
                "\(final.name) has \(rows.count) values and the student is only \(width) wide: the roll would do nothing",
                remedy: "use a wider student, or train with --set roll.enabled=false")
        }
    }

    /// The intervention for the task sequences of one batch.
    func sites(projection: Projection, batch: TrainingBatch) throws -> Sites {
        let chosen = projection.weight.value.rows(rows)
        let basis = try Projector.orthonormalRows(of: chosen)
        let anchors = (0..<batch.taskSequences).map { anchor == .start ? 0 : batch.answerOffset(of: $0) }
        let sources = RollSources.rows(starts: batch.packed.starts, anchors: anchors)
        return Sites(interventions: [
            site: { tape, hidden in tape.roll(hidden, basis: basis, sources: sources.map(Int32.init)) }
        ])
    }
}
