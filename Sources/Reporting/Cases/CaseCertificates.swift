import Evaluation

/// What a case is certified for, each with what it ought to reach.
struct CaseCertificates {
    /// A measured figure, in percent.
    struct Figure {
        let percent: Double
        /// Of 95 %, where it is a share of tries.
        var interval: ClosedRange<Double>?
    }

    struct Line {
        /// What lines of one table have in common, and what this one has for itself.
        let group: String
        let title: String
        /// In percent; how it is to be read is in the title.
        let target: Double
        let value: (CaseFolder) -> Figure?
        /// Whether a smaller figure is the better one.
        var isCost = false

        func isHeld(_ figure: Figure) -> Bool { isCost ? figure.percent <= target : figure.percent >= target }

        /// `≥ 99.5`, or `≤ +1`.
        var shownTarget: String { (isCost ? "\u{2264} +" : "\u{2265} ") + CaseCertificates.short(target) }

        /// `98.4`, or `+0.3`.
        func shown(_ figure: Figure) -> String {
            let sign = isCost && figure.percent >= 0 ? "+" : ""
            return sign + CaseCertificates.fixed(figure.percent)
        }

        /// Both titles in one.
        var name: String { group.isEmpty ? title : "\(group): \(title)" }
    }

    /// One digit; what is not quite all or nothing is not rounded to it.
    static func fixed(_ percent: Double) -> String {
        let rounded = (percent * 10).rounded() / 10
        let isRoundedAway = (rounded == 100 && percent < 100) || (rounded == 0 && percent > 0)
        return isRoundedAway ? String(format: "%.2f", percent) : String(format: "%.1f", percent)
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(format: "%.1f", number)
    }

    static var lines: [Line] {
        [
            Line(group: "", title: "answers", target: 99.5) { share($0.results.task?.proportion) },
            Line(
                group: "", title: "perplexity, worst protocol", target: 1,
                value: { item in
                    let changes = item.results.perplexity?.protocols.compactMap { _, measure in
                        measure.original.map { (measure.perplexity.value / $0 - 1) * 100 }
                    }
                    return changes?.max().map { Figure(percent: $0) }
                }, isCost: true),
            Line(group: exchanged, title: "worst variable", target: 99) { item in
                let interchange = item.results.interchange
                return least(
                    interchange?.variables.map { name in
                        Proportion(pooling: interchange?.cells(of: name).map(\.changing) ?? [])
                    } ?? [])
            },
            Line(group: exchanged, title: "worst step", target: 99) {
                least($0.results.circuit?.cells(.step).map(\.changing) ?? [])
            },
            Line(group: exchanged, title: "worst true edge", target: 95) {
                least($0.results.circuit?.cells(.edge).map(\.changing) ?? [])
            },
            Line(group: "unmoved", title: "variables", target: 99) { item in
                let cells = item.results.interchange?.cells ?? []
                let (all, changing) = (
                    Proportion(pooling: cells.map(\.all)), Proportion(pooling: cells.map(\.changing))
                )
                return share(Proportion(all.successes - changing.successes, of: all.n - changing.n))
            },
        ] + outside + [
            Line(group: "planted beside it", title: "all but one set of backups, worst", target: 99) {
                least($0.results.circuit?.cells(.backup).map(\.all) ?? [])
            },
            Line(group: "planted beside it", title: "decoys give out their variable, worst", target: 95) {
                least($0.results.circuit?.cells(.decoy).map(\.all) ?? [])
            },
        ]
    }

    /// Of what lies outside the circuit.
    private static var outside: [Line] {
        let targets: [(CircuitCertificate.Ablation, String, [Double])] = [
            (.resample, "\(outsideGroup), another prompt's", [99.9, 99, 98]),
            (.mean, "\(outsideGroup), mean", [95, 95, 95]), (.zero, "\(outsideGroup), zero", [90, 90, 90]),
        ]
        let kinds: [(CircuitCertificate.Kind, String)] = [
            (.outsideComponent, "worst component"), (.outside, "all components"), (.outsideEdges, "all edges"),
        ]
        return targets.flatMap { ablation, group, targets in
            zip(kinds, targets).map { kind, target in
                Line(group: group, title: kind.1, target: target) {
                    share($0.results.circuit?.worst(kind.0, ablation)?.all)
                }
            }
        }
    }

    private static func share(_ proportion: Proportion?) -> Figure? {
        guard let proportion, proportion.n > 0 else { return nil }
        let (low, high) = (proportion.interval.lowerBound * 100, proportion.interval.upperBound * 100)
        return Figure(percent: proportion.value * 100, interval: low...high)
    }

    private static func least(_ proportions: [Proportion]) -> Figure? {
        share(proportions.filter { $0.n > 0 }.min { $0.value < $1.value })
    }

    static let outsideGroup = "outside"
    private static let exchanged = "followed"
}
