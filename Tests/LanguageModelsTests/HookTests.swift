import LanguageModels
import TensorCore
import Testing

/// Hooks inside layers: what they see, when they run, and that the pass they split is the same one.
@Suite struct HookTests {
    /// The numbers are sums of at most 44 products of order one through two layers: some tens of roundings of 6e-8,
    /// which the norms may enlarge a little.
    private static let rounding: Float = 1e-5

    /// Every point by itself, and all of them together.
    @Test(arguments: HookedModel.all)
    func hooksThatChangeNothingLeaveTheResult(hooked: HookedModel) {
        let model = hooked.make()
        let plain = model.final()
        let points = model.configuration.hookPoints
        for point in points {
            #expect(relativeDifference(model.final(model.identities(at: [point])), plain) < Self.rounding, "\(point)")
        }
        #expect(relativeDifference(model.final(model.identities(at: points)), plain) < Self.rounding)
    }

    /// What a node reads is the sum of what the earlier ones have added to the embedding, and of the biases of the
    /// output projections, which belong to no head.
    @Test(arguments: HookedModel.all)
    func whatIsReadIsTheSumOfWhatWasAdded(hooked: HookedModel) {
        let model = hooked.make()
        let configuration = model.configuration
        var seen: [HookPoint: [Float]] = [:]
        var hooks = Hooks()
        for point in configuration.hookPoints { hooks.observe(at: point) { seen[point] = $0.value.values } }
        _ = model.final(hooks)
        var sum = seen[.residual(0)] ?? []
        func add(_ point: HookPoint) {
            let added = seen[point] ?? []
            #expect(added.count == sum.count, "\(point)")
            sum = zip(sum, added).map(+)
        }
        func isRead(_ point: HookPoint) {
            #expect(relativeDifference(seen[point] ?? [], sum) < Self.rounding, "\(point)")
        }
        for layer in 0..<configuration.layers {
            isRead(.residual(layer))
            for head in 0..<configuration.heads {
                for reader in HookPoint.Reader.allCases { isRead(.headInput(layer: layer, head: head, reader)) }
            }
            if configuration.hasParallelMLP { isRead(.mlpInput(layer: layer)) }
            for head in 0..<configuration.heads { add(.head(layer: layer, head: head)) }
            if let name = hooked.projectionBias?(layer) {
                let bias = model.parameters[name].value.values
                sum = sum.enumerated().map { $1 + bias[$0 % configuration.width] }
            }
            if !configuration.hasParallelMLP { isRead(.mlpInput(layer: layer)) }
            add(.mlp(layer: layer))
        }
        isRead(.residual(configuration.layers))
    }

    @Test(arguments: HookedModel.all)
    func activationsHaveTheShapesOfTheirPoints(hooked: HookedModel) {
        let model = hooked.make()
        let (tokens, configuration) = (HookedModel.batch.tokens.count, model.configuration)
        var hooks = Hooks()
        for point in configuration.hookPoints {
            hooks.observe(at: point) { activation in
                let isMix = if case .headMix = point { true } else { false }
                #expect(
                    activation.shape == [tokens, isMix ? configuration.headWidth : configuration.width], "\(point)")
            }
        }
        _ = model.final(hooks)
    }

    /// Later hooks at a point are given what earlier ones returned.
    @Test func hooksAtOnePointFollowEachOther() {
        let model = FormulaModel.make()
        for point in FormulaModel.configuration.hookPoints {
            var hooks = Hooks()
            hooks.add(at: point) { $0.scale($1, by: 4) }
            hooks.add(at: point) { $0.scale($1, by: 0.25) }
            #expect(model.final(hooks) == model.final(model.identities(at: [point])), "\(point)")
        }
    }

    /// What a hook keeps is still there after a pass that gives back all the room it can.
    @Test(arguments: HookedModel.all)
    func whatAHookKeepsStaysAsItWas(hooked: HookedModel) {
        let model = hooked.make()
        var kept: [(point: HookPoint, variable: Variable, values: [Float])] = []
        var hooks = Hooks()
        for point in model.configuration.hookPoints {
            hooks.observe(at: point) { kept.append((point, $0, $0.value.values)) }
        }
        let tape = Tape(arena: Arena(), recording: false)
        _ = model.forward(tape, HookedModel.batch, hooks: hooks, keepingStates: false)
        #expect(kept.map(\.point) == model.configuration.hookPoints)
        for (point, variable, values) in kept { #expect(variable.value.values == values, "\(point)") }
    }

    /// Such a pass holds on to what a hook has seen and to nothing else.
    @Test(arguments: HookedModel.all)
    func onlyWhatAHookHasSeenIsHeld(hooked: HookedModel) {
        let model = hooked.make()
        func bytes(_ hooks: Hooks) -> Int {
            let arena = Arena()
            let tape = Tape(arena: arena, recording: false)
            _ = model.forward(tape, HookedModel.batch, hooks: hooks, keepingStates: false)
            return arena.bytesInUse
        }
        let plain = bytes(Hooks())
        for point in model.configuration.hookPoints {
            var count = 0
            var hooks = Hooks()
            hooks.observe(at: point) { count = $0.value.count }
            // Tensors lie 64 bytes apart or a multiple of that.
            #expect(bytes(hooks) - plain == (count + 15) / 16 * 64, "\(point)")
        }
    }

    /// Layers with hooks inside them are not computed again: their hooks run once, and see what stays.
    @Test(arguments: HookedModel.all)
    func hooksRunOnceUnderRecomputation(hooked: HookedModel) {
        let model = hooked.make()
        func step(_ tape: Tape) -> (gradients: [[Float]], calls: Int, isKept: Bool) {
            var kept: [(variable: Variable, values: [Float])] = []
            var hooks = Hooks()
            for point in model.configuration.hookPoints where point.layer == 0 {
                hooks.observe(at: point) { kept.append(($0, $0.value.values)) }
            }
            let gradients = model.gradients(tape, hooks)
            return (gradients, kept.count, kept.allSatisfy { $0.variable.value.values == $0.values })
        }
        let whole = step(Tape(arena: Arena()))
        let room = Arena()
        let again = step(Tape(arena: Arena(), recomputation: room))
        #expect(again.gradients == whole.gradients)
        #expect(again.calls == 5 * model.configuration.heads + 2)
        #expect(again.calls == whole.calls && again.isKept)
        // The other layer was computed again.
        #expect(room.highWaterMark > 0 && room.bytesInUse == 0)
    }

    @Test(arguments: HookedModel.all)
    func aRehearsalMeasuresAHookedStep(hooked: HookedModel) {
        let model = hooked.make()
        let hooks = model.identities(at: model.configuration.hookPoints)
        let (planned, real) = (Arena(rehearsing: ()), Arena(reserving: 1 << 24))
        Parallel.rehearse { _ = model.gradients(Tape(arena: planned), hooks) }
        _ = model.gradients(Tape(arena: real), hooks)
        #expect(planned.bytesTouched == real.bytesTouched)
    }

    /// In such a copy all layers share the room of one layer's weights.
    @Test(arguments: HookedModel.all)
    func aCopyInHalfPrecisionTakesHooks(hooked: HookedModel) {
        let halved = hooked.make().halfPrecisionCopy()
        let all = halved.identities(at: halved.configuration.hookPoints)
        #expect(relativeDifference(halved.final(all), halved.final()) < Self.rounding)
    }
}
