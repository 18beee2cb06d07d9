import InjectionSettings
import TrainingEngine

extension GradientSum.Options {
    package init(_ settings: OptimizerSettings) {
        self.init(format: settings.gradients == .bf16 ? .bf16 : .fp32, isScattered: settings.sharded)
    }
}
