import TensorCore
import TrainingEngine

/// What the steps of a training need beside its inputs: the text, the original that speaks it, the loss and the
/// batches.
struct TrainingPlan {
    let inputs: TrainingInputs
    let run: RunDirectory
    let loss: InjectionLoss
    /// nil where nothing compares the student with the original.
    let teacher: Teacher?
    /// nil where the student's weights do not decay towards the original's.
    let startDecay: StartDecay?
    let batches: BatchSource
    let division: StepDivision
    let fingerprint: Fingerprint

    /// Makes the plan of a run, which samples the student's own text where there is neither a file nor a sampled text
    /// yet; that may take hours.
    ///
    /// - Throws: `Interruption.Raised` for a signal while text is sampled; what was sampled is saved.
    static func make(_ inputs: TrainingInputs, _ division: StepDivision, run: RunDirectory) throws -> TrainingPlan {
        let settings = inputs.settings
        var fingerprint = inputs.fingerprint
        var text: (any TextSource)?
        var windows: [TextWindow]?
        let cut = WindowCut(pieces: settings.text.pieces, seed: settings.seed)
        if let file = try inputs.textFile() {
            text = file
            try fingerprint.add("text", contentsOf: file.url)
        } else if inputs.readsText {
            let sampled = try OwnText.of(inputs.student, settings: settings, run: run, ranks: inputs.ranks)
            if inputs.ranks.isFirst { try fingerprint.add("sampled text", contentsOf: run.text) }
            text = sampled
            windows = sampled.windows.enumerated().map { cut($1, at: "\($0)", number: $0) }
        }
        let teacher = text == nil ? nil : Teacher(of: inputs.student.model, settings: settings, windows: windows)
        let startDecay =
            settings.optimizer.startDecay > 0
            ? StartDecay(
                towards: (teacher?.model ?? inputs.student.model.frozenCopy()).parameters,
                strength: Float(settings.optimizer.startDecay)) : nil
        let loss = inputs.loss
        let batches = BatchSource(
            encoder: inputs.task.encoder, oracle: loss.needsCompiledModel ? CompiledOracle(inputs.compiled) : nil,
            perturbed: try inputs.perturbed(), contexts: inputs.contexts, exchanges: inputs.exchanges,
            circuits: try inputs.circuits(), aligningStates: loss.needs.contains(.compiledStates), teacher: teacher,
            sizes: settings.batch,
            context: inputs.student.model.configuration.contextLength, examples: inputs.examples, text: text, cut: cut,
            windows: windows, neighbourTexts: inputs.neighbourTexts)
        return TrainingPlan(
            inputs: inputs, run: run, loss: loss, teacher: teacher, startDecay: startDecay, batches: batches,
            division: division, fingerprint: fingerprint)
    }
}
