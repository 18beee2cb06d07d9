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

/// Parts of a tape, and of the flat buffers.
@Suite struct SectionTests {
    /// The gradient of a section's parameter is whole when the section has been played back, with the same gradients as
    /// without sections; those recorded last come first.
    @Test(arguments: [false, true]) func sectionsAreToldInTheBackwardPass(recomputing: Bool) {
        let store = ParameterStore()
        for name in ["a", "b", "c"] { store.add(name: name, shape: [2, 2], decay: false) }
        store.allocate()
        for parameter in store.parameters { parameter.value.copy(from: [1, 2, 3, 4]) }
        var told: [(section: Int, gradients: [[Float]])] = []
        func pass(telling: Bool) -> [Float] {
            store.zeroGradients()
            let tape = Tape(arena: Arena(), recomputation: recomputing ? Arena() : nil)
            if telling {
                tape.sectionPlayedBack = { section in
                    told.append((section, store.parameters.map { $0.gradient?.values ?? [] }))
                }
            }
            var x = tape.linear(tape.constant(Tensor([1, -1], shape: [1, 2])), weight: tape.parameter(store["a"]))
            for (section, name) in ["b", "c"].enumerated() {
                tape.begin(section: section)
                x = tape.recomputing(x) { $0.linear($1, weight: $0.parameter(store[name])) }
            }
            tape.backward(from: tape.sum(x))
            return Array(store.gradients)
        }
        let whole = pass(telling: false)
        #expect(pass(telling: true) == whole)
        #expect(told.map(\.section) == [1, 0])
        let final = store.parameters.map { $0.gradient?.values ?? [] }
        #expect(told[0].gradients[2] == final[2] && told[0].gradients[1] != final[1])
        #expect(told[1].gradients[1] == final[1] && told[1].gradients[0] != final[0])
    }

    /// Stretches of the flat buffers, each stepped by an optimiser of its own, are the whole step.
    @Test(arguments: [NumberFormat.fp32, .bf16]) func aPartOfTheParametersIsStepped(moments: NumberFormat) {
        func store() -> ParameterStore {
            let store = ParameterStore()
            store.add(name: "a", shape: [5, 9], decay: true)
            store.add(name: "b", shape: [20], decay: false)
            store.allocate()
            _ = store.gradients
            for parameter in store.parameters {
                parameter.value.copy(from: (0..<parameter.shape.count).map { Float($0 % 7) - 3 })
                parameter.gradient?.copy(from: (0..<parameter.shape.count).map { Float($0 % 5) - 2 })
            }
            return store
        }
        let (whole, parts) = (store(), store())
        let group = AdamW.Group(learningRate: 0.1, weightDecay: 0.1)
        let one = AdamW(store: whole, groups: [group], moments: moments)
        let owned = [[0..<16, 64..<parts.flatCount], [16..<64]]
        let several = owned.map { AdamW(store: parts, groups: [group], moments: moments, owned: $0) }
        for _ in 0..<3 {
            one.step()
            for part in several { part.step() }
        }
        #expect(Array(parts.values) == Array(whole.values))
        let norm = several.reduce(0) { $0 + $1.gradientNorm() * $1.gradientNorm() }.squareRoot()
        #expect(abs(norm - one.gradientNorm()) < 1e-12)
        #expect(several.reduce(0) { $0 + $1.firstMoments.count } == one.firstMoments.count)
    }

    @Test func parametersThatFollowEachOtherAreOneStretch() {
        let store = ParameterStore()
        for (name, count) in [("a", 3), ("b", 17), ("c", 1)] { store.add(name: name, shape: [count], decay: false) }
        store.allocate()
        #expect(store.flatRange(of: 0..<3) == 0..<store.flatCount)
        #expect(store.flatRange(of: 1..<2) == 16..<48 && store.flatRange(of: 2..<2).isEmpty)
        store.zeroGradients()
        #expect(store.gradients(of: 1..<3).allSatisfy { $0 == 0 } && store.gradients(of: 1..<3).count == 48)
    }
}
