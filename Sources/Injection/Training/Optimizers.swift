import Foundation
import InjectionSettings
import Serialization
import TensorCore
import TrainingEngine

/// AdamW over the student and over the projection, each with its own learning rate under one schedule.
package struct Optimizers {
    let student: AdamW
    let projection: AdamW
    private let schedule: Schedule
    private let rates: Settings.LearningRate
    private let clip: Double

    package init(student: ParameterStore, projection: ParameterStore, settings: Settings) {
        func optimizer(_ store: ParameterStore, _ moments: Settings.Storage = .fp32) -> AdamW {
            AdamW(
                store: store,
                groups: [AdamW.Group(learningRate: 0, weightDecay: Float(settings.optimizer.weightDecay))],
                beta1: Float(settings.optimizer.betas[0]), beta2: Float(settings.optimizer.betas[1]),
                epsilon: Float(settings.optimizer.epsilon), moments: moments.format)
        }
        self.student = optimizer(student, settings.memory.moments)
        self.projection = optimizer(projection)
        rates = settings.lr
        clip = settings.optimizer.clip
        schedule = Schedule(
            shape: Schedule.Shape(rawValue: settings.lr.schedule.rawValue) ?? .constant,
            warmup: settings.lr.warmup, steps: settings.steps, floor: Float(settings.lr.floor))
        student.zeroGradients()
        projection.zeroGradients()
    }

    var all: [(name: String, optimizer: AdamW)] { [("student", student), ("projection", projection)] }

    /// Takes step `number` (from 1) with the gradients there are, and clears them.
    ///
    /// The gradient is clipped by the norm of the whole: student and projection together.
    /// - Parameter diverged: makes the error for a parameter whose gradient is not finite.
    /// - Returns: the student's learning rate.
    package func step(_ number: Int, diverged: (String) -> Failure) throws -> Float {
        let norms = all.map { $0.optimizer.gradientNorm() }
        for ((name, optimizer), norm) in zip(all, norms) where !norm.isFinite {
            let parameter = optimizer.store.parameters.first { parameter in
                parameter.gradient.map {
                    FiniteCheck.firstNonFinite(UnsafeBufferPointer($0.buffer)) != nil
                } ?? false
            }
            throw diverged("\(name) \(parameter?.name ?? "(overflow of the norm)")")
        }
        let norm = norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = clip > 0 && norm > clip ? Float(clip / norm) : 1
        let factor = schedule.factor(at: number)
        student.groups[0].learningRate = Float(rates.student) * factor
        projection.groups[0].learningRate = Float(rates.projection) * factor
        for (_, optimizer) in all {
            optimizer.step(gradientScale: scale)
            optimizer.store.zeroGradients()
        }
        return student.groups[0].learningRate
    }
}
