import Basics
import Injection
import LanguageModels
import TensorCore

/// How well maps that are fitted on frozen students read the variables, which tells how much of what a run decodes is due to
/// its training.
///
/// Every probe has the rows, the state and the tokens of every other: prompts of the training split to be fitted to, and
/// the test prompts of the suite `decoding` to be measured on. On the injected student a probe says how good the closed
/// form is beside the map that was trained with the student.
struct ProbeControls {
    private let run: LoadedRun
    private let training: [EncodedExample], test: [EncodedExample]
    private let labels: ProbeLabels, expected: ProbeLabels

    init(_ run: LoadedRun, trainingPrompts: Int, testPrompts: Int, seed: Int) throws {
        self.run = run
        let context = run.student.model.configuration.contextLength
        func encoded(_ split: Split, _ count: Int) throws -> [EncodedExample] {
            try run.task.task.examples(split, count: count, seed: seed).map(run.task.encoder.encode)
                .filter { $0.contentCount <= context }
        }
        training = try encoded(.train, trainingPrompts)
        test = try encoded(.test, testPrompts)
        labels = try ProbeLabels(training, run: run)
        expected = try ProbeLabels(test, run: run)
    }

    /// - Parameters:
    ///   - original: the student before the training, where it is known.
    ///   - baseline: the student of a run that was trained without alignment, where one was given.
    func measure(original: Student?, baseline: Student?, seed: Int) throws -> ControlsResult.Probes {
        let layer = run.lastLayer
        let own = stream(of: run.student, training, layer: layer)
        let tested = stream(of: run.student, test, layer: layer)
        let fit = LinearProbe(own)
        let decoder = Decoder(run)
        var shares = [ControlsResult.Reading: [Double]]()
        shares[.own] = agreement(decoder, tested)
        shares[.refitted] = try agreement(decoder.reading(fit.fitted(to: labels.values, layout: run.layout)), tested)
        shares[.shuffled] = try agreement(
            decoder.reading(fit.fitted(to: labels.shuffled(seed: seed).values, layout: run.layout)), tested)
        for (reading, student) in [(ControlsResult.Reading.original, original), (.baseline, baseline)] {
            guard let student else { continue }
            let probe = LinearProbe(stream(of: student, training, layer: layer))
            shares[reading] = try agreement(
                decoder.reading(probe.fitted(to: labels.values, layout: run.layout)),
                stream(of: student, test, layer: layer))
        }
        return ControlsResult.Probes(
            layer: layer, prompts: test.count, trainingPrompts: training.count, trainingTokens: labels.tokens,
            variables: decoder.variableNames.enumerated().map { index, name in
                ControlsResult.Probes.Variable(
                    name: name, n: expected.values[index].count { $0 != nil },
                    agreement: shares.mapValues { $0[index] })
            })
    }

    /// The residual stream at a state on all tokens of prompts and answers, [tokens, d_model].
    private func stream(of student: Student, _ examples: [EncodedExample], layer: Int) -> Tensor {
        student.residualStreams(examples.map { Array($0.tokens[..<$0.contentCount]) }, states: [layer])[0]
    }

    /// The share of each variable's values that are decoded; 1 where it has none.
    private func agreement(_ decoder: Decoder, _ stream: Tensor) -> [Double] {
        let mapped = decoder.map(stream)
        var equal = expected.values.map { _ in 0 }
        for token in 0..<expected.tokens {
            let decoded = decoder.values(mapped.row(token))
            for (index, values) in expected.values.enumerated() {
                if let value = values[token], decoded[index] == value { equal[index] += 1 }
            }
        }
        return zip(equal, expected.values).map { equal, values in
            let n = values.count { $0 != nil }
            return n == 0 ? 1 : Double(equal) / Double(n)
        }
    }
}
