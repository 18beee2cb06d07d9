import ArgumentParser
import Basics
import Circuits
import Discovery
import Foundation
import RASP

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

            EXAMPLES
              tracr-inject score circuit-eap.json --truth cases/count
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

    private static func truthFile(_ path: String) -> URL {
        let url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
        return isDirectory.boolValue ? url.appendingPathComponent("graph.json") : url
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
