import InjectionSettings
import Ranks
import TensorCore
import TrainingEngine

extension Optimizers {
    /// The groups of an injection: the student and the linear map, each at its own rate, on one schedule.
    ///
    /// - Parameter sums: of their gradients over the ranks; nil: there is one rank.
    package init(
        student: ParameterStore, projection: ParameterStore, settings: Settings, ranks: Communicator = .alone,
        sums: [GradientSum]? = nil
    ) {
        let schedule = Schedule(
            shape: Schedule.Shape(settings.lr.schedule), warmup: settings.lr.warmup, steps: settings.steps,
            floor: Float(settings.lr.floor))
        let decay = Float(settings.optimizer.weightDecay)
        self.init(
            [
                ParameterGroup(
                    name: "student", store: student, rate: Float(settings.lr.student), schedule: schedule,
                    weightDecay: decay, matrices: settings.optimizer.matrices == .muon ? .muon : .adamw,
                    moments: settings.memory.moments.format),
                ParameterGroup(
                    name: "projection", store: projection, rate: Float(settings.lr.projection), schedule: schedule,
                    weightDecay: decay),
            ],
            beta1: Float(settings.optimizer.betas[0]), beta2: Float(settings.optimizer.betas[1]),
            epsilon: Float(settings.optimizer.epsilon), clip: settings.optimizer.clip,
            ranks: ranks, sums: sums)
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
