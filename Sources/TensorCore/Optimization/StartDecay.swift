import CKernels

/// Decoupled decay of parameters towards the values that their training began with (L2-SP; Li, Grandvalet and
/// Davoine 2018, with the decay of AdamW in place of a gradient):
///
///     p -= min(rate * strength, 1) * (p - start)
///
/// The gradient of a few texts is mostly noise, of which every step leaves a trace in all weights. Those traces are
/// forgotten here, in about 1 / (rate * strength) steps, and what the steps agree on stays.
package struct StartDecay {
    private let start: ParameterStore
    private let strength: Float

    /// - Parameters:
    ///   - start: parameters of the same names and shapes as those that are trained, in fp32, which nobody changes.
    ///   - strength: the decay of a step at a learning rate of 1.
    package init(towards start: ParameterStore, strength: Float) {
        (self.start, self.strength) = (start, strength)
    }

    /// Whether these are parameters of the model that the training began with.
    func matches(_ parameters: ParameterStore) -> Bool {
        parameters.parameters.map(\.shape) == start.parameters.map(\.shape)
    }

    /// Decays parameters after a step that was taken at a learning rate of `rate`.
    ///
    /// - Parameter owned: the stretches of the flat buffers that are decayed; nil: all.
    package func apply(to parameters: ParameterStore, rate: Float, owned: [Range<Int>]? = nil) {
        guard let base = parameters.values.baseAddress else { return }
        let share = min(rate * strength, 1)
        Profile.measure("decay towards the start") {
            for (parameter, start) in zip(parameters.parameters, start.parameters) {
                let (values, wanted) = (parameter.value.pointer, start.value.pointer)
                let place = values - base
                let whole = place..<(place + parameter.shape.count)
                for range in owned.map({ $0.map { $0.clamped(to: whole) } }) ?? [whole] where !range.isEmpty {
                    let first = range.lowerBound - place
                    Parallel.for(range.count, grain: 1 << 14) { part in
                        let offset = first + part.lowerBound
                        // Not `kernel_axpby`: share * start + (1 - share) * value rounds a value that is at its start away
                        // from it.
                        kernel_decay_towards(part.count, values + offset, wanted + offset, share)
                    }
                }
            }
        }
    }
}
