import Basics
import Injection

/// The certificate of an injected circuit.
extension ModelEvaluation.Report {
    /// - Throws: `.usage` for a run that injected no circuit.
    mutating func circuit(_ run: LoadedRun) throws {
        guard let placement = run.placement else {
            throw Failure(
                .usage, "the suite circuit needs a run that injected a circuit", at: run.directory.root.path,
                remedy: "train one with --recipe circuit, or leave the suite out")
        }
        let measurement = try CircuitMeasurement(
            run, placement, prompts: options.exchangedPrompts, seed: options.seed)
        let certificate = try measurement.certificate()
        rows.append([
            "circuit", "size", "\(certificate.components) components, \(certificate.edges) edges",
            "\(certificate.prompts) prompts in pairs",
        ])
        if let plain = certificate.worst(.nothing) { add("nothing replaced", plain) }
        for ablation in CircuitCertificate.Ablation.allCases {
            let name = ablation.rawValue
            if let worst = certificate.worst(.outsideComponent, ablation) {
                add("\(name), worst component outside", worst, " (\(worst.what))")
            }
            if let all = certificate.worst(.outside, ablation) { add("\(name), all components outside", all) }
            if let all = certificate.worst(.outsideEdges, ablation) { add("\(name), all edges outside", all) }
        }
        for kind in [CircuitCertificate.Kind.step, .edge] {
            for cell in certificate.cells(kind) {
                add("exchange of \(cell.what)", cell, changes(cell))
            }
        }
        for cell in certificate.cells(.backup) { add("replaced: \(cell.what)", cell) }
        for cell in certificate.cells(.decoy) { add("decoy \(cell.what)", cell, " tokens") }
        results.add(.circuit, certificate)
    }

    private func changes(_ cell: CircuitCertificate.Cell) -> String {
        cell.changing.n == 0
            ? "; none changes the answer"
            : "; \(cell.changing.successes) of the \(cell.changing.n) that change the answer"
    }

    private mutating func add(_ what: String, _ cell: CircuitCertificate.Cell, _ detail: String = "") {
        rows.append([
            "circuit", what, Self.percent(cell.all.value), "\(cell.all.successes) of \(cell.all.n)\(detail)",
        ])
    }
}
