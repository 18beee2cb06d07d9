import ArgumentParser
import Basics
import Foundation
import Injection
import Reporting

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show runs on one page: tables, curves, heatmaps.",
        discussion: """
            Measures each run (task, decoding, perturbed, ood, causality, interchange, controls, perplexity, and whatever a file is given for), \
            keeps the figures beside it in evaluation.json, and writes a self-contained HTML page with the paper's figures \
            beside them. Runs that differ in the seed alone are summed up in one row.

            EXAMPLES
              tracr-inject report
              tracr-inject report runs/count-tracr runs/count-finetune --output count.html
            """)

    @Argument(help: ArgumentHelp("Run directories (default: runs/latest).", valueName: "run"))
    var runs: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("The page.", valueName: "file"))
    var output = "report.html"

    @OptionGroup(title: "Measurements") var measurements: MeasurementArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        var options = Report.defaultOptions
        try measurements.apply(to: &options)
        let directories = runs.isEmpty ? [LoadedRun.locate(nil)] : runs.map { LoadedRun.locate($0) }
        let report = try Report(directories, options: options)
        let page = URL(fileURLWithPath: output)
        try AtomicFile.write(Data(report.html.utf8), to: page)
        try report.show(page: page, asJSON: json.isOn)
    }
}

extension Report {
    /// On standard output, what the page's tables say, or all measurements as one object.
    func show(page: URL, asJSON: Bool) throws {
        if asJSON { return try Standard.output.json(["report": .string(Path.shown(page)), "runs": json]) }
        for table in tables where !table.cells.isEmpty {
            var text = Table(table.header)
            for row in table.cells { text.add(row) }
            try Standard.output.line(text.text + "\n")
        }
        try Standard.output.line(Path.shown(page))
    }
}
