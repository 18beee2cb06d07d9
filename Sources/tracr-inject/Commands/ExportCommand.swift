import ArgumentParser
import Basics
import Foundation
import Injection
import LanguageModels
import Reporting

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run as a bundle to publish: student, model card, linear map and labelled data.",
        discussion: """
            The bundle is a run without its checkpoints, which eval and decode take from any place. README.md is the model \
            card, with the figures that report has measured. Below data/ stand the student's answer to each test prompt \
            (predictions.jsonl), each exchange of a variable between two prompts with what has to come of it \
            (exchanges.jsonl), and the residual stream on test prompts with the program's variables as labels \
            (activations.safetensors, activations.json).

            EXAMPLES
              tracr-inject export --output bundle
              tracr-inject export runs/int-sum-tracr --output int-sum --prompts 200
            """)

    @Argument(help: ArgumentHelp("The run directory (default: runs/latest).", valueName: "run"))
    var directory: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The bundle, a folder that is not there yet.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("At most so many prompts of the test split and of each setting.", valueName: "n"))
    var prompts = 1000

    @Option(help: ArgumentHelp("Decides which prompts.", valueName: "n"))
    var seed = 42

    @Option(
        name: .customLong("student-copy"),
        help: ArgumentHelp(
            "Also writes student-copy/, the student with its weights in this type: fp32, fp16 or bf16.",
            valueName: "type"))
    var copyType: WeightType?

    @Option(
        name: .customLong("shard-megabytes"),
        help: ArgumentHelp("Files of student-copy/ hold at most so many megabytes of weights.", valueName: "n"))
    var shardMegabytes: Int?

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if prompts < 1 { throw ValidationError("--prompts has to be at least 1.") }
        guard let shardMegabytes else { return }
        if copyType == nil { throw ValidationError("--shard-megabytes is for --student-copy.") }
        if !(1...1_000_000).contains(shardMegabytes) {
            throw ValidationError("--shard-megabytes has to be from 1 to 1000000.")
        }
    }

    func run() throws {
        common.apply()
        var options = RunBundle.Options()
        (options.prompts, options.seed) = (prompts, seed)
        options.exchangedPrompts = min(options.exchangedPrompts, max(prompts, 2))
        options.labelledPrompts = min(options.labelledPrompts, prompts)
        options.copy = copyType.map { WeightFiles(type: $0.element, shardBytes: shardMegabytes.map { 1_000_000 * $0 }) }
        let place = URL(fileURLWithPath: output)
        let bundle = try RunBundle(of: LoadedRun.locate(directory), at: place, options: options)
        if json.isOn {
            let files = bundle.files.map { ($0.path, JSONValue.integer($0.bytes)) }
            return try Standard.output.json([
                "bundle": .string(Path.shown(place)), "files": .object(JSONObject(files)),
            ])
        }
        var table = Table(["file", "bytes"], rightAligned: [1])
        for file in bundle.files { table.add([file.path, Quantity.grouped(file.bytes)]) }
        try Standard.output.line(table.text + "\n\n" + Path.shown(place))
    }
}

/// The types that weights are saved in.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
    case fp32, fp16, bf16

    var element: ElementType {
        switch self {
        case .fp32: .float32
        case .fp16: .float16
        case .bf16: .bfloat16
        }
    }
}
