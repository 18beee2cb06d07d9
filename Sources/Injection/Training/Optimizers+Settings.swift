import InjectionSettings
import TensorCore
import TrainingEngine

extension Optimizers<GradientSum> {
    /// The groups of an injection: the student and the linear map, each at its own rate, on one schedule.
    ///
    /// - Parameters:
    ///   - startDecay: nil where the student's weights do not decay towards the original's.
    ///   - sums: of the gradients of student and map over the ranks.
    package init(
        student: ParameterStore, projection: ParameterStore, settings: Settings, startDecay: StartDecay? = nil,
        sums: [GradientSum]
    ) {
        let schedule = Schedule(
            shape: Schedule.Shape(settings.lr.schedule), warmup: settings.lr.warmup, steps: settings.steps,
            floor: Float(settings.lr.floor))
        let decay = Float(settings.optimizer.weightDecay)
        self.init(
            [
                ParameterGroup(
                    name: "student", store: student, rate: Float(settings.lr.student), schedule: schedule,
                    weightDecay: decay, startDecay: startDecay,
                    matrices: settings.optimizer.matrices == .muon ? .muon : .adamw,
                    moments: settings.memory.moments.format),
                ParameterGroup(
                    name: "projection", store: projection, rate: Float(settings.lr.projection), schedule: schedule,
                    weightDecay: decay),
            ],
            beta1: Float(settings.optimizer.betas[0]), beta2: Float(settings.optimizer.betas[1]),
            epsilon: Float(settings.optimizer.epsilon), clip: settings.optimizer.clip, shares: sums)
    }
}

extension Schedule.Shape {
    init(_ setting: Settings.LearningRate.Schedule) {
        switch setting {
        case .constant: self = .constant
        case .linear: self = .linear
        case .cosine: self = .cosine
        }
    }
}

extension GradientSum.Options {
    package init(_ settings: OptimizerSettings) {
        self.init(format: settings.gradients == .bf16 ? .bf16 : .fp32, isScattered: settings.sharded)
    }
}
