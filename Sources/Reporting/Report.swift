import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import Pictures
import TrainingEngine

/// One page that shows runs as the paper shows its own: `tracr-inject report` as a function.
package struct Report {
    /// What is measured of every run that was not measured before.
    package static var defaultOptions: ModelEvaluation.Options {
        var options = ModelEvaluation.Options()
        options.suites = [.task, .decoding, .perturbed, .ood, .causality, .interchange, .controls, .perplexity]
        return options
    }

    private let runs: [ReportedRun]
    private let groups: [ReportedGroup]
    /// Settings that all runs have and no recipe: the same precision, say.
    private let shared: [String]
    private let title: String
    private let options: ModelEvaluation.Options

    /// - Throws: `Failure` for a directory that is no finished run.
    package init(
        _ directories: [RunDirectory], options: ModelEvaluation.Options = Report.defaultOptions,
        title: String = "Tracr-Injection"
    ) throws {
        runs = try directories.map { directory in
            var options = options
            options.baseline = options.baseline ?? Self.baseline(of: directory, among: directories)
            return try ReportedRun(directory, options: options)
        }
        shared = (runs.first?.deviations ?? []).filter { [runs] deviation in
            runs.allSatisfy { $0.deviations.contains { $0.hasSameBytes(as: deviation) } }
        }
        groups = ReportedGroup.groups(of: runs, shared: shared)
        (self.title, self.options) = (title, options)
    }

    /// The run among these that was trained as this one, but without alignment.
    private static func baseline(of run: RunDirectory, among runs: [RunDirectory]) -> URL? {
        guard let own = try? Settings.resolve(configuration: run.configuration), own.aligns else { return nil }
        return runs.first { other in
            guard let settings = try? Settings.resolve(configuration: other.configuration) else { return false }
            return settings.method == .finetune && settings.seed == own.seed
                && settings.task.hasSameBytes(as: own.task) && settings.student.hasSameBytes(as: own.student)
        }?.root
    }

    /// The page: no script, and nothing from elsewhere.
    package var html: String {
        var body = "<h1>\(HTML.escape(title))</h1>\n<p class=\"note\">\(HTML.escape(summary))</p>\n"
        body += "<h2>The task and its variables</h2>\n"
        body += note(
            """
            Exact match of greedy answers on held-out prompts. In small type: Wilson's 95 % interval, or, over several seeds, the \
            least and the greatest. Perturbed prompts: test prompts with other tokens put in, against the compiled model's answers. \
            Variables decoded: tokens of test prompts at which a variable read through the linear map is the interpreter's. \
            Interchange: of the exchanges of the output variable between two prompts that change the program's answer, and of all \
            other such exchanges, those after which the student says the same. Beside what is read and exchanged stand its controls: \
            the same map fitted on the original student, and exchanges of random subspaces of the same dimensions.
            """ + (isOfPaper ? " The paper's figures (table 1) are for GPT-2-large." : ""))
        body += ReportTables.results(groups).html
        body += "<h2>What is left of the original</h2>\n"
        body += note(
            "Perplexity of the text in one piece, and its change; the change once more as the mean over single lines."
                + (isOfPaper ? " The paper's figures are its table 3." : ""))
        body += ReportTables.retention(groups).html
        let settings = ReportTables.outOfDistribution(groups).html
        if !settings.isEmpty {
            body += "<h2>Out of distribution</h2>\n"
            body += note(
                settingsNote + " Whether the compiled program solves a setting is measured by running it.")
            body += settings
        }
        for run in runs { body += section(run) }
        return HTML.page(title: title, body: body)
    }

    /// The first tables, for a terminal.
    package var tables: [ReportTable] {
        [ReportTables.results(groups), ReportTables.retention(groups), ReportTables.outOfDistribution(groups)]
    }

    /// Each run with its measurements.
    package var json: JSONValue {
        .array(
            runs.map { run in
                [
                    "run": .string(run.name), "task": .string(run.task),
                    "method": .string(run.settings.method.rawValue),
                    "recipe": .string(run.settings.recipe), "seed": .integer(run.settings.seed),
                    "seconds": .number(run.seconds), "suites": run.results.json,
                ]
            })
    }

    private var summary: String {
        let students = Set(runs.map { ExactString($0.settings.student) }).sorted().map(\.text).joined(separator: ", ")
        return
            "\(runs.count) run\(runs.count == 1 ? "" : "s") on the student \(students); at most \(options.prompts) prompts a figure"
            + (shared.isEmpty ? "." : "; all with \(shared.joined(separator: ", ")).")
    }

    /// Whether any of the runs has a task of the paper's.
    private var isOfPaper: Bool { runs.contains(where: \.isOfPaper) }

    /// Where the settings outside the training distribution come from: the paper, or the tasks' own files.
    private var settingsNote: String {
        var sentences = isOfPaper ? ["The settings of the paper's Appendix D, and its table 2."] : []
        var told: [String] = []
        for run in runs where !run.isOfPaper && !run.settingSummaries.isEmpty {
            guard !told.contains(where: { $0.hasSameBytes(as: run.task) }) else { continue }
            told.append(run.task)
            let settings = run.settingSummaries.map { name, summary in
                name.hasSameBytes(as: summary) ? name : "\(name) (\(summary))"
            }
            sentences.append("The settings of the task \(run.task)'s own: \(settings.joined(separator: ", ")).")
        }
        return sentences.joined(separator: " ")
    }

    private func section(_ run: ReportedRun) -> String {
        var body =
            "<h2>\(HTML.escape("\(run.task), \(run.label(shared: shared)), seed \(run.settings.seed)"))</h2>\n<div class=\"charts\">\n"
        let quantities = run.columns.map(\.quantity).joined(separator: ", ")
        body += chart(curves(run), "Training: \(quantities); means over a hundredth of the run.")
        if run.settings.method == .tracr {
            body += chart(
                causality(run),
                "As figure 3 of the paper: accuracy under noise in the output variable's subspace, and in random ones.")
        }
        body += chart(
            context(run),
            "Accuracy by the tokens before the prompt; the last point of a line fills the student's context.")
        body += "</div>\n"
        guard run.settings.method == .tracr else { return body }
        let exchanged = ReportTables.interchange(run)
        if !exchanged.isEmpty {
            body += "<h3>Variables exchanged between two prompts</h3>\n"
            body += note(
                "Exchanges after which the student answers as the compiled program does after the same exchange, in percent of all."
            )
            body += exchanged
        }
        body += controls(run)
        let layers = ReportTables.decoding(run)
        if !layers.isEmpty {
            body += "<h3>Variables decoded at each layer</h3>\n"
            body += note("Percent of tokens; layer 0 is the embedding's output.") + layers
        }
        if let decoded = run.decoded { body += picture(decoded) }
        return body
    }

    /// What the run's figures are to be held against.
    private func controls(_ run: ReportedRun) -> String {
        guard let controls = run.results.controls else { return "" }
        var body = "<h3>Controls: exchanges</h3>\n"
        body += note(
            """
            Exchanges of a variable's subspace between two prompts, and in small type of a random subspace of as many dimensions \
            (of \(controls.width)). Answers changed: where the program's answer changes, those after which the student says what \
            the program does. Answers kept: where the program's stays, those after which the student's does. Other variables kept: \
            their values that are still read at the same state right behind the exchange.
            """)
        body += ReportTables.exchangeControls(controls).html
        body += "<h3>Controls: probes</h3>\n"
        body += note(
            """
            Variables read at layer \(controls.probes.layer): through the run's own map, which was trained with the student, and \
            through maps of the same rows that are fitted in closed form on \(controls.probes.trainingTokens) tokens of \
            \(controls.probes.trainingPrompts) training prompts and measured on the same test prompts. What the original gives as \
            well is not the injection's doing; shuffled labels give what can be had without looking.
            """)
        return body + ReportTables.probeControls(controls.probes).html
    }

    /// Figures 4 to 6.
    private func picture(_ decoded: DecodedPrompt) -> String {
        var body = "<h3>One prompt, read token by token</h3>\n"
        body +=
            "<figure>\(decoded.picture())<figcaption>As figures 6 and 5 of the paper: decoded values, and the residual stream after layer "
        body +=
            "\(decoded.layer) through the linear map, one column a direction of the compiled model. A value that is not the "
        body += "interpreter's is marked, with the interpreter's behind it.</figcaption></figure>\n"
        body +=
            "<figure>\(decoded.rawHeatmap.svg())<figcaption>As figure 4 of the paper: the same residual stream as it is, one column a "
        return body + "coordinate.</figcaption></figure>\n"
    }

    private func chart(_ chart: LineChart?, _ caption: String) -> String {
        guard let picture = chart?.svg(), !picture.isEmpty else { return "" }
        return "<figure>\(picture)<figcaption>\(HTML.escape(caption))</figcaption></figure>\n"
    }

    private func note(_ text: String) -> String { "<p class=\"note\">\(HTML.escape(text))</p>\n" }

    private func curves(_ run: ReportedRun) -> LineChart? {
        guard run.course.count > 1 else { return nil }
        let block = max(1, run.course.count / 100)
        let blocks = stride(from: 0, to: run.course.count, by: block).map {
            run.course[$0..<min($0 + block, run.course.count)]
        }
        return LineChart(
            title: "Training curves of \(run.name)", xLabel: "step", yLabel: "loss",
            series: run.columns.map { column in
                LineChart.Series(
                    name: column.legend,
                    points: blocks.map { steps in
                        let total = steps.reduce(0) { $0 + ($1.parts[column.name] ?? .nan) }
                        return LineChart.Point(x: Double(steps.last?.step ?? 0), y: total / Double(steps.count))
                    })
            }, isLogarithmic: true)
    }

    /// One line a kind of context that has sizes in tokens; nothing before the prompt is the first point of each.
    private func context(_ run: ReportedRun) -> LineChart? {
        guard let result = run.results.context else { return nil }
        let point = { (cell: ContextResult.Cell) in
            let before = Double(cell.before.lowerBound + cell.before.upperBound) / 2
            return LineChart.Point(x: before, y: cell.accuracy.value, interval: cell.accuracy.interval)
        }
        let start = result.cells(of: .start)
        let series = [(ContextResult.Kind.text, "text"), (.random, "random tokens")].map { kind, name in
            LineChart.Series(
                name: name, points: (start + result.cells(of: kind)).filter { $0.accuracy.n > 0 }.map(point),
                marksPoints: true)
        }
        return LineChart(
            title: "Accuracy in context, \(run.name)", xLabel: "tokens before the prompt", yLabel: "accuracy",
            series: series, isLogarithmic: false)
    }

    private func causality(_ run: ReportedRun) -> LineChart? {
        guard let points = run.results.causality?.points else { return nil }
        let series = Causality.Subspace.allCases.map { subspace in
            LineChart.Series(
                name: subspace == .final ? "output variable" : "random subspace",
                points: points.filter { $0.subspace == subspace && $0.accuracy.n > 0 }.map { point in
                    LineChart.Point(x: point.norm, y: point.accuracy.value, interval: point.accuracy.interval)
                }, marksPoints: true)
        }
        return LineChart(
            title: "Accuracy under noise, \(run.name)", xLabel: "norm of the noise", yLabel: "accuracy", series: series,
            isLogarithmic: false)
    }
}
