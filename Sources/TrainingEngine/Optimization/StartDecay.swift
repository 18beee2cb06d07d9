import CKernels
import TensorCore

/// Decoupled decay of a model's parameters towards the values that its training began with (L2-SP; Li, Grandvalet and
/// Davoine 2018, with the decay of AdamW in place of a gradient):
///
///     p -= min(rate * strength, 1) * (p - start)
///
/// The gradient of a few texts is mostly noise, of which every step leaves a trace in all weights. Those traces are
/// forgotten here, in about 1 / (rate * strength) steps, and what the steps agree on stays.
package struct StartDecay {
    private let parameters: ParameterStore
    private let start: ParameterStore
    private let strength: Float

    /// - Parameters:
    ///   - parameters: what is trained.
    ///   - start: parameters of the same names and shapes, in fp32, which nobody changes.
    ///   - strength: the decay of a step at a learning rate of 1.
    package init(of parameters: ParameterStore, towards start: ParameterStore, strength: Float) {
        precondition(
            parameters.parameters.map(\.shape) == start.parameters.map(\.shape), "parameters of the same model")
        (self.parameters, self.start, self.strength) = (parameters, start, strength)
    }

    /// Decays every parameter after a step that was taken at a learning rate of `rate`.
    package func callAsFunction(rate: Float) {
        let share = min(rate * strength, 1)
        Profile.measure("decay towards the start") {
            for (parameter, start) in zip(parameters.parameters, start.parameters) {
                let (values, wanted) = (parameter.value, start.value)
                Parallel.for(values.count, grain: 1 << 14) { range in
                    // Not `kernel_axpby`: share * start + (1 - share) * value rounds a value that is at its start away from it.
                    kernel_decay_towards(
                        range.count, values.pointer + range.lowerBound, wanted.pointer + range.lowerBound, share)
                }
            }
        }
    }
}
