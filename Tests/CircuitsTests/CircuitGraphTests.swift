import Basics
import Circuits
import Testing

@Suite struct CircuitGraphTests {
    /// MIB lists 32,491 edges for GPT-2-small. The bundled student has 4,555 by the same rule.
    @Test func edgesAreAsManyAsMIBLists() {
        func edges(_ layers: Int, _ heads: Int) -> Int {
            CircuitShape(headsPerLayer: Array(repeating: heads, count: layers), streamWidth: 8).edges.count
        }
        #expect(edges(12, 12) == 32_491)
        #expect(edges(12, 4) == 4_555)
    }

    @Test(arguments: [false, true]) func everyListedEdgeIsOneAndNoOther(parallel: Bool) {
        let shape = CircuitShape(headsPerLayer: [2, 0, 3], streamWidth: 8, hasParallelMLP: parallel)
        let listed = Set(shape.edges)
        #expect(listed.count == shape.edges.count)
        for writer in shape.nodes {
            for reader in shape.readers {
                let edge = CircuitEdge(writer, reader)
                #expect(shape.has(edge) == listed.contains(edge), "\(edge)")
            }
        }
    }

    @Test func namesAreRead() {
        for name in ["input->a0.h1<q>", "a1.h1->a4.h0<k>", "m3->logits", "a3.h11->m3"] {
            #expect(CircuitEdge(name)?.description == name)
        }
        for name in ["", "input", "a1.h1->a4.h0", "a1->m3", "a01.h1->m3", "logits->m3<q>", "m3->m4<in>", "m-1->m2"] {
            #expect(CircuitEdge(name) == nil, "\(name)")
        }
    }

    @Test func jsonComesBack() throws {
        let shape = CircuitShape(headsPerLayer: [2, 2], streamWidth: 16)
        var graph = CircuitGraph(
            shape, circuit: [CircuitEdge(.input, .mlp(layer: 0)), CircuitEdge(.mlp(layer: 0), .logits)])
        for (number, edge) in graph.edges.enumerated() { graph[edge].score = Double(number) / 3 }
        let back = try CircuitGraph(json: graph.json(), at: "graph.json")
        #expect(back == graph)
    }

    @Test func whatIsWrongIsNamed() throws {
        let graph = CircuitGraph(CircuitShape(headsPerLayer: [1], streamWidth: 4))
        var json = try #require(graph.json().object)
        json["edges"] = .object(JSONObject([("m0->a0.h0<q>", .object(JSONObject([("in_graph", .bool(true))])))]))
        #expect {
            try CircuitGraph(json: .object(json), at: "graph.json")
        } throws: { "\(($0 as? Failure)?.message ?? "")".contains("m0->a0.h0<q>") }
    }
}
