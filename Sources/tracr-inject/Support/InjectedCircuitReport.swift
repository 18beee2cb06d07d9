import Basics
import Circuits
import Compiler
import Evaluation
import Injection
import Reporting

/// What `circuit` says about a run.
struct InjectedCircuitReport {
    let circuit: InjectedCircuit
    /// With the effects that the program predicts, where any were computed.
    let graph: CircuitGraph
    let pairs: Int

    /// - Parameter pairs: test prompts in pairs on which nodes and edges are exchanged in the compiled model; 0: none.
    init(_ run: LoadedRun, pairs: Int, seed: Int) throws {
        let circuit = try RunCase.circuit(of: run)
        let made = pairs > 0 ? try CasePairs(run, part: .test, count: pairs, seed: seed).pairs(.random) : []
        graph = made.isEmpty ? circuit.graph : try RunCase.graph(circuit, on: made)
        (self.circuit, self.pairs) = (circuit, made.count)
    }

    var json: JSONValue { circuit.json(graph) }

    var text: String {
        let placement = circuit.placement
        var listing = Listing()
        listing.add("program", circuit.compiled.model.name)
        listing.add("circuit", "\(circuit.edges.count) edges; \(placement.inside.count) of \(components) components")
        if pairs > 0 { listing.add("effects", "of the compiled model, on \(pairs) pairs of test prompts") }
        var nodes = Table(["component", "step", "reads", "writes"])
        for node in graph.nodes {
            guard let step = circuit.step(of: node), let component = circuit.compiled.component(step) else { continue }
            let backup = placement.steps.first { $0.component == step }?.groups.dropFirst().joined().contains(node)
            nodes.add([
                node.description, step.description + (backup == true ? ", backup" : ""),
                CircuitReport.reads(component), CircuitReport.writes(component),
            ])
        }
        var edges = Table(["edge", "carries", "effect"], rightAligned: [2])
        for edge in circuit.edges {
            edges.add([
                edge.description, CircuitReport.names(circuit.variables(on: edge)),
                pairs > 0 ? Quantity.fixed(graph[edge].score ?? 0, 3) : "-",
            ])
        }
        var sections = [listing.text, nodes.text, edges.text]
        if !placement.decoys.isEmpty {
            var decoys = Table(["decoy", "gives out, for nobody"])
            for decoy in placement.decoys { decoys.add([decoy.node.description, decoy.variable]) }
            sections.append(decoys.text)
        }
        return sections.joined(separator: "\n\n")
    }

    private var components: Int { graph.nodes.count { $0 != .input && $0 != .logits } }
}
