import ArgumentParser
import Basics
import Foundation
import Injection
import Reporting

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show runs, or cases of known circuits, on one page.",
        discussion: """
            Measures each run (task, decoding, perturbed, ood, causality, interchange, controls, perplexity, and whatever a file is given for), \
            keeps the figures beside it in evaluation.json, and writes a self-contained HTML page with the paper's figures \
            beside them. Runs that differ in the seed alone are summed up in one row.

            Of case folders (circuit RUN --output), what each is certified for, and how well the methods whose graphs lie in \
            the folder as found/METHOD.json find the circuit.

            EXAMPLES
              tracr-inject report
              tracr-inject report runs/count-tracr runs/count-finetune --output count.html
              tracr-inject report cases/* --output cases.html
            """)

    @Argument(help: ArgumentHelp("Run directories, or case folders (default: runs/latest).", valueName: "run"))
    var runs: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("The page.", valueName: "file"))
    var output = "report.html"

    @OptionGroup(title: "Measurements") var measurements: MeasurementArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let folders = runs.map { URL(fileURLWithPath: $0) }
        if !folders.isEmpty, folders.allSatisfy(CasesReport.isCase) { return try showCases(folders) }
        var options = Report.defaultOptions
        try measurements.apply(to: &options)
        let directories = runs.isEmpty ? [LoadedRun.locate(nil)] : runs.map { LoadedRun.locate($0) }
        let report = try Report(directories, options: options)
        let page = URL(fileURLWithPath: output)
        try AtomicFile.write(Data(report.html.utf8), to: page)
        try report.show(page: page, asJSON: json.isOn)
    }

    private func showCases(_ folders: [URL]) throws {
        let report = try CasesReport(folders)
        let page = URL(fileURLWithPath: output)
        try AtomicFile.write(Data(report.html.utf8), to: page)
        if json.isOn {
            return try Standard.output.json(["report": .string(Path.shown(page)), "cases": report.json])
        }
        try ReportTable.show(report.tables, page: page)
    }
}

extension Report {
    /// On standard output, what the page's tables say, or all measurements as one object.
    func show(page: URL, asJSON: Bool) throws {
        if asJSON { return try Standard.output.json(["report": .string(Path.shown(page)), "runs": json]) }
        try ReportTable.show(tables, page: page)
    }
}

extension ReportTable {
    fileprivate static func show(_ tables: [ReportTable], page: URL) throws {
        for table in tables where !table.cells.isEmpty {
            var text = Table(table.header)
            for row in table.cells { text.add(row) }
            try Standard.output.line(text.text + "\n")
        }
        try Standard.output.line(Path.shown(page))
    }
}
