import ArgumentParser
import InjectionSettings

extension TextFormat: ExpressibleByArgument {}

/// `--text-format` of the commands that take `--text`.
struct TextFormatOption: ParsableArguments {
    @Option(
        name: .customLong("text-format"),
        help: ArgumentHelp(
            "How --text holds its documents: plain, jsonl (JSON lines), json (an array), or auto, by name and first line.",
            valueName: "name"))
    var value: TextFormat?
}
