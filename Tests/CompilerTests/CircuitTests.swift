import Circuits
import Compiler
import Foundation
import RASP
import Testing

/// What components read and write, and what changes when one of them is exchanged.
@Suite struct CircuitTests {
    private func circuit(
        _ source: String, name: String = "p", configure: (inout CompilerOptions) -> Void = { _ in }
    ) throws -> CompiledCircuit {
        // Fused, the result would be a function of what the named variables are computed from.
        var options = CompilerOptions(fuseThroughNamedVariables: false)
        configure(&options)
        let program = try Program(source: "#pragma vocab a b\n#pragma max_length 4\n" + source, name: name)
        return CompiledCircuit(try RASPCompiler.compile(program, options: options))
    }

    private func tokens(_ text: String) -> [Atom] { text.map { .string(String($0)) } }

    @Test func aChainOfVariables() throws {
        let circuit = try circuit(
            """
            #pragma causal true
            n = selector_width(select(tokens, "a", ==));
            twice = n + n;
            result = twice + 1;
            """, name: "result")
        #expect(
            circuit.edges.map(\.description) == [
                "input->a0.h0<k>", "a0.h0->m0", "m0->m1", "m1->m2", "m2->logits",
            ])
        func names(_ variables: [CircuitVariable]) -> [String] { variables.map(\.name) }
        let head = try #require(circuit.component(.head(layer: 0, head: 0)))
        #expect(head.reads.map { $0.reader.description } == ["a0.h0<q>", "a0.h0<k>", "a0.h0<v>"])
        #expect(head.reads.map { names($0.variables) } == [["bos"], ["tokens", "bos"], ["bos"]])
        #expect(head.writes.count == 1 && head.writes.allSatisfy(\.isScratch))
        let mlp = try #require(circuit.component(.mlp(layer: 0)))
        #expect(names(mlp.writes) == ["n"] && names(mlp.clears) == names(head.writes))
        #expect(names(try #require(circuit.component(.input)).writes) == ["tokens", "bos"])
        let n = try #require(circuit.model.variable(named: "n"))
        #expect(circuit.writer(of: n) == .mlp(layer: 0))
        #expect(circuit.readers(of: n) == [.mlp(layer: 1)])
        // The constant of BOS comes from the input, is read nearly everywhere, and is in no edge of the circuit.
        let constant = circuit.connections.filter { !$0.varies }
        #expect(constant.contains { $0.edge == CircuitEdge("input->a0.h0<q>") })
        #expect(constant.allSatisfy { $0.carries.allSatisfy { $0.number == nil } })
    }

    /// "aaba" has counts 1 2 2 3, "bbbb" none.
    @Test func anExchangeByHand() throws {
        let circuit = try circuit(
            """
            #pragma causal true
            n = selector_width(select(tokens, "a", ==));
            result = n + aggregate(select(indices, indices, ==), indicator(tokens == "a"));
            """, name: "result")
        let base = try circuit.run(tokens("bbbb"))
        let source = try circuit.run(tokens("aaba"))
        #expect(base.output == [0, 0, 0, 0].map { .int($0) })
        #expect(source.output == [2, 3, 2, 4].map { .int($0) })
        let n = try #require(circuit.model.variable(named: "n"))
        let writer = try #require(circuit.writer(of: n))
        // The count of the other input, with this one's own tokens.
        #expect(circuit.run(base, exchanging: [writer], with: source).output == [1, 2, 2, 3].map { .int($0) })
        #expect(circuit.run(source, exchanging: [writer], with: base).output == [1, 1, 0, 1].map { .int($0) })
        #expect(circuit.run(base, exchanging: [CircuitNode.input], with: source).output == source.output)
    }

    /// What depends on positions and length alone is the same in both inputs.
    @Test func positionsAreNotExchanged() throws {
        let circuit = CompiledCircuit(try ShippedPrograms.model("reverse"))
        #expect(circuit.edges.map(\.description) == ["input->a1.h0<v>", "a1.h0->logits"])
        let mirrored = circuit.connections.first { $0.edge == CircuitEdge("m0->a1.h0<q>") }
        #expect(mirrored?.varies == false && mirrored?.carries.map(\.name) == ["mirrored"])
        let all = Set(circuit.shape.edges).subtracting(circuit.edges)
        let (base, source) = (try circuit.run(tokens("abcde")), try circuit.run(tokens("edcaa")))
        #expect(circuit.run(base, exchanging: all, with: source).output == base.output)
    }

    /// A named variable that the output is computed past, in the same layer, is computed and is in no edge.
    @Test func whatTheOutputDoesNotNeed() throws {
        let circuit = CompiledCircuit(try ShippedPrograms.model("count"))
        for name in ["n", "offset"] {
            let spare = try #require(circuit.model.variable(named: name))
            #expect(circuit.writer(of: spare) == .mlp(layer: 0) && circuit.readers(of: spare).isEmpty)
        }
        let needed = try #require(circuit.model.variable(named: "next"))
        #expect(circuit.readers(of: needed) == [.logits])
        // It looks three places back, of which only `offset` makes use.
        #expect(!circuit.nodes.contains(.head(layer: 0, head: 2)))
    }

    static let programs = [
        "balance", "count", "double_histogram", "dyck1", "dyck2", "dyck3", "fraction_previous", "histogram",
        "induction", "int_sum", "int_sum_4", "most_frequent", "reverse", "shuffle_dyck", "sort", "sort_by_frequency",
        "transformer_program",
    ]
    /// Programs whose later steps read earlier ones again, over edges of which no exchange alone was seen to matter.
    static let redundant = ["addition", "count_by_others", "parity", "psl", "scan", "subleq"]

    @Test func everyProgramIsTried() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: ShippedPrograms.folder.path)
        let names = files.filter { $0.hasSuffix(".rasp") }.map { String($0.dropLast(5)) }
        #expect(names.sorted() == (Self.programs + Self.redundant).sorted())
    }

    @Test(arguments: redundant) func whatIsOutsideDoesNotMatter(_ name: String) throws {
        let circuit = CompiledCircuit(try ShippedPrograms.model(name))
        let inside = Set(circuit.edges)
        let outside = circuit.shape.edges.filter { !inside.contains($0) }
        let half = outside.indices.filter { $0 % 2 == 0 }.map { outside[$0] }
        for pair in try circuit.model.circuitPairs(4, bred: 256) {
            let (base, source) = (try circuit.run(pair.base), try circuit.run(pair.source))
            for exchanged in [outside, half] {
                #expect(circuit.run(base, exchanging: Set(exchanged), with: source).output == base.output)
            }
            #expect(circuit.run(base, exchanging: inside, with: source).output == source.output)
        }
    }

    /// Exchanging everything outside the circuit changes no output, and each of its edges changes one.
    @Test(arguments: programs) func theCircuitIsAllThatMattersAndAllOfItDoes(_ name: String) throws {
        let circuit = CompiledCircuit(try ShippedPrograms.model(name))
        var survey = try CircuitSurvey(circuit, on: circuit.model.circuitPairs(16))
        #expect(survey.isSufficient)
        #expect(survey.outside.pairs == 16 && survey.edges.count == circuit.edges.count)
        if !survey.unseen.isEmpty { try survey.search(circuit, on: circuit.model.circuitPairs(4000, seed: 1)) }
        let unseen = survey.unseen.keys.map(\.description).sorted()
        #expect(unseen == Self.withoutEffect[name] ?? [])
        let graph = circuit.graph(survey)
        for edge in circuit.edges {
            #expect(graph[edge].isInGraph && graph[edge].score == survey.edges[edge]?.fraction)
        }
    }

    /// Edges that carry what differs, and whose readers make nothing of it.
    private static let withoutEffect: [String: [String]] = [:]

    /// Runs that are taken apart answer as the model does.
    @Test(arguments: ["count", "int_sum", "sort", "fraction_previous"]) func runsAreThoseOfTheModel(_ name: String)
        throws
    {
        let model = try ShippedPrograms.model(name)
        let circuit = CompiledCircuit(model)
        for input in model.sampleInputs(count: 20, seed: 5) {
            let (ours, theirs) = (try circuit.run(input).output, try model.run(input))
            #expect(zip(ours, theirs).allSatisfy { CompiledModel.agree($0, $1) } && ours.count == theirs.count)
        }
    }

    /// Exchanging the one MLP that writes a variable is exchanging the variable.
    @Test(arguments: ["shuffle_dyck", "int_sum", "most_frequent"]) func writersStandForVariables(_ name: String) throws
    {
        let model = try ShippedPrograms.model(name)
        let circuit = CompiledCircuit(model)
        var compared = 0
        for variable in model.variables where variable.heldUntil == nil && variable.name != model.output {
            guard case .mlp(let layer)? = circuit.writer(of: variable) else { continue }
            let node = CircuitNode.mlp(layer: layer)
            let carried = Set(circuit.connections.filter { $0.varies && $0.edge.writer == node }.flatMap(\.carries))
            // The writer computes nothing else that matters.
            guard carried.map(\.name) == [variable.name] else { continue }
            for pair in try model.circuitPairs(30, seed: 8) {
                let (base, source) = (try circuit.run(pair.base), try circuit.run(pair.source))
                let states = try model.residualStates(pair.source)
                let expected = try model.run(
                    pair.base, interchanging: variable, with: states, state: variable.writtenByLayer)
                #expect(circuit.run(base, exchanging: [node], with: source).output == expected)
                compared += 1
            }
        }
        #expect(compared > 0 || name != "most_frequent")
    }

    /// Directions that are handed on: whoever reads a later variable reads what was there before and what clears it.
    @Test(arguments: ["shuffle_dyck", "sort_by_frequency"]) func reusedDirections(_ name: String) throws {
        var options = CompilerOptions()
        options.reuseDirections = true
        let circuit = CompiledCircuit(try RASPCompiler.compile(ShippedPrograms.load(name), options: options))
        let survey = try CircuitSurvey(circuit, on: circuit.model.circuitPairs(16))
        #expect(survey.isSufficient)
        let cleared = circuit.connections.filter { $0.varies && $0.isCleared }
        #expect(!cleared.isEmpty)
        #expect(cleared.contains { survey.edges[$0.edge].map { $0.changed > 0 } == true })
    }

    /// The same of programs that nobody wrote.
    @Test func randomPrograms() throws {
        var circuits = 0
        for seed in UInt64(1)...30 {
            let program = try seed % 2 == 0 ? RandomProgram.make(seed: seed) : RandomSource.make(seed: seed)
            var options = CompilerOptions(keepNamedVariables: seed % 3 != 0)
            options.reuseDirections = seed % 4 == 0
            guard let model = try? RASPCompiler.compile(program, options: options) else { continue }
            let circuit = CompiledCircuit(model)
            let survey = try CircuitSurvey(circuit, on: model.circuitPairs(12, seed: seed), seed: seed)
            #expect(survey.isSufficient, "seed \(seed)")
            circuits += 1
        }
        #expect(circuits > 15)
    }

    /// The exported model has the same circuit; an output that the embedding writes goes through the first MLP.
    @Test func exportedCircuits() throws {
        let model = try ShippedPrograms.model("induction")
        let circuit = CompiledCircuit(model)
        let export = try GPT2Export(model)
        let graph = export.graph(circuit.graph)
        #expect(graph.circuit == circuit.edges)
        #expect(graph.shape.headsPerLayer == [Int](repeating: export.heads, count: model.layerCount))
        #expect(graph.shape.streamWidth == export.width)
        let same = Program(name: "p", output: RASP.tokens, vocabulary: ["a", "b"], maxLength: 3, causal: true)
        let copy = try RASPCompiler.compile(same)
        let copied = try GPT2Export(copy).graph(CompiledCircuit(copy).graph)
        #expect(CompiledCircuit(copy).edges.map(\.description) == ["input->logits"])
        #expect(copied.circuit.map(\.description) == ["input->m0", "m0->logits"])
    }
}
