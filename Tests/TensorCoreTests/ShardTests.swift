import TensorCore
import Testing

/// Gradients of several tapes at a time.
@Suite struct ShardTests {
    private static func store() -> ParameterStore {
        let store = ParameterStore()
        store.add(name: "a", shape: [3], decay: false)
        store.add(name: "b", shape: [2], decay: false)
        store.allocate()
        store["a"].value.copy(from: [1, 2, 3])
        store["b"].value.copy(from: [4, 5])
        store.reserve(shards: 3)
        store.zeroGradients()
        return store
    }

    /// Adds `factor` times the parameter's sum to the roots of a tape of one shard.
    private static func add(_ factor: Float, of name: String, in store: ParameterStore, shard: Int) {
        let tape = Tape(arena: Arena(), shard: shard)
        tape.backward(from: tape.scale(tape.sum(tape.parameter(store[name])), by: factor))
    }

    @Test func combinedGradientsAreTheSum() {
        let store = Self.store()
        Self.add(2, of: "a", in: store, shard: 1)
        Self.add(3, of: "a", in: store, shard: 2)
        Self.add(5, of: "b", in: store, shard: 0)
        store.combineShards()
        #expect(store["a"].gradient?.values == [5, 5, 5])
        #expect(store["b"].gradient?.values == [5, 5])
        // Nothing is left of them for the next sum.
        store.combineShards()
        #expect(store["a"].gradient?.values == [5, 5, 5])
        store.zeroGradients()
        store.combineShards()
        #expect(Array(store.gradients).allSatisfy { $0 == 0 })
    }

    @Test func shardsRunSideBySide() {
        let store = Self.store()
        for _ in 0..<20 {
            store.zeroGradients()
            Parallel.each(3) { shard in Self.add(Float(shard + 1), of: "a", in: store, shard: shard) }
            store.combineShards()
            #expect(store["a"].gradient?.values == [6, 6, 6])
        }
    }
}
