import Circuits
import Evaluation
import Pictures

/// What a page says of one case: the targets that it misses, and the true circuit beside the one that the best method
/// found.
struct CaseSection {
    private let item: CaseFolder
    private let judgement: (reached: Int, missed: [(CaseCertificates.Line, CaseCertificates.Figure)])

    init(
        _ item: CaseFolder, _ judgement: (reached: Int, missed: [(CaseCertificates.Line, CaseCertificates.Figure)])
    ) {
        (self.item, self.judgement) = (item, judgement)
    }

    /// - Parameter isOpen: whether its pictures are seen without a click.
    func html(isOpen: Bool) -> String {
        let title = HTML.escape("\(item.name): \(item.task), seed \(item.seed)")
        var body = "<details\(isOpen ? " open" : "")>\n<summary>\(title)</summary>\n"
        if !item.settings.isEmpty { body += note("Beside its recipe: \(item.settings.joined(separator: ", ")).") }
        body += note(verdict)
        body += "<div class=\"circuits\">\n"
        body += figure(
            picture("The true circuit", item.truth, labels: labels),
            "The circuit that was planted, with its variables; an edge is the stronger the more often exchanging it changes the program's answer."
        )
        return body + found + "</div>\n</details>\n"
    }

    private var verdict: String {
        let all = judgement.reached + judgement.missed.count
        guard !judgement.missed.isEmpty else { return "It reaches all \(all) targets." }
        let missed = judgement.missed.map { line, figure in
            "\(line.name) \(line.shown(figure)) % (\(line.shownTarget))"
        }
        return "It reaches \(judgement.reached) of \(all) targets. Missed: " + missed.joined(separator: "; ") + "."
    }

    private var labels: [CircuitEdge: [CircuitPicture.Label]] {
        item.variables.mapValues { names in names.map { CircuitPicture.Label($0, isFaint: Self.isScratch($0)) } }
    }

    /// Whether the name is one that the compiler gives to a result that the program has none for.
    private static func isScratch(_ name: String) -> Bool {
        name.hasPrefix("scratch") && name.dropFirst(7).allSatisfy(\.isNumber)
    }

    /// As many edges as are true, with the largest scores of the method with the best average precision.
    private var found: String {
        func precision(_ recovery: CircuitRecovery) -> Double { recovery.all.measures["average_precision"] ?? 0 }
        let edges = item.found.filter { $0.recovery.level == .edge }
        guard let best = edges.max(by: { precision($0.recovery) < precision($1.recovery) }) else { return "" }
        let known = Set(item.truth.circuit)
        let ranked = best.graph.edges.enumerated().sorted { left, right in
            func rank(_ item: (offset: Int, element: CircuitEdge)) -> (Double, Int) {
                (-abs(best.graph[item.element].score ?? 0), item.offset)
            }
            return rank(left) < rank(right)
        }
        let first = ranked.prefix(known.count).map(\.element)
        let graph = CircuitGraph(item.truth.shape, circuit: first)
        let wrong = Set(first).subtracting(known)
        return figure(
            picture("Found by \(best.method)", graph, labels: [:], wrong: wrong),
            "The \(known.count) edges with the largest scores of \(best.method): \(known.count - wrong.count) of them are true, "
                + "\(wrong.count) are not."
        )
    }

    private func picture(
        _ title: String, _ graph: CircuitGraph, labels: [CircuitEdge: [CircuitPicture.Label]],
        wrong: Set<CircuitEdge> = []
    ) -> String {
        CircuitPicture(title: title, graph: graph, labels: labels, wrong: wrong).svg()
    }

    private func figure(_ picture: String, _ caption: String) -> String {
        "<figure>\(picture)<figcaption>\(HTML.escape(caption))</figcaption></figure>\n"
    }

    private func note(_ text: String) -> String { "<p class=\"note\">\(HTML.escape(text))</p>\n" }
}
