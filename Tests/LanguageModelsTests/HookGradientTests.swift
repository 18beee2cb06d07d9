import LanguageModels
import TensorCore
import Testing

/// Gradients through layers that hooks have split.
@Suite struct HookGradientTests {
    @Test(arguments: HookedModel.all)
    func aSplitPassHasTheGradientsOfTheWholeOne(hooked: HookedModel) {
        let model = hooked.make()
        let whole = model.gradients(Tape(arena: Arena()))
        let split = model.gradients(Tape(arena: Arena()), model.identities(at: model.configuration.hookPoints))
        for (parameter, (own, reference)) in zip(model.parameters.parameters, zip(split, whole)) {
            // Rounding as in the forward pass, and as much again on the way back. The bias of keys changes nothing: its
            // gradient is rounding alone, so that what is compared with is the largest gradient of all.
            let scale = max(reference.map(abs).max() ?? 0, 1e-2 * (whole.joined().map(abs).max() ?? 0))
            #expect(largestDifference(own, reference) < 5e-5 * scale, "\(parameter.name)")
        }
    }

    /// Along its own gradient a parameter changes the loss by the gradient's length. A factor of its own at every point
    /// makes each of them count.
    @Test(arguments: HookedModel.all)
    func gradientsAreCentralDifferences(hooked: HookedModel) {
        let model = hooked.make()
        var hooks = Hooks()
        for (number, point) in model.configuration.hookPoints.enumerated() {
            let factor = 0.6 + Float(number * 37 % 11) * 0.08
            hooks.add(at: point) { tape, x in
                // Squares, so that the readers' norms do not take the factor out again.
                tape.add(tape.scale(x, by: factor), tape.scale(tape.multiply(x, x), by: 0.05))
            }
        }
        let gradients = model.gradients(Tape(arena: Arena()), hooks)
        for (parameter, gradient) in zip(model.parameters.parameters, gradients) {
            let length = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let values = parameter.value.values
            func loss(_ step: Double) -> Double {
                let scale = step / max(length, 1e-30)
                parameter.value.copy(from: zip(values, gradient).map { Float(Double($0) + Double($1) * scale) })
                defer { parameter.value.copy(from: values) }
                return model.loss(hooks)
            }
            // A fourth-order difference: the loss errs by some 1e-5, its quotient by 1e-2 of that over the step.
            let step = 4e-3
            let slope = (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * step)
            #expect(abs(slope - length) < 1e-2 * length + 5e-3, "\(parameter.name): \(slope), \(length)")
        }
    }

    /// What reaches a residual state is the sum of what each of its readers sends back and of what passes by.
    @Test(arguments: HookedModel.all)
    func readersHaveGradientsOfTheirOwn(hooked: HookedModel) {
        let model = hooked.make()
        let configuration = model.configuration
        let readers =
            (0..<configuration.heads).flatMap { head in
                HookPoint.Reader.allCases.map { HookPoint.headInput(layer: 1, head: head, $0) }
            } + (configuration.hasParallelMLP ? [.mlpInput(layer: 1)] : [])
        // The gradient of what is added to the stream is that of the stream behind it.
        let points = [.residual(1), .head(layer: 1, head: 0)] + readers
        var seen: [HookPoint: Variable] = [:]
        var hooks = Hooks()
        for point in points {
            hooks.observe(at: point) { activation in
                activation.retainsGradient = true
                seen[point] = activation
            }
        }
        _ = model.gradients(Tape(arena: Arena()), hooks)
        let gradients = seen.compactMapValues { $0.gradient?.values }
        #expect(gradients.count == points.count)
        var sum = gradients[.head(layer: 1, head: 0)] ?? []
        for reader in readers {
            let own = gradients[reader] ?? []
            #expect(own.contains { $0 != 0 }, "\(reader)")
            sum = zip(sum, own).map(+)
        }
        #expect(relativeDifference(sum, gradients[.residual(1)] ?? []) < 1e-5)
    }

    /// Gradients flow into what a hook puts in the activation's place, and no longer into what it replaces.
    @Test func replacementsReceiveTheGradient() {
        let model = FormulaModel.make()
        let tape = Tape(arena: Arena())
        let tokens = HookedModel.batch.tokens.count
        let width = FormulaModel.configuration.width
        let replacement = tape.leaf(Tensor([Float](repeating: 0.1, count: tokens * width), shape: [tokens, width]))
        let gradients = model.gradients(tape, Hooks([.mlp(layer: 1): { _, _ in replacement }]))
        #expect(replacement.gradient?.values.contains { $0 != 0 } == true)
        for (parameter, gradient) in zip(model.parameters.parameters, gradients) {
            let isReplaced = parameter.name.hasPrefix("h.1.mlp") || parameter.name.hasPrefix("h.1.ln_2")
            #expect(gradient.contains { $0 != 0 } == !isReplaced, "\(parameter.name)")
        }
    }
}
