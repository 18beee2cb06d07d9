import ArgumentParser
import InjectionSettings
import Resources

/// The settings of a run, as flags. Every setting can be reached with --set; the flags are shorter names for some.
struct SettingsArguments: ParsableArguments {
    @Option(help: ArgumentHelp("count, int-sum, shuffle-dyck, or a task file of your own.", valueName: "name"))
    var task: String?

    @Option(help: ArgumentHelp("A YAML file of settings, or the name of a bundled one.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("tiny, or the folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT.", valueName: "dir"))
    var student: String?

    @Option(help: ArgumentHelp("tracr, or finetune: the baseline without alignment and roll.", valueName: "name"))
    var method: String?

    @Option(help: ArgumentHelp("\(Recipe.names): where the settings start from.", valueName: "name"))
    var recipe: String?

    @Option(help: ArgumentHelp("Training steps; 0 writes the run with its initial projection.", valueName: "n"))
    var steps: Int?

    @Option(help: ArgumentHelp("Text for the KL term: plain, or JSON lines with a field text.", valueName: "file"))
    var text: String?

    @OptionGroup var format: TextFormatOption

    @Option(help: ArgumentHelp("Examples to train on, as JSON lines {\"prompt\", \"answer\"}.", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("Decides examples, their order, sampled text and initial projection.", valueName: "n"))
    var seed: Int?

    @Option(help: ArgumentHelp("Threads of computation; 0: as many as there are cores.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Arithmetic of the matrix products: auto, fp32 or bf16.", valueName: "name"))
    var precision: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Any setting, such as lr.student=1e-4. Can be repeated.", valueName: "key=value"))
    var set: [String] = []

    /// Flags first, then --set in its order, so that the more explicit one wins.
    func overrides() throws -> [SettingOverride] {
        let flags: [(key: String, value: String?)] = [
            ("task", task), ("student", student), ("method", method), ("recipe", recipe),
            ("steps", steps.map(String.init)), ("text.file", text), ("text.format", format.value?.rawValue),
            ("data.file", data),
            ("seed", seed.map(String.init)), ("threads", threads.map(String.init)), ("precision", precision),
        ]
        return flags.compactMap { flag in flag.value.map { SettingOverride(flag.key, $0) } }
            + (try set.map { try SettingOverride(parsing: $0) })
    }

    func resolve() throws -> Settings {
        try Settings.resolve(
            configuration: try config.map { try BundledFiles().configuration($0) }, overrides: overrides())
    }
}
