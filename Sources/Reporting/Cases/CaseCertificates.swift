import Evaluation
import Injection

/// What a case is certified for, each with what it ought to reach.
struct CaseCertificates {
    struct Line {
        let title: String
        /// In percent; how it is to be read is in the title.
        let target: Double
        /// The figure, in percent, and how many were tried.
        let value: (CaseFolder) -> (percent: Double, n: Int)?
        /// Whether a smaller figure is the better one.
        var isCost = false

        func isHeld(_ percent: Double) -> Bool { isCost ? percent <= target : percent >= target }
    }

    static var lines: [Line] {
        func share(_ proportion: Proportion?) -> (Double, Int)? {
            guard let proportion, proportion.n > 0 else { return nil }
            return (proportion.value * 100, proportion.n)
        }
        func least(_ proportions: [Proportion]) -> (Double, Int)? {
            share(proportions.filter { $0.n > 0 }.min { $0.value < $1.value })
        }
        func outside(
            _ title: String, _ target: Double, _ kind: CircuitCertificate.Kind, _ ablation: CircuitCertificate.Ablation
        ) -> Line {
            Line(title: "\(title), \(ablation.rawValue)", target: target) {
                share($0.results.circuit?.worst(kind, ablation)?.all)
            }
        }
        var lines = [
            Line(title: "task", target: 99.5) { share($0.results.task?.proportion) },
            Line(
                title: "perplexity, worst protocol", target: 1,
                value: { item in
                    let changes = item.results.perplexity?.protocols.compactMap { _, measure in
                        measure.original.map { (measure.perplexity.value / $0 - 1) * 100 }
                    }
                    return changes?.max().map { ($0, 0) }
                }, isCost: true),
            Line(title: "exchanged variables that change the answer, worst", target: 99) { item in
                let interchange = item.results.interchange
                return least(
                    interchange?.variables.map { name in
                        Proportion(pooling: interchange?.cells(of: name).map(\.changing) ?? [])
                    } ?? [])
            },
            Line(title: "exchanged components that change the answer, worst step", target: 99) {
                least($0.results.circuit?.cells(.step).map(\.changing) ?? [])
            },
            Line(title: "exchanged variables that change nothing", target: 99) { item in
                let cells = item.results.interchange?.cells ?? []
                let (all, changing) = (
                    Proportion(pooling: cells.map(\.all)), Proportion(pooling: cells.map(\.changing))
                )
                return share(Proportion(all.successes - changing.successes, of: all.n - changing.n))
            },
            Line(title: "true edges that change the answer, worst", target: 95) {
                least($0.results.circuit?.cells(.edge).map(\.changing) ?? [])
            },
        ]
        let targets: [(CircuitCertificate.Ablation, [Double])] = [
            (.resample, [99.9, 99, 98]), (.mean, [95, 95, 95]), (.zero, [90, 90, 90]),
        ]
        for (ablation, targets) in targets {
            lines.append(outside("worst component outside", targets[0], .outsideComponent, ablation))
            lines.append(outside("all components outside", targets[1], .outside, ablation))
            lines.append(outside("all edges outside", targets[2], .outsideEdges, ablation))
        }
        lines.append(
            Line(title: "all but one set of backups, worst", target: 99) {
                least($0.results.circuit?.cells(.backup).map(\.all) ?? [])
            })
        lines.append(
            Line(title: "decoys give out their variable, worst", target: 95) {
                least($0.results.circuit?.cells(.decoy).map(\.all) ?? [])
            })
        return lines
    }
}
