import Basics
import Circuits

extension CircuitGraph {
    /// Checks that every score is a number: those of a model that overflows are not, and no file can hold them.
    ///
    /// - Throws: `.badData` naming the edge or node.
    public func requireFiniteScores() throws(Failure) {
        let scores = edges.map { ($0.description, self[$0].score) } + nodes.map { ($0.description, self[$0].score) }
        guard let (name, score) = scores.first(where: { $0.1?.isFinite == false }), let score else { return }
        throw Failure(
            .badData, "the score of \(name) is \(score)",
            remedy: "the model's activations overflow on these pairs: are its weights as its training left them?")
    }
}
