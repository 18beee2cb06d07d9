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
        for step in placement.steps {
            let (component, nodes) = (step.component, step.nodes)
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
        #expect(throws: Failure.self) { try placement(layers: 3) { $0.mlps = 2 } }
    }

    @Test func smallTablesGetFewerMLPsWhereLayersAreFew() throws {
        let (whole, circuit) = try placement(layers: 12) { ($0.mlps, $0.placement) = (2, .compact) }
        func mlps(_ placement: CircuitPlacement) -> [Int] {
            placement.steps.compactMap { step in
                if case .mlp = step.component { step.nodes.count } else { nil }
            }
        }
        #expect(mlps(whole) == [2, 2, 2])
        let depth = try #require(whole.states.last)
        #expect(depth < 12)
        let (narrow, _) = try placement(layers: depth - 1) { ($0.mlps, $0.placement) = (2, .compact) }
        #expect(mlps(narrow).sorted() == [1, 2, 2] && narrow.states.last == depth - 1)
        let tables = circuit.model.layers.map(\.hiddenCount).filter { $0 > 0 }
        let smaller = try #require(mlps(narrow).firstIndex(of: 1))
        #expect(tables[smaller] == tables.min())
        #expect(mlps(try placement(layers: 4) { ($0.mlps, $0.placement) = (2, .compact) }.0) == [1, 1, 1])
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

    // MARK: - Families

    @Test func depthIsASetting() throws {
        for layers in [5, 8, 12] {
            let (placement, _) = try placement(layers: 12) { $0.layers = layers }
            #expect(placement.states.last == layers)
        }
        #expect(throws: Failure.self) { try placement(layers: 12) { $0.layers = 13 } }
        #expect(throws: Failure.self) { try placement(layers: 12) { $0.layers = 2 } }
    }

    @Test func componentsThatAreAvoidedStayFree() throws {
        let (first, _) = try placement(layers: 12) { $0.placement = .compact }
        let taken = Set(first.steps.flatMap(\.nodes))
        let (second, _) = try placement(layers: 12) {
            $0.placement = .compact
            $0.avoid = taken.map(\.description).sorted().joined(separator: ", ")
        }
        #expect(taken.isDisjoint(with: second.steps.flatMap(\.nodes)))
        #expect(second.steps.map(\.component) == first.steps.map(\.component))
        for name in ["m12", "a0.h4", "input", "head 3"] {
            #expect(throws: Failure.self) { try placement(layers: 12) { $0.avoid = name } }
        }
    }

    @Test func backupsAreSetsOfTheSameStep() throws {
        let (placement, circuit) = try placement(layers: 12) { ($0.heads, $0.backups) = (2, 1) }
        for step in placement.steps {
            guard case .head = step.component else {
                #expect(step.groups.count == 1)
                continue
            }
            #expect(step.groups.count == 2 && step.groups.allSatisfy { $0.count == 2 })
            #expect(Set(step.nodes).count == 4)
        }
        // Both sets are in the circuit: each reads what the step reads, and is read by who reads it.
        let edges = placement.edges(of: circuit)
        for step in placement.steps {
            for group in step.groups {
                #expect(group.allSatisfy { node in edges.contains { $0.writer == node } })
                #expect(group.allSatisfy { node in edges.contains { $0.reader.node == node } })
            }
        }
    }

    @Test func decoysAreOutsideTheCircuit() throws {
        let (placement, circuit) = try placement(layers: 12) { $0.decoys = 3 }
        #expect(placement.decoys.count == 3 && Set(placement.decoys.map(\.node)).count == 3)
        let names = Set(circuit.computedVariables.map(\.name))
        for decoy in placement.decoys {
            #expect(placement.outside.contains(decoy.node) && names.contains(decoy.variable))
        }
        #expect(throws: Failure.self) { try self.placement(layers: 12) { $0.decoys = 500 } }
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
