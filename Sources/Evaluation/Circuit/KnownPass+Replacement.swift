import Circuits
import Injection
import TensorCore

extension KnownPass {
    /// The most likely next token at each counting position of each example, where components give out something else. No
    /// layer is computed again that comes before all of them.
    ///
    /// - Parameters:
    ///   - replacement: what is replaced, in which of the examples.
    ///   - values: what each writer gives out instead, [N, D].
    ///   - arena: is not reset, since the values may lie there.
    /// - Precondition: the pass has the states before all layers, or those before the writers that are replaced.
    package func nextTokens(
        _ replacement: ComponentReplacement, by values: [CircuitNode: Tensor], arena: Arena
    ) -> [[Int32]] {
        let configuration = reader.student.model.configuration
        // What the input gives out is replaced in the state that a pass begins with.
        guard let first = replacement.writers.map({ $0.layer ?? -1 }).min(), first >= 0 else {
            return reader.nextTokens(
                examples, hooks: { replacement.hooks(values, batch: $0, configuration: configuration) }, arena: arena)
        }
        let hooks = replacement.hooks(values, batch: batch, configuration: configuration)
        return nextTokens(from: first, hooks: hooks, arena: arena)
    }
}
