import Basics
import Ranks
import TensorCore
import Testing
import TrainingEngine

@Suite struct OptimizersTests {
    private static func store(_ count: Int) -> ParameterStore {
        let store = ParameterStore(gradients: true)
        store.add(name: "weight", shape: [count], decay: true)
        store.allocate()
        return store
    }

    private static func optimizers(
        _ first: ParameterStore, _ second: ParameterStore, clip: Double
    ) -> Optimizers<GradientSum> {
        let constant = Schedule(shape: .constant, warmup: 0, steps: 10)
        let warming = Schedule(shape: .constant, warmup: 4, steps: 10)
        return Optimizers(
            [
                ParameterGroup(name: "student", store: first, rate: 0.1, schedule: warming, weightDecay: 0),
                ParameterGroup(name: "map", store: second, rate: 0.2, schedule: constant, weightDecay: 0.5),
            ], beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: clip, shares: [alone(first), alone(second)])
    }

    /// There is one process.
    private static func alone(_ store: ParameterStore) -> GradientSum {
        GradientSum(store, ranks: .alone, options: GradientSum.Options())
    }

    private static func fill(_ store: ParameterStore, values: Float? = nil, gradients: Float) throws {
        let weight = store["weight"]
        if let values { weight.value.copy(from: Array(repeating: values, count: weight.shape.count)) }
        _ = store.gradients  // Gradients that were cleared are zeroed no later than here.
        try #require(weight.gradient).copy(from: Array(repeating: gradients, count: weight.shape.count))
    }

    private static func values(_ store: ParameterStore) -> [Float] { store["weight"].value.values }

    private static func never(_ parameter: String) -> Failure { Failure(.internalError, parameter) }

    /// AdamW's first step moves every parameter by its rate against the gradient's sign, whatever the gradient's size.
    @Test func eachGroupHasItsRateDecayAndSchedule() throws {
        let (first, second) = (Self.store(3), Self.store(2))
        let optimizers = Self.optimizers(first, second, clip: 0)
        for store in [first, second] { try Self.fill(store, values: 1, gradients: 2) }
        let taken = try optimizers.step(1, diverged: Self.never)
        #expect(abs(taken.rate - 0.025) < 1e-7)
        #expect(abs(taken.gradientNorm - 20.0.squareRoot()) < 1e-6)
        for value in Self.values(first) { #expect(abs(value - 0.975) < 1e-5) }
        for value in Self.values(second) { #expect(abs(value - (1 - 0.2 * 0.5 - 0.2)) < 1e-5) }
        for store in [first, second] {
            _ = store.gradients
            #expect(try #require(store["weight"].gradient).values.allSatisfy { $0 == 0 })
        }
    }

    @Test func allGroupsAreClippedByOneNorm() throws {
        let (first, second) = (Self.store(3), Self.store(1))
        let optimizers = Self.optimizers(first, second, clip: 1)
        for store in [first, second] { try Self.fill(store, gradients: 5) }
        _ = try optimizers.step(1, diverged: Self.never)
        // The norm is 10, so that each gradient of 5 is applied as 0.5: the first moment is a tenth of that.
        let moments = withExtendedLifetime(optimizers) {
            optimizers.buffers.filter { $0.name.hasSuffix("first_moments") }.map { Array($0.values) }
        }
        #expect(moments.count == 2)
        for (store, moments) in zip([first, second], moments) {
            for value in moments.prefix(store.parameterCount) { #expect(abs(value - 0.05) < 1e-7) }
        }
    }

    /// Matrices between hidden activations are Muon's, everything else AdamW's; both go on from a checkpoint's buffers.
    @Test func matricesAreMuons() throws {
        func store() -> ParameterStore {
            let store = ParameterStore(gradients: true)
            store.add(name: "weight", shape: [6], decay: true)
            store.add(name: "hidden", shape: [2, 3], decay: true, hiddenMaps: 1)
            store.allocate()
            return store
        }
        func optimizers(_ store: ParameterStore, _ matrices: MatrixOptimizer) -> Optimizers<GradientSum> {
            let constant = Schedule(shape: .constant, warmup: 0, steps: 10)
            return Optimizers(
                [
                    ParameterGroup(
                        name: "student", store: store, rate: 0.1, schedule: constant, weightDecay: 0, matrices: matrices
                    )
                ], beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: 0, shares: [Self.alone(store)])
        }
        func step(_ optimizers: Optimizers<GradientSum>, _ store: ParameterStore, _ number: Int) throws {
            _ = store.gradients
            for parameter in store.parameters {
                parameter.gradient?.copy(from: (0..<6).map { Float(($0 * 5 + number) % 7) - 2.5 })
            }
            _ = try optimizers.step(number, diverged: Self.never)
        }
        let (adamW, muon, resumed) = (store(), store(), store())
        let (first, second) = (optimizers(adamW, .adamw), optimizers(muon, .muon))
        for number in 1...2 {
            try step(first, adamW, number)
            try step(second, muon, number)
        }
        #expect(muon["weight"].value.values == adamW["weight"].value.values)
        #expect(muon["hidden"].value.values != adamW["hidden"].value.values)

        let third = optimizers(resumed, .muon)
        for (to, from) in zip(third.buffers, second.buffers) {
            for index in to.values.indices { to.values[index] = from.values[index] }
        }
        try step(second, muon, 3)
        try step(third, resumed, 3)
        #expect(resumed["hidden"].value.values == muon["hidden"].value.values)
    }

    /// A step is taken, then a share of the distance to the start is taken back.
    @Test func aGroupDecaysTowardsItsStart() throws {
        let (store, start) = (Self.store(3), Self.store(3))
        try Self.fill(start, values: 3, gradients: 0)
        let group = ParameterGroup(
            name: "student", store: store, rate: 0.5, schedule: Schedule(shape: .constant, warmup: 0, steps: 10),
            weightDecay: 0, startDecay: StartDecay(towards: start, strength: 0.5))
        let optimizers = Optimizers(
            [group], beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: 0, shares: [Self.alone(store)])
        try Self.fill(store, values: 1, gradients: 2)
        _ = try optimizers.step(1, diverged: Self.never)
        // AdamW's first step leads from 1 to 0.5, and a quarter of the way from there to 3 is 0.625.
        for value in Self.values(store) { #expect(abs(value - 1.125) < 1e-5) }
    }

    @Test func buffersAreNamedAfterTheirGroups() {
        let (first, second) = (Self.store(3), Self.store(2))
        #expect(
            Self.optimizers(first, second, clip: 0).buffers.map(\.name) == [
                "student.values", "student.first_moments", "student.second_moments",
                "map.values", "map.first_moments", "map.second_moments",
            ])
    }

    @Test func aGradientThatIsNoNumberNamesGroupAndParameter() throws {
        let (first, second) = (Self.store(3), Self.store(2))
        let optimizers = Self.optimizers(first, second, clip: 1)
        try Self.fill(first, gradients: 1)
        try Self.fill(second, values: 1, gradients: .nan)
        let failure = try #require(throws: Failure.self) { _ = try optimizers.step(1, diverged: Self.never) }
        #expect(failure.message == "map weight")
        #expect(Self.values(second) == [1, 1], "nothing was applied")
    }
}
