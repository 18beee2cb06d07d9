import ArgumentParser
import Basics
import Circuits
import Discovery
import Evaluation
import Foundation
import Injection
import Pictures

struct DiscoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Find out which components and edges of a model a behaviour comes from.",
        discussion: """
            Gives every edge between components (or, with --level node, every component) a score: the change, or an \
            approximation of it, of minus the logit difference of the two answers when it is replaced, mean over pairs. \
            The scores are written as a graph of MIB's circuit track.

            Methods. exact: each is replaced by itself. eap: to first order, from gradients. eap-ig-inputs, \
            eap-ig-activations: gradients integrated over inputs, or over activations. clean-corrupted: gradients of both \
            prompts. ifr: information-flow routes, without a metric. acdc: edges are cut one by one from the logits down, \
            while the metric rises by less than --threshold. edge-pruning: a mask is trained that keeps the share \
            --threshold of the edges.

            Variables of a run instead of components: probe, mean-difference, pca, das (trained for --steps) and oracle (the \
            best of all variables' own directions) find for each the subspace that holds it, from prompts of the training \
            split, and write them as a safetensors file.

            EXAMPLES
              tracr-inject discover runs/count-tracr --method exact --draw found.svg
              tracr-inject discover ./gpt2 --method eap-ig-inputs --pairs ioi.csv --prepend-bos --output ioi.json
              tracr-inject discover runs/count-circuit --method das --steps 300 --output das.safetensors
              tracr-inject discover tiny --method acdc --pairs mine.csv --threshold 0.05 --metric kl
            """)

    @Argument(help: ArgumentHelp("A run directory or a model folder.", valueName: "run"))
    var subject: String

    @Option(help: ArgumentHelp("How to find them; see above.", valueName: "name"))
    var method: String

    @Option(help: ArgumentHelp("Score node or edge (default: what the method scores).", valueName: "name"))
    var level: String?

    @Option(
        help: ArgumentHelp("Measure changes by logit-difference or kl (default: the method's).", valueName: "name"))
    var metric: String?

    @Option(help: ArgumentHelp("Steps of methods that have them (default: the method's).", valueName: "n"))
    var steps: Int?

    @Option(help: ArgumentHelp("Threshold of methods that have one (default: the method's).", valueName: "t"))
    var threshold: Double?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The graph's file (default: circuit-METHOD.json).", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Draw the circuit of acdc or edge-pruning, or the edges or components with the largest scores.",
            valueName: "file.svg"))
    var draw: String?

    @Option(help: ArgumentHelp("How many edges or components --draw draws at most.", valueName: "n"))
    var drawn = 40

    @OptionGroup(title: "Pairs") var discovery: DiscoveryArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let steps, !(1...1_000_000).contains(steps) {
            throw ValidationError("--steps has to be from 1 to 1000000.")
        }
        if let threshold, !(threshold.isFinite && threshold >= 0) {
            throw ValidationError("--threshold has to be a number, at least 0.")
        }
        if !(1...1000).contains(drawn) { throw ValidationError("--drawn has to be from 1 to 1000.") }
    }

    func run() throws {
        common.apply()
        if SubspaceMethods.names.contains(where: { $0.hasSameBytes(as: self.method) }) { return try findVariables() }
        let (method, options) = try DiscoveryMethods.named(
            method,
            DiscoveryOptions(
                level: try choice(level, "level"), ablation: try discovery.ablationKind(),
                metric: try choice(metric, "metric"), steps: steps, threshold: threshold,
                seed: UInt64(bitPattern: Int64(discovery.seed))))
        let name = type(of: method).name
        SignalHandlers.install()
        let (model, pairs) = try discovery.subject(subject)
        let report = WorkReport(name)
        let started = Clock.now
        let task = PreparedTask(
            model, pairs: pairs, ablation: options.ablation, metric: options.metric ?? .logitDifference,
            report: { try report.show($0, of: $1) })
        let graph = try method.graph(task)
        try graph.requireFiniteScores()
        let seconds = Clock.now - started
        let file = URL(fileURLWithPath: output ?? "circuit-\(name).json")
        try JSONFile.write(graph.json(), to: file)
        if let draw {
            let picture = CircuitPicture(
                foundBy: name, in: subject, graph, level: options.level ?? .edge, most: drawn)
            try DrawingFile.write(picture.svg(), to: draw)
        }
        let scores =
            options.level == .node
            ? graph.rankedNodes.map { (name: $0.node.description, score: $0.score) }
            : graph.rankedEdges.map { (name: $0.edge.description, score: $0.score) }
        try show(scores, name: name, options: options, pairs: pairs.count, file: file, seconds: seconds)
    }

    private func findVariables() throws {
        guard level == nil, metric == nil, threshold == nil, draw == nil, discovery.pairs == nil else {
            throw Failure(
                .usage, "\(method) finds variables, and takes no --level, --metric, --threshold, --draw or --pairs",
                remedy: "leave them out; --count says how many prompts it sees")
        }
        let directory = LoadedRun.locate(subject)
        guard directory.isRun else {
            throw Failure(
                .usage, "\(method) finds a program's variables, and \(subject) is no run",
                remedy: "give the directory of a run")
        }
        SignalHandlers.install()
        let run = try LoadedRun(directory)
        let report = WorkReport(method)
        let started = Clock.now
        let found = try SubspaceMethods.find(
            method, in: run, prompts: discovery.count, steps: steps, seed: discovery.seed,
            report: { try report.show($0, of: $1) })
        let seconds = Clock.now - started
        let file = URL(fileURLWithPath: output ?? "variables-\(method).safetensors")
        try SubspaceFile.write(found, to: file)
        if json.isOn {
            let variables = found.map { (name, rows) -> JSONValue in
                ["name": .string(name), "dimensions": .integer(rows.rows)]
            }
            return try Standard.output.json([
                "method": .string(method), "level": "variable", "prompts": .integer(discovery.count),
                "seconds": .number(seconds), "output": .string(Path.shown(file)), "variables": .array(variables),
            ])
        }
        var table = Table(["variable", "dimensions"], rightAligned: [1])
        for (name, rows) in found { table.add([name, "\(rows.rows)"]) }
        try Standard.output.line(table.text)
        try Standard.output.line(
            "\n\(found.count) subspaces from \(discovery.count) prompts in \(Clock.describe(seconds: seconds)); they are in "
                + Path.shown(file))
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String?, _ what: String
    ) throws(Failure) -> Choice? where Choice.RawValue == String {
        guard let text else { return nil }
        guard let value = Choice(rawValue: text) else {
            throw Failure(
                .usage, "unknown \(what) '\(text.prefix(100))'",
                remedy: "there are " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }

    private func show(
        _ listing: [(name: String, score: Double)], name: String, options: DiscoveryOptions, pairs: Int, file: URL,
        seconds: Double
    ) throws {
        let level = options.level ?? .edge
        if json.isOn {
            let scores = listing.map { ($0.name, JSONValue.number($0.score)) }
            return try Standard.output.json([
                "method": .string(name), "level": .string(level.rawValue),
                "ablation": .string(options.ablation.rawValue),
                "metric": .optional(options.metric?.rawValue), "steps": .optional(options.steps),
                "threshold": .optional(options.threshold), "pairs": .integer(pairs), "seconds": .number(seconds),
                "output": .string(Path.shown(file)), "scores": .object(JSONObject(scores)),
            ])
        }
        var table = Table([level.rawValue, "score"], rightAligned: [1])
        for (name, score) in listing.prefix(20) { table.add([name, String(format: "%.5f", score)]) }
        try Standard.output.line(table.text)
        try Standard.output.line(
            "\nthe largest of \(listing.count) scores, from \(pairs) pairs in \(Clock.describe(seconds: seconds)); "
                + "all are in \(Path.shown(file))")
    }
}
