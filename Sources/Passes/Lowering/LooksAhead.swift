import RASP

extension Lowering {
    /// Refuses a selector that, under the causal mask, could only select later positions, where that can be seen from
    /// tokens and positions alone. Lowering finds the same, but may first have worked for long on what comes before.
    package static func checkReach(_ program: Program, _ setting: CompilationSetting, _ tabulations: Tabulations) throws
    {
        guard setting.causal, let fusion = setting.fusions.first else { return }
        var trial = Lowering(setting, program, FusionDecisions(fusion), tabulations)
        let names = trial.keptNames(program)
        var known: Set<GraphNode> = []
        for node in topologicalOrder(of: [.sop(program.output)]) {
            switch node {
            case .selector(let selector):
                guard node.children.allSatisfy(known.contains), let parts = try? trial.conjunction(of: selector) else {
                    continue
                }
                trial.conjunctions[selector] = parts
                known.insert(node)
            case .sop(let sop):
                switch sop.operation {
                case .tokens, .indices, .constant, .elementwise:
                    guard node.children.allSatisfy(known.contains), (try? trial.lower(sop)) != nil else { continue }
                    // What has a name is a variable, which a selector then reads.
                    for name in names[sop] ?? [] {
                        _ = try? trial.materialise(sop, named: name, encoding: program.encodings[name] ?? sop.encoding)
                    }
                    known.insert(node)
                case .aggregate(let selector, _, _, _), .selectorWidth(let selector):
                    guard known.contains(.selector(selector)) else { continue }
                    do { _ = try trial.selectorForm(selector) } catch let refusal as RASPError where refusal.isCausal {
                        throw refusal
                    }
                }
            }
        }
    }
}

extension RASPError {
    /// Whether a selector looks ahead, which no way of compiling the program changes.
    package var isCausal: Bool { diagnostics.first?.code == .causal }
}
