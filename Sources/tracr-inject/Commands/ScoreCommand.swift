import ArgumentParser
import Basics
import Circuits
import Discovery
import Evaluation
import Foundation
import Injection

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score a found circuit beside the true one.",
        discussion: """
            How well a graph of scores, as discover writes it or MIB's circuit track, finds the circuit that is known: \
            the exact area under the ROC curve, average precision, precision at the true size, MIB's area over ten \
            sizes and, where the truth has effects, the rank correlation with them; each beside 400 random scorers, with \
            and without what the embedding writes. With --model: CPR and CMD as well, which replace everything outside \
            circuits of ten sizes.

            A safetensors file holds subspaces of variables, as discover writes them: they are scored by their principal \
            angles with the true ones beside 400 random subspaces and, with --model and a run, by what exchanging them \
            between two prompts does.

            EXAMPLES
              tracr-inject score circuit-eap.json --truth cases/count
              tracr-inject score das.safetensors --truth cases/count --model runs/count-circuit
              tracr-inject score circuit-eap.json --truth truth.json --model ./gpt2 --pairs ioi.csv --json
            """)

    @Argument(help: ArgumentHelp("The graph with scores.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The true graph, or a case folder that holds it as graph.json.", valueName: "path"))
    var truth: String

    @Option(
        help: ArgumentHelp("The model that the graph is of, a run or a folder: adds CPR and CMD.", valueName: "run"))
    var model: String?

    @OptionGroup(title: "Pairs") var discovery: DiscoveryArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        if file.ends(with: ".safetensors") { return try scoreVariables() }
        let found = try Self.graph(URL(fileURLWithPath: file))
        let recovery = try CircuitRecovery(
            found: found, truth: Self.graph(Self.truthFile(truth)), seed: UInt64(bitPattern: Int64(discovery.seed)))
        var faithfulness: Faithfulness?
        if let model {
            SignalHandlers.install()
            let (model, pairs) = try discovery.subject(model)
            let report = WorkReport("circuits")
            faithfulness = try Faithfulness(
                of: found,
                on: PreparedTask(
                    model, pairs: pairs, ablation: discovery.ablationKind(), report: { try report.show($0, of: $1) }))
        }
        if json.isOn {
            let members = (recovery.json.object?.members ?? []).map { ($0.key, $0.value) }
            return try Standard.output.json(.object(JSONObject(members + (faithfulness?.members ?? []))))
        }
        try Standard.output.line(Self.table(recovery).text)
        guard let faithfulness else { return }
        try Standard.output.line(
            String(
                format: "\nCPR %.4f (scores as they are), CMD %.4f (their magnitudes)", faithfulness.cpr,
                faithfulness.cmd))
    }

    private static func truthFile(_ path: String, _ name: String = "graph.json") -> URL {
        let url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
        return isDirectory.boolValue ? url.appendingPathComponent(name) : url
    }

    private func scoreVariables() throws {
        let found = try SubspaceFile.read(URL(fileURLWithPath: file))
        var recovery = try SubspaceRecovery(
            found: found, truth: SubspaceFile.read(Self.truthFile(truth, "variables.safetensors")),
            seed: discovery.seed)
        if let model {
            let directory = LoadedRun.locate(model)
            guard directory.isRun else {
                throw Failure(
                    .usage, "\(model) is no run, between whose prompts variables could be exchanged",
                    remedy: "give the directory of a run, or leave --model out")
            }
            try recovery.exchange(found, in: LoadedRun(directory), prompts: discovery.count, seed: discovery.seed)
        }
        if json.isOn { return try Standard.output.json(recovery.json) }
        var table = Table(
            ["variable", "dimensions", "overlap", "random (95 %)", "angles", "answers changed", "answers kept"],
            rightAligned: [1, 2, 3])
        for variable in recovery.variables {
            func shares(_ part: KeyPath<SubspaceRecovery.Effect, Proportion>) -> String {
                guard let exchanged = variable.exchanged else { return "-" }
                return [exchanged.found, exchanged.own, exchanged.random].map { effect in
                    let share = effect[keyPath: part]
                    return share.n == 0 ? "-" : String(format: "%.1f %%", share.value * 100)
                }.joined(separator: ", ")
            }
            let degrees = variable.angles.degrees
            table.add([
                variable.name, "\(variable.dimensions) of \(variable.trueDimensions)",
                variable.angles.overlap.map { String(format: "%.4f", $0) } ?? "-",
                String(
                    format: "%.3f (%.3f to %.3f)", variable.random.mean, variable.random.low, variable.random.high),
                degrees.isEmpty
                    ? "-" : String(format: "%.1f to %.1f\u{b0}", degrees.first ?? 0, degrees.last ?? 0),
                shares(\.changing), shares(\.keeping),
            ])
        }
        try Standard.output.line(table.text)
        guard model != nil else { return }
        try Standard.output.line("\nshares: of the subspace found, of the true one, of a random one")
    }

    private static func graph(_ file: URL) throws -> CircuitGraph {
        try CircuitGraph(json: JSONFile.read(file), at: file.path)
    }

    private static func table(_ recovery: CircuitRecovery) -> Table {
        var table = Table(
            ["measure", "\(recovery.level.rawValue)s", "random (95 %)", "without embedding", "random (95 %)"],
            rightAligned: [1, 2, 3, 4])
        func cells(_ comparison: CircuitRecovery.Comparison?, _ name: String) -> [String] {
            guard let value = comparison?.measures[name] else { return ["-", "-"] }
            guard let random = comparison?.random[name] else { return [String(format: "%.4f", value), "-"] }
            return [
                String(format: "%.4f", value),
                String(format: "%.3f (%.3f to %.3f)", random.mean, random.low, random.high),
            ]
        }
        for name in RecoveryMeasures.names where recovery.all.measures[name] != nil {
            table.add([name] + cells(recovery.all, name) + cells(recovery.withoutEmbedding, name))
        }
        return table
    }
}
