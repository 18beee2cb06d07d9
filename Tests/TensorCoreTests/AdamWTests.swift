import Foundation
import TensorCore
import Testing

@Suite struct AdamWTests {
    /// Two groups, with and without decay, against the formula in double precision.
    @Test func matchesTheFormula() {
        let store = ParameterStore()
        store.add(name: "matrix", shape: [19, 3], decay: true)
        store.add(name: "bias", shape: [5], decay: false)
        store.add(name: "map", shape: [33], decay: true, group: 1)
        store.allocate()
        let groups: [AdamW.Group] = [
            .init(learningRate: 0.01, weightDecay: 0.1), .init(learningRate: 0.05, weightDecay: 0),
        ]
        let optimizer = AdamW(store: store, groups: groups)
        var expected: [String: (p: [Double], m: [Double], v: [Double])] = [:]
        for (index, parameter) in store.parameters.enumerated() {
            let p = sampleValues(parameter.shape.count, salt: index)
            parameter.value.copy(from: p.map { Float($0) })
            expected[parameter.name] = (p, p.map { _ in 0 }, p.map { _ in 0 })
        }
        for step in 1...10 {
            for (index, parameter) in store.parameters.enumerated() {
                let g = sampleValues(parameter.shape.count, salt: 10 * step + index)
                parameter.gradient?.copy(from: g.map { Float($0) })
                let rate = Double(groups[parameter.group].learningRate)
                let decay = parameter.decays ? Double(groups[parameter.group].weightDecay) : 0
                var state = expected[parameter.name]!
                for i in g.indices {
                    let scaled = g[i] * 0.5
                    state.m[i] = 0.9 * state.m[i] + 0.1 * scaled
                    state.v[i] = 0.999 * state.v[i] + 0.001 * scaled * scaled
                    let m = state.m[i] / (1 - pow(0.9, Double(step)))
                    let v = state.v[i] / (1 - pow(0.999, Double(step)))
                    state.p[i] -= rate * decay * state.p[i] + rate * m / (sqrt(v) + 1e-8)
                }
                expected[parameter.name] = state
            }
            optimizer.step(gradientScale: 0.5)
        }
        #expect(optimizer.stepCount == 10)
        for parameter in store.parameters {
            let state = expected[parameter.name]!
            // Ten updates of at most 0.05, each right to some 1e-5 of itself (beta2 = 0.999 is rounded to single
            // precision, and 1 - beta2 with it: relative error 1e-5 of v).
            expectClose(parameter.value.values, state.p, absolute: 1e-5, parameter.name)
            expectClose(optimizer.moments(of: parameter).first.values, state.m, absolute: 1e-6, "m")
            expectClose(optimizer.moments(of: parameter).second.values, state.v, absolute: 1e-7, "v")
        }
    }

    @Test func stateCanBeCarriedOver() {
        func store() -> ParameterStore {
            let store = ParameterStore()
            store.add(name: "w", shape: [40], decay: true)
            store.allocate()
            return store
        }
        func step(_ optimizer: AdamW, _ index: Int) {
            optimizer.store["w"].gradient?.copy(from: sampleValues(40, salt: index).map { Float($0) })
            optimizer.step()
        }
        let whole = AdamW(store: store(), groups: [.init(learningRate: 0.1)])
        let first = AdamW(store: store(), groups: [.init(learningRate: 0.1)])
        for index in 0..<3 {
            step(whole, index)
            step(first, index)
        }
        let resumed = AdamW(store: store(), groups: [.init(learningRate: 0.1)])
        _ = resumed.store.values.update(fromContentsOf: first.store.values)
        _ = resumed.firstMoments.update(fromContentsOf: first.firstMoments)
        _ = resumed.secondMoments.update(fromContentsOf: first.secondMoments)
        resumed.stepCount = first.stepCount
        for index in 3..<6 {
            step(whole, index)
            step(resumed, index)
        }
        #expect(Array(whole.store.values) == Array(resumed.store.values))
    }

    @Test func gradientNorm() {
        let store = ParameterStore()
        store.add(name: "w", shape: [100_001], decay: true)
        store.allocate()
        store["w"].gradient?.fill(0.5)
        let optimizer = AdamW(store: store, groups: [.init(learningRate: 0.1)])
        #expect(abs(optimizer.gradientNorm() - 0.5 * 100_001.0.squareRoot()) < 1e-6)
    }
}
