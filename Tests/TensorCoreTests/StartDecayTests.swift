import TensorCore
import Testing

@Suite struct StartDecayTests {
    private static func store(_ values: [[Float]]) -> ParameterStore {
        let store = ParameterStore(gradients: false)
        for (number, part) in values.enumerated() { store.add(name: "\(number)", shape: [part.count], decay: true) }
        store.allocate()
        for (parameter, part) in zip(store.parameters, values) { parameter.value.copy(from: part) }
        return store
    }

    @Test func whatStepsHaveChangedIsForgottenBySharesOfTheDistance() {
        let (trained, start) = (Self.store([[3, -1, 0.5], [2]]), Self.store([[1, -1, 1.5], [-2]]))
        let decay = StartDecay(towards: start, strength: 50)
        decay.apply(to: trained, rate: 0.005)
        // A quarter of the way; all numbers are sums of powers of two.
        #expect(trained.parameters.map(\.value.values) == [[2.5, -1, 0.75], [1]])
        #expect(start.parameters.map(\.value.values) == [[1, -1, 1.5], [-2]])
        for _ in 0..<100 { decay.apply(to: trained, rate: 0.005) }
        for (value, wanted) in zip(trained.parameters, start.parameters) {
            for (a, b) in zip(value.value.values, wanted.value.values) { #expect(abs(a - b) < 1e-6) }
        }
        // A share of more than all is all.
        trained["1"].value.fill(7)
        decay.apply(to: trained, rate: 1)
        #expect(trained["1"].value.values == [-2])
    }

    /// Where processes share the work, each decays its own stretches of the flat buffers: together they decay all once.
    @Test func stretchesTogetherAreTheWhole() {
        let values = (0..<40).map(Float.init)
        let (whole, shared) = (Self.store([values, [4, 5]]), Self.store([values, [4, 5]]))
        let decay = StartDecay(towards: Self.store([Array(repeating: 1, count: 40), [0, 0]]), strength: 1)
        decay.apply(to: whole, rate: 0.25)
        decay.apply(to: shared, rate: 0.25, owned: [0..<16, 32..<shared.flatCount])
        #expect(shared["0"].value.values[16..<32] == values[16..<32])
        #expect(shared["1"].value.values == whole["1"].value.values)
        decay.apply(to: shared, rate: 0.25, owned: [16..<32])
        #expect(shared["0"].value.values == whole["0"].value.values)
    }
}
