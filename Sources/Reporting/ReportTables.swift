import Basics
import Evaluation
import Foundation

/// Tables of a report: our figures with their intervals, and the paper's beside them.
enum ReportTables {
    /// The column of the paper's figures, which tables of other tasks go without.
    private static let inThePaper = "in the paper"

    /// Table 1 of the paper: what was injected.
    static func results(_ groups: [ReportedGroup]) -> ReportTable {
        var table = ReportTable([
            "task", "method", "accuracy", inThePaper, "perturbed prompts", "variables decoded", "on the original",
            "interchange of the output", "random subspace", "of the others", "random subspaces", "seeds", "training",
        ])
        for group in groups {
            let injected = group.method == .tracr
            table.add([
                .head(group.task), .head(group.label), share(group.shares { $0.task?.proportion }),
                .faint(group.paper.map { percent($0.accuracy) }),
                share(group.shares { $0.perturbed?.accuracy.proportion }),
                injected ? number(group.values { $0.decoding?.agreement }) : .faint(nil),
                injected ? probed(group) : .faint(nil),
                injected ? share(finalExchange(group)) : .faint(nil),
                injected ? random(group, output: true) : .faint(nil),
                injected ? share(otherExchanges(group)) : .faint(nil),
                injected ? random(group, output: false) : .faint(nil),
                .plain(group.runs.map { String($0.settings.seed) }.joined(separator: " ")),
                .plain(mean(group.runs.map(\.seconds)).map { Clock.describe(seconds: $0) }),
            ])
        }
        return table.leavingOut(inThePaper)
    }

    /// Table 3 of the paper: what is left of the original.
    static func retention(_ groups: [ReportedGroup]) -> ReportTable {
        let measured = [EvaluationResults.Suite.lambada, .sst2, .mrpc].filter { suite in
            groups.contains { !$0.shares { $0.retained(suite)?.proportion }.isEmpty }
        }
        var table = ReportTable(
            ["task", "method", "perplexity", "original", "change", "line by line"]
                + measured.flatMap { [$0.rawValue, "original", inThePaper] })
        for group in groups {
            let asked = group.values { results in results.perplexity.flatMap { $0[$0.asked] } }
            let perLine = group.values { $0.perplexity?[.paper] }
            let paper = group.paper
            var cells: [ReportTable.Cell] = [
                .head(group.task), .head(group.label),
                .plain(mean(asked.map(\.perplexity.value)).map { String(format: "%.3f", $0) }),
                .plain(mean(asked.compactMap(\.original)).map { String(format: "%.3f", $0) }), .plain(change(asked)),
                .plain(change(perLine)),
            ]
            for suite in measured {
                let figure = paper.map { suite == .lambada ? $0.lambada : suite == .sst2 ? $0.sst2 : $0.mrpc }
                cells += [
                    share(group.shares { $0.retained(suite)?.proportion }),
                    .plain(mean(group.values { $0.retained(suite)?.originalAccuracy }).map { percent($0 * 100) }),
                    .faint(figure.map(percent)),
                ]
            }
            table.add(cells)
        }
        return table.leavingOut(inThePaper)
    }

    /// Table 2 of the paper, one row a setting and method.
    static func outOfDistribution(_ groups: [ReportedGroup]) -> ReportTable {
        var table = ReportTable([
            "task", "setting", "program solves it", "method", "accuracy", inThePaper, "variables decoded",
        ])
        var tasks: [String] = []
        for group in groups where !tasks.contains(where: { $0.hasSameBytes(as: group.task) }) {
            tasks.append(group.task)
        }
        for task in tasks {
            let own = groups.filter { $0.task.hasSameBytes(as: task) }
            for setting in own.first?.runs.first?.results.outOfDistribution?.testSettings ?? [] {
                let name = setting.name
                for group in own {
                    let settings = group.values { $0.outOfDistribution?.testSettings.first { $0.name == name } }
                    table.add([
                        .head(task), .head(name), .plain(setting.compiledSupports ? "yes" : "no"), .head(group.label),
                        share(settings.map(\.accuracy.proportion).filter { $0.n > 0 }),
                        .faint(group.paper(setting: name).map(percent)),
                        group.method == .tracr ? number(settings.compactMap(\.decoding)) : .faint(nil),
                    ])
                }
            }
        }
        return table.leavingOut(inThePaper)
    }

    /// Exchanged variables against layers: of the exchanges that change the answer, how many did as the program says.
    static func interchange(_ run: ReportedRun) -> String {
        guard let interchange = run.results.interchange else { return "" }
        let layers = Set(interchange.cells.map(\.layer)).sorted()
        var table = ReportTable(["variable"] + layers.map { "layer \($0)" })
        for name in interchange.variables {
            table.add(
                [.head(name)]
                    + layers.map { layer in
                        guard let cell = interchange.cells(of: name).last(where: { $0.layer == layer }), cell.all.n > 0
                        else {
                            return .faint(nil)
                        }
                        let changing = cell.changing
                        return .shaded(
                            cell.all.value, percent(cell.all.value * 100),
                            detail: changing.n == 0
                                ? "none changes the answer"
                                : "\(percent(changing.value * 100)) of \(changing.n) that change it")
                    })
        }
        return table.html
    }

    /// Decoded variables against layers of the student.
    static func decoding(_ run: ReportedRun) -> String {
        guard let layers = run.results.decoding?.layers, let first = layers.first else { return "" }
        var table = ReportTable(["variable"] + layers.map { "\($0.layer)" })
        for (name, _) in first.variables {
            table.add(
                [.head(name)]
                    + layers.map { layer in
                        guard let value = layer.variables.first(where: { $0.name == name })?.agreement else {
                            return .faint(nil)
                        }
                        return .shaded(value, String(format: "%.0f", (value * 100).rounded(.down)), detail: nil)
                    })
        }
        return table.html
    }

    /// The output variable's exchanges that change the answer, at the last aligned layer.
    private static func finalExchange(_ group: ReportedGroup) -> [Proportion] {
        group.shares { results in
            guard let interchange = results.interchange else { return nil }
            let cell = interchange.cells(of: interchange.final).last
            return cell.map { $0.changing.n > 0 ? $0.changing : $0.all }
        }
    }

    /// All exchanges of other variables that change the answer, at every layer.
    private static func otherExchanges(_ group: ReportedGroup) -> [Proportion] {
        group.shares { results in
            results.interchange.map { interchange in
                Proportion(pooling: interchange.cells.filter { $0.variable != interchange.final }.map(\.changing))
            }
        }
    }

    /// One run: its share and Wilson's interval. Several: their mean, and the least and the greatest.
    static func share(_ shares: [Proportion]) -> ReportTable.Cell {
        guard let first = shares.first else { return .faint(nil) }
        let low = shares.count == 1 ? first.interval.lowerBound : shares.map(\.value).min() ?? 0
        let high = shares.count == 1 ? first.interval.upperBound : shares.map(\.value).max() ?? 0
        let middle = shares.map(\.value).reduce(0, +) / Double(shares.count)
        return .interval(percent(middle * 100), "\(digits(low * 100)) to \(digits(high * 100))")
    }

    static func number(_ values: [Double]) -> ReportTable.Cell {
        .plain(mean(values).map { percent($0 * 100) })
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The mean change from the original's perplexity; nil where a run has none to compare with.
    private static func change(_ measures: [PerplexityResult.Measure]) -> String? {
        let changes = measures.compactMap { measure in measure.original.map { measure.perplexity.value / $0 - 1 } }
        guard changes.count == measures.count else { return nil }
        return mean(changes).map { String(format: "%+.2f %%", $0 * 100) }
    }

    /// Rounded towards the worse, so that 100 means all.
    private static func digits(_ value: Double) -> String {
        let rounded = (value * 10 + 1e-9).rounded(.down) / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
    static func percent(_ value: Double) -> String { digits(value) + " %" }
}
