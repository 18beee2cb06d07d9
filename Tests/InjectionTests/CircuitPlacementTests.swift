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

@Suite struct CircuitPlacementTests {
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
}
