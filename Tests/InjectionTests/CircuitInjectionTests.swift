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

    /// Every family trains, and what is read back of the run says what it is.
    @Test(arguments: [
        [("circuit.layers", "7")], [("circuit.backups", "1")], [("circuit.decoys", "2")],
        [("circuit.avoid", "a1.h0,a2.h3")], [("program.file", "count_by_others"), ("circuit.layers", "10")],
    ]) func aFamilyTrainsAndIsReadBack(overrides: [(String, String)]) throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, layers: 10,
            overrides: [("circuit.examples", "2"), ("circuit.heads", "1"), ("steps", "2")] + overrides)
        let run = try Training.start(settings, output: folder("run")).run
        let loaded = try LoadedRun(run)
        #expect(loaded.settings == settings)
        let placement = try #require(loaded.placement)
        let circuit = InjectedCircuit(placement, CompiledCircuit(loaded.compiled))
        #expect(circuit.graph.circuit == circuit.edges && !circuit.edges.isEmpty)
        let metrics = try String(contentsOf: run.metrics, encoding: .utf8)
        switch overrides[0].0 {
        case "circuit.layers": #expect(placement.states.last == 7)
        case "circuit.backups":
            let heads = placement.steps.filter { $0.component.readers.count == 3 }
            #expect(!heads.isEmpty && heads.allSatisfy { $0.groups.count == 2 })
            for node in heads.flatMap(\.nodes) { #expect(circuit.graph[node].isInGraph) }
        case "circuit.decoys":
            #expect(placement.decoys.count == 2)
            for decoy in placement.decoys { #expect(!circuit.graph[decoy.node].isInGraph) }
            #expect(metrics.split(separator: "\n").allSatisfy { $0.contains("\"decoys\":") })
        case "circuit.avoid":
            for name in ["a1.h0", "a2.h3"] { #expect(!circuit.graph[try #require(CircuitNode(name))].isInGraph) }
        default:
            #expect(loaded.compiled.name == "count_by_others")
            #expect(loaded.compiled.variables.contains { $0.name == "others" })
        }
    }

    /// Two functions of one program name are told apart by their circuits, not by what they say.
    @Test func twinsAnswerAlike() throws {
        let names = ["count", "count_by_others"]
        let models = try names.map { name in
            var settings = Settings()
            settings.program.file = name
            let task = try LoadedTask(settings: settings, tokenizer: MicroStudent.make().tokenizer)
            return try task.compile()
        }
        let circuits = models.map(CompiledCircuit.init)
        #expect(circuits[0].edges != circuits[1].edges)
        for input in models[0].sampleInputs(count: 20, seed: 3) where input.count <= models[1].maxLength {
            #expect(try models[0].run(input) == models[1].run(input))
        }
    }

    @Test func aSecondProgramLeavesTheFirstItsComponents() throws {
        let folder = try MicroStudent.Folder()
        let first = try MicroStudent.settings(
            in: folder, layers: 12,
            overrides: [
                ("circuit.examples", "2"), ("circuit.heads", "1"), ("circuit.placement", "compact"), ("steps", "2"),
            ])
        let run = try Training.start(first, output: folder("first")).run
        let own = try #require(LoadedRun(run).placement)
        var second = first
        (second.student, second.circuit.beside) = (run.student.path, run.root.path)
        second.program.file = "count_by_others"
        let other = try Training.start(second, output: folder("second")).run
        let loaded = try LoadedRun(other)
        let placement = try #require(loaded.placement)
        #expect(Set(own.steps.flatMap(\.nodes)).isDisjoint(with: placement.steps.flatMap(\.nodes)))
        // What is avoided is written down: the second run is read without the first.
        let avoided = try #require(loaded.settings.circuit.avoid).split(separator: ",")
        #expect(avoided.count == own.steps.flatMap(\.nodes).count)
        second.student = first.student
        #expect(throws: Failure.self) { try Training.start(second, output: folder("third")) }
    }
}
