import Basics
import Circuits
import Compiler
import Injection
import InjectionSettings
import LanguageModels
import RASP
import TensorCore
import TestSupport
import Testing

@Suite struct CircuitInjectionTests {
    private func placement(
        layers: Int, _ configure: (inout Settings.Circuit) -> Void = { _ in }
    ) throws -> (CircuitPlacement, CompiledCircuit) {
        let source = """
            #pragma vocab a b
            #pragma max_length 4
            #pragma causal true
            n = selector_width(select(tokens, "a", ==));
            twice = n + n;
            result = twice + 1;
            """
        // Fused, the result would be a function of what the named variables are computed from.
        let circuit = CompiledCircuit(
            try RASPCompiler.compile(
                Program(source: source, name: "result"), options: CompilerOptions(fuseThroughNamedVariables: false)))
        var settings = Settings().circuit
        configure(&settings)
        let student = try MicroStudent.make(layers: layers).model.configuration
        return (try CircuitPlacement(circuit, student: student, settings: settings), circuit)
    }

    @Test func everyStepHasComponentsOfItsOwn() throws {
        let (placement, circuit) = try placement(layers: 12)
        let nodes = placement.steps.flatMap(\.nodes) + placement.input
        #expect(Set(nodes).count == nodes.count)
        #expect(placement.steps.map(\.component) == circuit.nodes.filter { $0 != .input && $0 != .logits })
        #expect(nodes.allSatisfy(placement.shape.has))
        #expect(placement.outside.count == placement.shape.writers.count - nodes.count)
        // Each state lies behind all that writes to it, and before what reads it.
        for (component, nodes) in placement.steps {
            let layer = try #require(component.layer)
            for node in nodes {
                let own = try #require(node.layer)
                #expect(own >= placement.states[layer] && own < placement.states[layer + 1])
            }
        }
        // Every edge of the program has student edges, between components of its own.
        for edge in circuit.edges {
            let own = placement.edges(of: edge)
            #expect(!own.isEmpty)
            #expect(own.allSatisfy { placement.nodes(of: edge.writer).contains($0.writer) })
            #expect(own.allSatisfy { placement.nodes(of: edge.reader.node).contains($0.reader.node) })
        }
    }

    @Test func aStudentThatIsTooShallowIsRefused() throws {
        #expect(throws: Failure.self) { try placement(layers: 3) }
        _ = try placement(layers: 4)
        #expect(throws: Failure.self) { try placement(layers: 4) { $0.mlps = 2 } }
    }

    /// Final activations with something replaced by the outputs for another prompt.
    private func final(
        _ student: any LanguageModel, _ own: PackedBatch, _ other: PackedBatch, _ replacement: ComponentReplacement
    ) -> [Float] {
        let tape = Tape(arena: Arena(), recording: false)
        let values = ComponentReplacement.outputs(of: replacement.writers, student, other, tape)
        return student.forward(
            tape, own, hooks: replacement.hooks(values, batch: own, configuration: student.configuration)
        ).final.value.values
    }

    @Test func aComponentReplacedForEachReaderIsReplaced() throws {
        let student = try MicroStudent.make(layers: 3).model
        let own = PackedBatch([[1, 2, 3, 4], [5, 6, 7]])
        let other = PackedBatch([[8, 9, 3, 1], [2, 6, 4]])
        let shape = CircuitShape(headsPerLayer: [4, 4, 4], streamWidth: 32)
        func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
        let plain = final(student, own, own, ComponentReplacement())
        for node in [CircuitNode.head(layer: 1, head: 2), .mlp(layer: 0), .input] {
            var whole = ComponentReplacement()
            whole.replaced[node] = [1]
            var byReader = ComponentReplacement()
            for reader in shape.readers where shape.has(CircuitEdge(node, reader)) {
                byReader.rerouted[reader] = [node: [1]]
            }
            let result = final(student, own, other, whole)
            // Sums in another order.
            #expect(distance(result, final(student, own, other, byReader)) < 1e-4, "\(node)")
            #expect(distance(result, plain) > 1e-3, "\(node)")
            // The other sequence is left alone.
            #expect(distance(Array(result.prefix(4 * 32)), Array(plain.prefix(4 * 32))) < 1e-4)
            // By its own outputs nothing changes.
            #expect(distance(final(student, own, own, whole), plain) < 1e-4, "\(node)")
        }
    }

    @Test func aRunWithACircuitTrainsAndIsReadBack() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, layers: 8,
            overrides: [("circuit.examples", "4"), ("circuit.heads", "1"), ("circuit.edges", "0.5")])
        let run = try Training.start(settings, output: folder("run")).run
        let loaded = try LoadedRun(run)
        let placement = try #require(loaded.placement)
        #expect(loaded.layers == placement.states)
        let text = try String(contentsOf: run.metrics, encoding: .utf8)
        #expect(text.split(separator: "\n").allSatisfy { $0.contains("\"circuit\":") })
    }
}
