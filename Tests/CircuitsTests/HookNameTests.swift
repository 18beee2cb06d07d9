import Circuits
import Testing

@Suite struct HookNameTests {
    @Test func edgesOfInterpBench() throws {
        let shape = CircuitShape(headsPerLayer: [1, 2], streamWidth: 8)
        let edges = ["input->a0.h0<q>", "a0.h0->m0", "m0->a1.h1<v>", "a1.h1->m1", "m1->logits"]
        let graph = CircuitGraph(shape, circuit: try edges.map { try #require(CircuitEdge($0)) })
        #expect(
            graph.hookedEdges.map { "\($0.writer) \($0.reader)" } == [
                "hook_embed blocks.0.hook_q_input[0]", "blocks.0.attn.hook_result[0] blocks.0.hook_mlp_in",
                "blocks.0.hook_mlp_out blocks.1.hook_v_input[1]", "blocks.1.attn.hook_result[1] blocks.1.hook_mlp_in",
                "blocks.1.hook_mlp_out blocks.1.hook_resid_post",
            ])
        #expect(CircuitNode.logits.hookName == nil)
    }
}
