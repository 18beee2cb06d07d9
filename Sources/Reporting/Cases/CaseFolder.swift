import Basics
import Circuits
import Evaluation
import Foundation

/// A case folder as `circuit RUN --output` writes it, with what methods have found in its model: `found/METHOD.json`
/// (graphs, as `discover` writes them) and `found/METHOD.safetensors` (subspaces of variables).
struct CaseFolder {
    let name: String
    let task: String
    let seed: Int
    let settings: [String]
    let results: EvaluationResults
    let truth: CircuitGraph
    /// The variables on each edge.
    let variables: [CircuitEdge: [String]]
    let found: [(method: String, graph: CircuitGraph, recovery: CircuitRecovery)]
    let subspaces: [(method: String, recovery: SubspaceRecovery)]

    /// Whether the folder is a case of a run.
    static func isCase(_ folder: URL) -> Bool {
        (try? JSONFile.read(folder.appendingPathComponent("case.json")))?["kind"] == "injected"
    }

    /// - Throws: `.badData` for files that are none of a case.
    init(_ folder: URL) throws {
        let file = folder.appendingPathComponent("case.json")
        let json = try JSONFile.readObject(file)
        guard let task = json["task"]?.string, let seed = json["seed"]?.integer, let certificates = json["certificates"]
        else { throw Failure(.badData, "the file is no case of a run", at: file.path) }
        (name, self.task, self.seed) = (folder.lastPathComponent, task, seed)
        settings = json["settings"]?.array?.compactMap(\.string) ?? []
        results = EvaluationResults(certificates)
        let truth = try Self.graph(folder.appendingPathComponent("graph.json"))
        self.truth = truth
        var variables: [CircuitEdge: [String]] = [:]
        for (key, value) in json["circuit"]?["connections"]?.object?.members ?? [] {
            guard let edge = CircuitEdge(key), truth.shape.has(edge) else { continue }
            variables[edge] = value["variables"]?.array?.compactMap(\.string) ?? []
        }
        self.variables = variables
        let place = folder.appendingPathComponent("found")
        let files = ((try? Folder.names(at: place.path)) ?? []).sorted()
        found = try files.filter { $0.ends(with: ".json") }.map { file in
            let graph = try Self.graph(place.appendingPathComponent(file))
            return (String(file.dropLast(5)), graph, try CircuitRecovery(found: graph, truth: truth))
        }
        let bases = files.filter { $0.ends(with: ".safetensors") }
        let own = bases.isEmpty ? [] : try SubspaceFile.read(folder.appendingPathComponent("variables.safetensors"))
        subspaces = try bases.map { file in
            let found = try SubspaceFile.read(place.appendingPathComponent(file))
            return (String(file.dropLast(12)), try SubspaceRecovery(found: found, truth: own, seed: 42))
        }
    }

    private static func graph(_ file: URL) throws -> CircuitGraph {
        try CircuitGraph(json: JSONFile.read(file), at: file.path)
    }
}
