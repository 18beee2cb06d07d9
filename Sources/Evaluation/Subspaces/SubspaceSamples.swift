import Injection
import LanguageModels
import TensorCore

/// What all methods are given of a run: streams and values on prompts of the training split.
struct SubspaceSamples {
    private let run: LoadedRun
    private let examples: [EncodedExample]
    private let labels: ProbeLabels
    /// Each variable at the first state that holds it.
    let points: [ExchangePoint]

    init(_ run: LoadedRun, prompts: Int, seed: Int) throws {
        self.run = run
        let context = run.student.model.configuration.contextLength
        examples = try run.task.task.examples(.train, count: prompts, seed: seed)
            .map { try run.task.encoder.encode($0) }.filter { $0.contentCount <= context }
        labels = try ProbeLabels(examples, run: run)
        points = try ExchangePoint.all(of: run).filter { $0.state == $0.variable.writtenByLayer }
    }

    func sample(_ point: ExchangePoint) -> SubspaceSample {
        var sample = SubspaceSample(
            point.entry, of: run.layout, stream: stream(at: point.layer), values: labels.values,
            dimensions: point.basis.rows, dictionary: points.map(\.basis))
        sample.exchanged = (run, point)
        return sample
    }

    /// The residual stream at a state on all tokens, [tokens, d_model].
    private func stream(at layer: Int) -> Tensor {
        run.student.residualStreams(examples.map { Array($0.tokens[..<$0.contentCount]) }, states: [layer])[0]
    }
}
