import Injection
import LanguageModels
import RASP
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
        let sequences = examples.map { Array($0.tokens[..<$0.contentCount]) }
        let result = Tensor(
            zeros: [sequences.reduce(0) { $0 + $1.count }, run.student.model.configuration.width])
        let arena = Arena()
        var row = 0
        for start in stride(from: 0, to: sequences.count, by: 64) {
            arena.reset()
            let tape = Tape(arena: arena, recording: false, precision: run.student.precision)
            let batch = PackedBatch(Array(sequences[start..<min(start + 64, sequences.count)]))
            let states = run.student.model.forward(tape, batch, upToLayer: layer).residual
            result.rows(row..<(row + batch.tokens.count)).copy(from: states[layer].value)
            row += batch.tokens.count
        }
        return result
    }
}
