/// What trains a model's matrices between hidden activations.
package enum MatrixOptimizer: Sendable { case adamw, muon }

/// Parameters that are trained alike: at one rate, on one course, with one decay.
package struct ParameterGroup {
    /// Names of a group's flat buffers in a checkpoint.
    package struct BufferNames: Sendable {
        package var values: String
        package var firstMoments: String
        package var secondMoments: String

        package init(values: String, firstMoments: String, secondMoments: String) {
            (self.values, self.firstMoments, self.secondMoments) = (values, firstMoments, secondMoments)
        }
    }

    /// For messages.
    package var name: String
    package var store: ParameterStore
    /// The peak learning rate.
    package var rate: Float
    package var schedule: Schedule
    /// Applied to the parameters that decay.
    package var weightDecay: Float
    /// nil where the parameters do not decay towards what they were at the start.
    package var startDecay: StartDecay?
    /// What trains the matrices between hidden activations; everything else is AdamW's.
    package var matrices: MatrixOptimizer
    /// How AdamW's moments are kept.
    package var moments: NumberFormat
    package var buffers: BufferNames

    /// - Parameter buffers: nil: `NAME.values`, `NAME.first_moments` and `NAME.second_moments`.
    package init(
        name: String, store: ParameterStore, rate: Float, schedule: Schedule, weightDecay: Float,
        startDecay: StartDecay? = nil, matrices: MatrixOptimizer = .adamw, moments: NumberFormat = .fp32,
        buffers: BufferNames? = nil
    ) {
        (self.name, self.store, self.rate, self.schedule) = (name, store, rate, schedule)
        (self.weightDecay, self.matrices, self.moments) = (weightDecay, matrices, moments)
        precondition(startDecay?.matches(store) ?? true, "the start is one of another model")
        self.startDecay = startDecay
        self.buffers =
            buffers
            ?? BufferNames(
                values: "\(name).values", firstMoments: "\(name).first_moments",
                secondMoments: "\(name).second_moments")
    }
}
