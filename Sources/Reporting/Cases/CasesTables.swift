import Circuits
import Discovery
import Evaluation

/// The tables of a page of cases: rows are what is measured, columns are cases.
struct CasesTables {
    let cases: [CaseFolder]
    /// Certificates that any of the cases has.
    let lines: [CaseCertificates.Line]

    init(_ cases: [CaseFolder]) {
        self.cases = cases
        lines = CaseCertificates.lines.filter { line in cases.contains { line.value($0) != nil } }
    }

    /// How many of its targets a case reaches, and those that it misses.
    func judgement(_ item: CaseFolder) -> (reached: Int, missed: [(CaseCertificates.Line, CaseCertificates.Figure)]) {
        let figures = lines.compactMap { line in line.value(item).map { (line, $0) } }
        let missed = figures.filter { !$0.0.isHeld($0.1) }
        return (figures.count - missed.count, missed)
    }

    var certificates: ReportTable {
        var table = ReportTable(["", "target"] + cases.map(\.name))
        func row(_ title: String, _ value: (CaseFolder) -> String?) {
            table.add([.head(title), .plain("")] + cases.map { .plain(value($0)) })
        }
        row("components") { $0.results.circuit.map { String($0.components) } }
        row("edges") { $0.results.circuit.map { String($0.edges) } }
        row("targets reached") { item in
            let (reached, missed) = judgement(item)
            return "\(reached) of \(reached + missed.count)"
        }
        for line in lines {
            table.add(
                [.head(line.name), .plain(line.shownTarget)]
                    + cases.map { item in
                        guard let figure = line.value(item) else { return .faint(nil) }
                        let interval = figure.interval.map {
                            "\(CaseCertificates.fixed($0.lowerBound))\u{2013}\(CaseCertificates.fixed($0.upperBound))"
                        }
                        return .shaded(line.isHeld(figure) ? 0.8 : 0, line.shown(figure), detail: interval)
                    })
        }
        return table
    }

    /// The same with a row for each case, in two tables that fit on a page: what the circuit does, and what lies outside it.
    var certificatesByCase: [ReportTable] {
        let source = certificates.transposed("case")
        let isOutside = lines.map { $0.group.hasPrefix(CaseCertificates.outsideGroup) }
        return [false, true].map { outside in
            // The case, its components, edges and targets, then the lines.
            let kept = source.header.indices.filter { $0 < 4 ? $0 == 0 || !outside : isOutside[$0 - 4] == outside }
            let titles = kept.map { $0 < 4 ? source.header[$0] : lines[$0 - 4].title }
            var table = ReportTable(titles)
            for column in kept {
                let group = column < 4 ? "" : lines[column - 4].group
                if let last = table.groups.indices.last, table.groups[last].title == group {
                    table.groups[last].columns += 1
                } else {
                    table.groups.append((group, 1))
                }
            }
            for row in source.rows { table.add(kept.map { row[$0] }) }
            return table
        }
    }

    /// How well the edges that methods rank highest are the true ones.
    ///
    /// - Parameter measure: one of `RecoveryMeasures.names`.
    func recovery(_ measure: String, shade: (Double) -> Double) -> ReportTable {
        table(
            of: DiscoveryMethods.all.map { $0.name }, among: { $0.found.map(\.method) },
            value: { item, method in
                item.found.first { $0.method == method }.flatMap { $0.recovery.all.measures[measure] }
            },
            chance: { item, method in
                item.found.first { $0.method == method }?.recovery.all.random[measure].map {
                    String(format: "chance to %.2f", $0.high)
                }
            }, shade: shade)
    }

    /// The mean squared cosine of the principal angles with the true subspace, mean over variables.
    var subspaces: ReportTable {
        func mean(_ recovery: SubspaceRecovery, _ value: (SubspaceRecovery.Variable) -> Double) -> Double {
            recovery.variables.reduce(0) { $0 + value($1) } / Double(max(recovery.variables.count, 1))
        }
        return table(
            of: SubspaceMethods.names, among: { $0.subspaces.map(\.method) },
            value: { item, method in
                item.subspaces.first { $0.method == method }.map { mean($0.recovery) { $0.angles.overlap ?? 0 } }
            },
            chance: { item, method in
                item.subspaces.first { $0.method == method }.map {
                    String(format: "chance %.2f", mean($0.recovery) { $0.random.mean })
                }
            }, shade: { $0 })
    }

    /// Methods as rows, in a known order, others behind them; with several cases their mean at the end of each.
    private func table(
        of known: [String], among names: (CaseFolder) -> [String], value: (CaseFolder, String) -> Double?,
        chance: (CaseFolder, String) -> String?, shade: (Double) -> Double
    ) -> ReportTable {
        let present = Set(cases.flatMap(names))
        let methods = known.filter(present.contains) + present.subtracting(known).sorted()
        let hasMean = cases.count > 1
        var table = ReportTable(["method"] + cases.map(\.name) + (hasMean ? ["mean (least to largest)"] : []))
        for method in methods {
            let values = cases.map { value($0, method) }
            var row: [ReportTable.Cell] = [.head(method)]
            for (item, value) in zip(cases, values) {
                row.append(
                    value.map { .shaded(shade($0), String(format: "%.3f", $0), detail: chance(item, method)) }
                        ?? .faint(nil))
            }
            let all = values.compactMap(\.self)
            if hasMean {
                let mean = all.reduce(0, +) / Double(max(all.count, 1))
                let range = String(format: "%.3f to %.3f", all.min() ?? 0, all.max() ?? 0)
                row.append(.shaded(shade(mean), String(format: "%.3f", mean), detail: range))
            }
            table.add(row)
        }
        return table
    }
}
