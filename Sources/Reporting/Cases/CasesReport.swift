import Basics
import Circuits
import Evaluation
import Foundation
import Pictures

/// Cases on one page: what each is certified for, and what methods find in it beside the truth.
/// `tracr-inject report CASE ...` as a function.
package struct CasesReport {
    private let cases: [CaseFolder]
    private let title: String

    /// Whether a folder is a case of a run.
    package static func isCase(_ folder: URL) -> Bool { CaseFolder.isCase(folder) }

    /// - Throws: `.badData` for a folder that is no case.
    package init(_ folders: [URL], title: String = "Known circuits") throws {
        cases = try folders.map { try CaseFolder($0) }
        self.title = title
    }

    /// The tables, for a terminal.
    package var tables: [ReportTable] { [certificates, recovery] }

    /// The page: no script, and nothing from elsewhere.
    package var html: String {
        var body = "<h1>\(HTML.escape(title))</h1>\n"
        body += note(
            """
            \(cases.count) language models in which a program's circuit was planted, what is certified of each, and how well methods \
            that know nothing of it find it.
            """)
        body += "<h2>Certificates</h2>\n"
        body += note(
            """
            In percent, with the number tried in small type; shaded where the target in the second column is reached. Outside: \
            answers that stay when components or edges outside the circuit give out what they do for another prompt (resample), \
            their mean, or zero; training has seen the first alone, and on other pairs. Changes: of the exchanges that change the \
            program's answer, those after which the model says the same.
            """)
        body += certificates.html
        body += "<h2>What methods find</h2>\n"
        body += note(
            """
            Area under the ROC curve over all edges, or components where the method scores these, average precision beside it, and in \
            small type what random scorers reach (the upper end of 95 %). The circuit is a small part of all edges: the area is near 1 \
            for rankings that are of little use, average precision is not.
            """)
        body += recovery.html
        let subspaces = subspaces
        if !subspaces.cells.isEmpty {
            body += "<h3>Subspaces of variables</h3>\n"
            body += note(
                "Mean squared cosine of the principal angles with the true subspace, mean over variables; in small type that of random subspaces."
            )
            body += subspaces.html
        }
        for item in cases { body += section(item) }
        return HTML.page(title: title, body: body)
    }

    private func note(_ text: String) -> String { "<p class=\"note\">\(HTML.escape(text))</p>\n" }

    private var certificates: ReportTable {
        let lines = CaseCertificates.lines.filter { line in cases.contains { line.value($0) != nil } }
        var table = ReportTable(["", "target"] + cases.map(\.name))
        func row(_ title: String, _ value: (CaseFolder) -> Int?) {
            table.add([.head(title), .plain("")] + cases.map { .plain(value($0).map(String.init)) })
        }
        row("components") { $0.results.circuit?.components }
        row("edges") { $0.results.circuit?.edges }
        for line in lines {
            let target = (line.isCost ? "\u{2264} +" : "\u{2265} ") + Self.short(line.target)
            table.add(
                [.head(line.title), .plain(target)]
                    + cases.map { item in
                        guard let (percent, n) = line.value(item) else { return .faint(nil) }
                        let text = (line.isCost && percent >= 0 ? "+" : "") + String(format: "%.1f", percent)
                        return .shaded(line.isHeld(percent) ? 0.8 : 0, text, detail: n > 0 ? "of \(n)" : nil)
                    })
        }
        return table
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(format: "%.1f", number)
    }

    private func methods(_ names: (CaseFolder) -> [String]) -> [String] {
        var all: [String] = []
        for name in cases.flatMap(names) where !all.contains(name) { all.append(name) }
        return all
    }

    private var recovery: ReportTable {
        var table = ReportTable(["method"] + cases.map(\.name))
        for method in methods({ $0.found.map(\.method) }) {
            table.add(
                [.head(method)]
                    + cases.map { item in
                        guard let recovery = item.found.first(where: { $0.method == method })?.recovery,
                            let area = recovery.all.measures["auroc"]
                        else { return .faint(nil) }
                        let precision = recovery.all.measures["average_precision"] ?? 0
                        let chance = ["auroc", "average_precision"].map { recovery.all.random[$0]?.high }
                        let random = chance.map { $0.map { String(format: "%.2f", $0) } ?? "-" }.joined(separator: ", ")
                        return .shaded(
                            2 * (area - 0.5), String(format: "%.3f, %.3f", area, precision), detail: "random \(random)")
                    })
        }
        return table
    }

    private var subspaces: ReportTable {
        var table = ReportTable(["method"] + cases.map(\.name))
        for method in methods({ $0.subspaces.map(\.method) }) {
            table.add(
                [.head(method)]
                    + cases.map { item in
                        guard let recovery = item.subspaces.first(where: { $0.method == method })?.recovery else {
                            return .faint(nil)
                        }
                        let count = Double(max(recovery.variables.count, 1))
                        let mean = recovery.variables.reduce(0) { $0 + ($1.angles.overlap ?? 0) } / count
                        let random = recovery.variables.reduce(0) { $0 + $1.random.mean } / count
                        return .shaded(
                            mean, String(format: "%.3f", mean), detail: String(format: "random %.3f", random))
                    })
        }
        return table
    }

    /// The true circuit beside the one that the best method found.
    private func section(_ item: CaseFolder) -> String {
        var body = "<h2>\(HTML.escape("\(item.name): \(item.task), seed \(item.seed)"))</h2>\n"
        if !item.settings.isEmpty { body += note("Beside its recipe: \(item.settings.joined(separator: ", ")).") }
        body += "<div class=\"circuits\">\n"
        body += figure(
            picture("The true circuit", item.truth, item),
            "The circuit that was planted, with the variables on its edges; an edge is the stronger the more often exchanging it changes the program's answer."
        )
        let edges = item.found.filter { $0.recovery.level == .edge }
        let best = edges.max { precision($0.recovery) < precision($1.recovery) }
        if let best {
            let size = item.truth.circuit.count
            let found = best.graph.circuit(ofBest: size, byMagnitude: true)
            let known = Set(item.truth.circuit)
            let right = found.circuit.count { known.contains($0) }
            body += figure(
                picture("Found by \(best.method)", found, item),
                "The \(size) edges with the largest scores of \(best.method), as far as they lie on a way from the input to the logits: "
                    + "\(right) of \(found.circuit.count) are true."
            )
        }
        return body + "</div>\n"
    }

    private func precision(_ recovery: CircuitRecovery) -> Double { recovery.all.measures["average_precision"] ?? 0 }

    private func picture(_ title: String, _ graph: CircuitGraph, _ item: CaseFolder) -> String {
        var labels: [CircuitEdge: [CircuitPicture.Label]] = [:]
        for edge in graph.circuit where item.truth[edge].isInGraph {
            labels[edge] = item.variables[edge, default: []].map { CircuitPicture.Label($0) }
        }
        return CircuitPicture(title: title, graph: graph, labels: labels).svg()
    }

    private func figure(_ picture: String, _ caption: String) -> String {
        "<figure>\(picture)<figcaption>\(HTML.escape(caption))</figcaption></figure>\n"
    }

    /// Each case with its certificates and the scores of every method.
    package var json: JSONValue {
        .array(
            cases.map { item in
                let found =
                    item.found.map { ($0.method, $0.recovery.json) }
                    + item.subspaces.map { ($0.method, $0.recovery.json) }
                return [
                    "case": .string(item.name), "task": .string(item.task), "seed": .integer(item.seed),
                    "certificates": item.results.json, "found": .object(JSONObject(found)),
                ]
            })
    }
}
