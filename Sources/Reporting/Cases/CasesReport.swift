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
    package var tables: [ReportTable] {
        let tables = CasesTables(cases)
        return [tables.certificates] + recoveries(tables).map(\.table) + [tables.subspaces]
    }

    private func recoveries(_ tables: CasesTables) -> [(title: String, table: ReportTable)] {
        [
            ("Average precision", tables.recovery("average_precision") { $0 }),
            ("Area under the ROC curve", tables.recovery("auroc") { 2 * ($0 - 0.5) }),
        ]
    }

    /// The page: no script, and nothing from elsewhere.
    package var html: String {
        let tables = CasesTables(cases)
        let certified = cases.count { tables.judgement($0).missed.isEmpty }
        var body = "<h1>\(HTML.escape(title))</h1>\n"
        body += note(
            (cases.count == 1 ? "A language model" : "\(cases.count) language models")
                + " in which a program's circuit was planted, what is certified of each, and how well methods that know "
                + "nothing of it find it. "
                + (cases.count == 1
                    ? certified == 1 ? "It reaches all its targets." : "It does not reach all its targets."
                    : "\(certified == 0 ? "None" : String(certified)) of them reach all their targets."))
        body += "<h2>Certificates</h2>\n"
        body += note(
            """
            In percent, with the 95 % interval in small type; shaded where the figure reaches the target of the first row. \
            Followed: components, edges or \
            variables of the circuit take what they are for another prompt; of the exchanges that change the program's answer, \
            those after which the model gives that answer. Unmoved: of the exchanges that do not change it, those after which the \
            model stays. Outside: answers that stay when components or edges outside the \
            circuit give out what they do for another prompt, their mean, or zero; training has seen the first alone, and on other \
            pairs. The worst of many is the worst of what was measured; its interval is its own.
            """)
        body += tables.certificatesByCase.map(\.html).joined(separator: "<br>\n")
        body += "<h2>What methods find</h2>\n"
        body += note(
            """
            Edges are ranked by the magnitude of a method's scores, components where it scores these; in small type what random \
            scores reach at the upper end of 95 %. The circuit is a small part of all edges: the area under the ROC curve is near 1 \
            for rankings that are of little use, average precision is not. Where a model misses its targets, a method that does not \
            find the planted circuit may be right.
            """)
        for (title, table) in recoveries(tables) { body += "<h3>\(title)</h3>\n" + table.transposed("case").html }
        if !tables.subspaces.cells.isEmpty {
            body += "<h3>Subspaces of variables</h3>\n"
            body += note(
                "Mean squared cosine of the principal angles with the true subspace, mean over variables; in small type that of random subspaces."
            )
            body += tables.subspaces.transposed("case").html
        }
        body += "<h2>The circuits</h2>\n"
        body += note(
            """
            Heads are blue, MLPs orange, the input and the logits green; q, k and v are where a head reads. Below a component, or on \
            an edge, stand the variables that it carries, intermediate results without a name as scratch. Edges that a method ranks \
            among the first and that were not planted are dashed and red.
            """)
        for item in cases { body += CaseSection(item, tables.judgement(item)).html(isOpen: cases.count <= 6) }
        return HTML.page(title: title, body: body)
    }

    private func note(_ text: String) -> String { "<p class=\"note\">\(HTML.escape(text))</p>\n" }

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
