import Circuits
import Compiler
import RASP
import Serialization
import Testing

/// What components read and write, and what changes when one of them is exchanged.
@Suite struct CircuitTests {
    @Test(arguments: ["count", "shuffle_dyck", "reverse", "histogram", "balance", "induction", "int_sum", "sort"]) func show(_ name: String) throws {
        let circuit = CompiledCircuit(try RASPCompiler.compile(ShippedPrograms.load(name)))
        var text = name + "\n"
        for component in circuit.components {
            let reads = component.reads.map { "\($0.reader): " + $0.variables.map(\.name).joined(separator: " ") }
            text += "\(component.node)  \(reads.joined(separator: "; "))  -> \(component.writes.map(\.name).joined(separator: " ")) clears \(component.clears.map(\.name).joined(separator: " "))\n"
        }
        for connection in circuit.connections {
            text += "\(connection.edge) \(connection.carries.map(\.name).joined(separator: " ")) \(connection.varies ? "" : "constant")\n"
        }
        print(text)
        var random = SeededRandom(seed: 3)
        let model = circuit.model
        let outside = Set(circuit.shape.edges).subtracting(circuit.edges)
        var changed: [CircuitEdge: Int] = [:]
        for _ in 0..<40 {
            let clean = model.randomInput(&random)
            var other: [Atom] = []
            while other.count != clean.count { other = model.randomInput(&random) }
            let run = try circuit.run(clean)
            let source = try circuit.run(other)
            #expect(try run.output == model.run(clean))
            #expect(circuit.run(run, exchanging: outside, with: source).output == run.output)
            #expect(circuit.run(run, exchanging: Set(circuit.shape.edges), with: source).output == source.output)
            for edge in circuit.edges where circuit.run(run, exchanging: [edge], with: source).output != run.output {
                changed[edge, default: 0] += 1
            }
        }
        for edge in circuit.edges where changed[edge] == nil { print("UNSEEN", name, edge) }
    }
}
