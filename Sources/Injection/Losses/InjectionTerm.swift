import InjectionSettings
import LanguageModels
import TensorCore
import TrainingEngine

/// One term of the loss that a student is trained with. Each is a file beside this one and a line in
/// `InjectionLoss.types`.
package protocol InjectionTerm: LossTerm<TrainingBatch, StudentPass> {
    static var column: LossColumn { get }

    /// nil where the term takes no part in a run of these settings.
    init?(_ setup: LossSetup)

    /// What the term reads of the student beside the residual states and the final activations, to be found in
    /// `StudentPass.observed`.
    var observed: [HookPoint] { get }
}

extension InjectionTerm {
    package var name: String { Self.column.name }
    package var observed: [HookPoint] { [] }
}

/// How a term's values are called.
package struct LossColumn: Sendable, Equatable {
    /// Their key in `metrics.jsonl`, and their name in progress and messages.
    package var name: String
    /// Their name in the legend of a chart.
    package var legend: String
    /// What they measure, for the caption of a chart.
    package var quantity: String
    /// Whether runs without the term have the column too, with 0.
    package var isAlwaysReported = true
}

/// What the terms of a run are made from.
package struct LossSetup {
    package var settings: Settings
    /// The program's variables as the compiled model holds them.
    package var variables: AlignedVariables
    /// The student's residual state that carries compiled state i; nil where nothing is aligned.
    package var layers: [Int]?
    /// Heads outside an injected circuit that are to give out variables; none where there is no circuit.
    package var decoys: [DecoyHead]

    package init(settings: Settings, variables: AlignedVariables, layers: [Int]?, decoys: [DecoyHead] = []) {
        (self.settings, self.variables, self.layers, self.decoys) = (settings, variables, layers, decoys)
    }
}
