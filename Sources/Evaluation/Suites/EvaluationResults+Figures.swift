import Foundation
import Injection

extension EvaluationResults {
    /// What a model card tells of the measurements: every share with its interval, and beside what is read and exchanged
    /// its controls.
    package var figures: [ModelCard.Figure] {
        var figures: [ModelCard.Figure] = []
        func add(_ measure: String, _ proportion: Proportion?) {
            guard let proportion, proportion.n > 0 else { return }
            let (low, high) = (proportion.interval.lowerBound, proportion.interval.upperBound)
            figures.append(
                ModelCard.Figure(
                    measure: measure, value: "\(Self.percent(proportion.value)) of \(proportion.n)",
                    interval: "\(Self.percent(low)) to \(Self.percent(high))"))
        }
        add("exact answers, held-out prompts", task?.proportion)
        for setting in outOfDistribution?.testSettings ?? [] {
            let beyond = setting.compiledSupports ? "" : " (the program does not solve it)"
            add("exact answers, \(setting.name)\(beyond)", setting.accuracy.proportion)
        }
        add("exact answers, perturbed prompts", perturbed?.accuracy.proportion)
        if let decoding {
            figures.append(ModelCard.Figure(measure: "variables decoded", value: Self.percent(decoding.agreement)))
        }
        if let controls {
            for (reading, name) in [
                (ControlsResult.Reading.original, "the original"), (.baseline, "the baseline"),
                (.shuffled, "shuffled labels"),
            ] {
                guard let share = controls.probes.agreement(reading) else { continue }
                figures.append(
                    ModelCard.Figure(measure: "... by a probe of \(name)", value: Self.percent(share)))
            }
            for (output, name) in [(true, "the output variable"), (false, "all other variables")] {
                add("exchanges of \(name) that change the answer", controls.pooled(output: output, \.own).changing)
                add("... of random subspaces in their place", controls.pooled(output: output, \.random).changing)
                add("exchanges of \(name) that keep the answer", controls.pooled(output: output, \.own).keeping)
                add("... of random subspaces in their place", controls.pooled(output: output, \.random).keeping)
            }
        }
        for (kind, measure) in perplexity?.protocols ?? [] {
            let change = measure.original.map {
                String(format: " (original %.3f, %+.2f %%)", $0, (measure.perplexity.value / $0 - 1) * 100)
            }
            figures.append(
                ModelCard.Figure(
                    measure: "perplexity, protocol \(kind.rawValue)",
                    value: String(format: "%.3f", measure.perplexity.value) + (change ?? "")))
        }
        return figures
    }

    /// Rounded towards the worse, so that 100 % means all.
    private static func percent(_ share: Double) -> String {
        String(format: "%.1f %%", (share * 1_000 + 1e-9).rounded(.down) / 10)
    }
}
