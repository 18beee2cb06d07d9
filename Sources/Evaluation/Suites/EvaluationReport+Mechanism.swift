import Foundation
import Injection

/// What the variables do inside the student.
extension ModelEvaluation.Report {
    mutating func decoding(_ run: LoadedRun) throws {
        let examples = try run.task.task.examples(.test, count: options.decodedPrompts, seed: options.seed)
        let result = try DecodingAgreement.measure(examples.map(run.task.encoder.encode), run: run)
        rows.append([
            "decoding", "all variables", Self.percent(result.value), "\(result.prompts) prompts, layer \(result.layer)",
        ])
        for (index, count) in result.variables.enumerated() {
            let course = result.layers.map { String(format: "%.0f", ($0[index].value * 100).rounded(.down)) }
            rows.append([
                "decoding", count.variable, Self.percent(count.value),
                "\(count.n) values; by layer: \(course.joined(separator: " "))",
            ])
        }
        results.add(.decoding, DecodingResult(result))
    }

    mutating func causality(_ run: LoadedRun) throws {
        let result = try Causality.measure(
            run, norms: options.norms, prompts: options.noisedPrompts, seed: options.seed)
        let asked = options.noisedPrompts * result.seeds
        for point in result.points {
            // A task of few problems has fewer, and prompts longer than the student's context are not asked.
            let all = point.accuracy.n < asked ? " (all test prompts that fit)" : ""
            let interval = point.accuracy.interval
            rows.append([
                "causality",
                String(format: "noise of %g, %@", point.norm, point.subspace == .final ? "final" : "random"),
                Self.percent(point.accuracy.value),
                String(
                    format: "%.1f to %.1f %%, n = %d%@; %d dimensions at layer %d, where activations have norm %.1f",
                    interval.lowerBound * 100, interval.upperBound * 100, point.accuracy.n, all,
                    result.dimension, result.layer, result.residualNorm),
            ])
        }
        results.add(.causality, result)
    }

    mutating func interchange(_ run: LoadedRun) throws {
        let result = try Interchange.measure(run, prompts: options.exchangedPrompts, seed: options.seed)
        for cell in result.cells {
            let changing = cell.changing
            rows.append([
                "interchange", "\(cell.variable), layer \(cell.layer)", Self.percent(cell.all.value),
                "\(cell.all.successes) of \(cell.all.n)"
                    + (changing.n == 0
                        ? "; none changes the answer"
                        : "; \(changing.successes) of the \(changing.n) that change the answer"),
            ])
        }
        results.add(.interchange, result)
    }
}
