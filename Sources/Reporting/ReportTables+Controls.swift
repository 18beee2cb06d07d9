import Evaluation

extension ReportTables {
    /// Exchanges of variables beside those of random subspaces.
    static func exchangeControls(_ controls: ControlsResult) -> ReportTable {
        var table = ReportTable([
            "variable", "layer", "dimensions", "answers changed", "answers kept", "other variables kept",
        ])
        for exchange in controls.exchanges {
            let cell = { (part: KeyPath<ControlsResult.Effect, Proportion>) -> ReportTable.Cell in
                let (own, random) = (exchange.own[keyPath: part], exchange.random[keyPath: part])
                guard own.n > 0 else { return .faint(nil) }
                return .shaded(
                    own.value, "\(percent(own.value * 100)) of \(own.n)",
                    detail: "random \(percent(random.value * 100))")
            }
            table.add([
                .head(exchange.variable), .plain("\(exchange.layer)"), .plain("\(exchange.dimension)"),
                cell(\.changing), cell(\.keeping), cell(\.others),
            ])
        }
        return table
    }

    /// Variables read by maps that were fitted on frozen students.
    static func probeControls(_ probes: ControlsResult.Probes) -> ReportTable {
        var table = ReportTable([
            "variable", "own map", "fitted anew", "on the original", "on the baseline", "to shuffled labels",
        ])
        func add(_ name: String, _ share: (ControlsResult.Reading) -> Double?) {
            table.add(
                [.head(name)]
                    + ControlsResult.Reading.allCases.map { reading in
                        share(reading).map { .shaded($0, percent($0 * 100), detail: nil) } ?? .faint(nil)
                    })
        }
        add("all") { probes.agreement($0) }
        for variable in probes.variables { add(variable.name) { variable.agreement[$0] } }
        return table.leavingOut("on the baseline")
    }

    /// The share that a probe of the original reads, of one run or as a mean.
    static func probed(_ group: ReportedGroup) -> ReportTable.Cell {
        number(group.values { $0.controls?.probes.agreement(.original) })
    }

    /// The share of exchanges of random subspaces that change the answer as exchanges of the variables do.
    static func random(_ group: ReportedGroup, output: Bool) -> ReportTable.Cell {
        share(group.shares { $0.controls?.pooled(output: output, \.random).changing })
    }
}
