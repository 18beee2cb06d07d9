import Foundation
import Serialization

/// Tables of a report: our figures with their intervals, and the paper's beside them.
enum ReportTables {
    /// Table 1 of the paper: what was injected.
    static func results(_ groups: [ReportedGroup]) -> ReportTable {
        var table = ReportTable([
            "task", "method", "accuracy", "in the paper", "perturbed prompts", "variables decoded", "interchange of the output",
            "of the others", "seeds", "training",
        ])
        for group in groups {
            let injected = group.method == .tracr
            table.add([
                .head(group.task), .head(group.label), share(group.shares("task")),
                .faint(PaperResults.row(group.task, group.method).map { percent($0.accuracy) }), share(group.shares("perturbed")),
                injected ? number(group.numbers("decoding", "agreement")) : .faint(nil),
                injected ? share(finalExchange(group)) : .faint(nil), injected ? share(otherExchanges(group)) : .faint(nil),
                .plain(group.runs.map { String($0.settings.seed) }.joined(separator: " ")),
                .plain(mean(group.runs.map(\.seconds)).map { Clock.describe(seconds: $0) }),
            ])
        }
        return table
    }

    /// Table 3 of the paper: what is left of the original.
    static func retention(_ groups: [ReportedGroup]) -> ReportTable {
        let measured = ["lambada", "sst2", "mrpc"].filter { suite in groups.contains { !$0.shares(suite).isEmpty } }
        var table = ReportTable(
            ["task", "method", "perplexity", "original", "change", "line by line"] + measured.flatMap { [$0, "original", "in the paper"] })
        for group in groups {
            let perplexity = group.numbers("perplexity", "perplexity")
            let before = group.numbers("perplexity", "original_perplexity")
            let paper = PaperResults.row(group.task, group.method)
            var cells: [ReportTable.Cell] = [
                .head(group.task), .head(group.label), .plain(mean(perplexity).map { String(format: "%.3f", $0) }),
                .plain(mean(before).map { String(format: "%.3f", $0) }), .plain(change(perplexity, before)),
                .plain(change(
                    group.numbers("perplexity", "protocols", "paper", "perplexity"),
                    group.numbers("perplexity", "protocols", "paper", "original_perplexity"))),
            ]
            for suite in measured {
                let figure = paper.map { suite == "lambada" ? $0.lambada : suite == "sst2" ? $0.sst2 : $0.mrpc }
                cells += [
                    share(group.shares(suite)), .plain(mean(group.numbers(suite, "original_accuracy")).map { percent($0 * 100) }),
                    .faint(figure.map(percent)),
                ]
            }
            table.add(cells)
        }
        return table
    }

    /// Table 2 of the paper, one row a setting and method.
    static func outOfDistribution(_ groups: [ReportedGroup]) -> ReportTable {
        var table = ReportTable(["task", "setting", "program solves it", "method", "accuracy", "in the paper", "variables decoded"])
        var tasks: [String] = []
        for group in groups where !tasks.contains(where: { $0.hasSameBytes(as: group.task) }) {
            tasks.append(group.task)
        }
        for task in tasks {
            let own = groups.filter { $0.task.hasSameBytes(as: task) }
            for (setting, value) in own.first?.runs.first?.suites["ood"]?.object?.members ?? [] {
                let solves = value["compiled_supports"]?.bool ?? false
                for group in own {
                    table.add([
                        .head(task), .head(setting), .plain(solves ? "yes" : "no"), .head(group.label),
                        share(group.shares("ood", setting)), .faint(PaperResults.setting(task, setting, group.method).map(percent)),
                        group.method == .tracr ? number(group.numbers("ood", setting, "decoding")) : .faint(nil),
                    ])
                }
            }
        }
        return table
    }

    /// Exchanged variables against layers: of the exchanges that change the answer, how many did as the program says.
    static func interchange(_ run: ReportedRun) -> String {
        guard let variables = run.suites["interchange"]?["variables"]?.object else { return "" }
        let layers = Set(variables.members.flatMap { $0.value.array?.compactMap { $0["layer"]?.integer } ?? [] }).sorted()
        var table = ReportTable(["variable"] + layers.map { "layer \($0)" })
        for (name, cells) in variables.members {
            table.add([.head(name)] + layers.map { layer in
                guard let cell = cells.array?.last(where: { $0["layer"]?.integer == layer }), let all = Share(cell) else { return .faint(nil) }
                let changing = cell["changing"].flatMap(Share.init)
                return .shaded(
                    all.value, percent(all.value * 100),
                    detail: changing.map { "\(percent($0.value * 100)) of \($0.n) that change it" } ?? "none changes the answer")
            })
        }
        return table.html
    }

    /// Decoded variables against layers of the student.
    static func decoding(_ run: ReportedRun) -> String {
        guard let layers = run.suites["decoding"]?["layers"]?.array, let first = layers.first?["variables"]?.object else { return "" }
        var table = ReportTable(["variable"] + layers.map { "\($0["layer"]?.integer ?? 0)" })
        for name in first.members.map(\.key) {
            table.add([.head(name)] + layers.map { layer in
                guard let value = layer["variables"]?[name]?.number else { return .faint(nil) }
                return .shaded(value, String(format: "%.0f", (value * 100).rounded(.down)), detail: nil)
            })
        }
        return table.html
    }

    /// The output variable's exchanges that change the answer, at the last aligned layer.
    private static func finalExchange(_ group: ReportedGroup) -> [Share] {
        group.runs.compactMap { run in
            guard let suite = run.suites["interchange"], let final = suite["final"]?.string else { return nil }
            let cell = suite["variables"]?[final]?.array?.last
            return (cell?["changing"]).flatMap(Share.init) ?? cell.flatMap(Share.init)
        }
    }

    /// All exchanges of other variables that change the answer, at every layer.
    private static func otherExchanges(_ group: ReportedGroup) -> [Share] {
        group.runs.compactMap { run in
            guard let suite = run.suites["interchange"], let final = suite["final"]?.string else { return nil }
            let cells = (suite["variables"]?.object?.members ?? []).filter { $0.key != final }.flatMap { $0.value.array ?? [] }
            let changing = cells.compactMap { $0["changing"].flatMap(Share.init) }
            return Share(pooling: changing)
        }
    }

    /// One run: its share and Wilson's interval. Several: their mean, and the least and the greatest.
    private static func share(_ shares: [Share]) -> ReportTable.Cell {
        guard let first = shares.first else { return .faint(nil) }
        let low = shares.count == 1 ? first.low : shares.map(\.value).min() ?? 0
        let high = shares.count == 1 ? first.high : shares.map(\.value).max() ?? 0
        let middle = shares.map(\.value).reduce(0, +) / Double(shares.count)
        return .interval(percent(middle * 100), "\(digits(low * 100)) to \(digits(high * 100))")
    }

    private static func number(_ values: [Double]) -> ReportTable.Cell { .plain(mean(values).map { percent($0 * 100) }) }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func change(_ own: [Double], _ before: [Double]) -> String? {
        guard own.count == before.count else { return nil }
        return mean(zip(own, before).map { $0 / $1 - 1 }).map { String(format: "%+.2f %%", $0 * 100) }
    }

    /// Rounded towards the worse, so that 100 means all.
    private static func digits(_ value: Double) -> String {
        let rounded = (value * 10 + 1e-9).rounded(.down) / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
    private static func percent(_ value: Double) -> String { digits(value) + " %" }
}
