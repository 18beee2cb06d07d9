import Basics
import Compiler
import Foundation
import RASP
import Testing

@Suite struct CircuitPeerTests {
    /// Edges exchanged inside TransformerLens, by the hook names of the file, against the compiled model: where
    /// `GPT2_PEER_PYTHON` names a Python that has it.
    @Test(
        .enabled(if: PeerScript.python != nil, "no Python with TransformerLens is named"),
        arguments: ["induction", "count", "dyck1"])
    func transformerLens(_ name: String) throws {
        var options = CompilerOptions()
        options.readError = GPT2Export.readError
        let model = try RASPCompiler.compile(ShippedPrograms.load(name), options: options)
        let circuit = CompiledCircuit(model)
        let export = try GPT2Export(model)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("circuit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try export.save(to: folder)
        let hooked = export.graph(circuit.graph).hookedEdges
        try JSONFile.write(
            .array(hooked.map { .array([.string($0.writer), .string($0.reader)]) }),
            to: folder.appendingPathComponent("edges.json"))
        let pairs = try model.circuitPairs(12, seed: 6)
        let lines = try pairs.map { pair in
            "{\"base\": \(try export.encode(pair.base)), \"source\": \(try export.encode(pair.source))}\n"
        }
        let file = folder.appendingPathComponent("pairs.jsonl")
        try Data(lines.joined().utf8).write(to: file)
        let results = try PeerScript.lines(
            "run_circuit.py", [folder.path], python: #require(PeerScript.python), reading: file)
        try #require(results.count == pairs.count)
        for (pair, line) in zip(pairs, results) {
            let result = try JSONParser.parse(line, name: "the peer")
            let (base, source) = (try circuit.run(pair.base), try circuit.run(pair.source))
            // What stands at BOS is nobody's output.
            func tokens(_ value: JSONValue?) -> [Int] {
                value?.array?.compactMap(\.integer).dropFirst().map { $0 } ?? []
            }
            func expected(_ run: CircuitRun) -> [Int] { run.output.map(export.token(of:)) }
            #expect(tokens(result["base"]) == expected(base))
            #expect(tokens(result["source"]) == expected(source))
            #expect(tokens(result["outside"]) == expected(base))
            let theirs = try #require(result["edges"]?.array)
            for (edge, theirs) in zip(circuit.edges, theirs) {
                let ours = circuit.run(base, exchanging: [edge], with: source)
                // A state that no input leads to may lie between two values, where the export's errors decide.
                #expect(tokens(theirs) == expected(ours), "\(edge)")
            }
        }
    }
}
