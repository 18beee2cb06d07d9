import ArgumentParser
import Basics
import Injection
import LanguageModels

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Show how a student's tokenizer cuts text into tokens.",
        discussion: """
            Prints token ids and pieces, one line for each text: an argument, or a line of standard input without its \
            line feed. Pieces are spelt as in vocab.json, where Ġ stands for a space, Ċ for a line feed and č for a \
            carriage return, which is text also at a line's end.

            EXAMPLES
              tracr-inject tokenize "Answer: 12"
              tracr-inject tokenize --student runs/latest/student --json < prompts.txt
            """)

    @Option(help: ArgumentHelp("The folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT, or tiny.", valueName: "dir"))
    var student = "tiny"

    @Flag(name: .customLong("json"), help: "Print {\"ids\": […], \"pieces\": […]}, one object a line.")
    var json = false

    @Argument(help: "Texts (default: the lines of standard input).")
    var text: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let tokenizer = try Tokenizer.load(StudentFolder.locate(student))
        if text.isEmpty {
            for line in InputLines(verbatim: true) { try show(line.get().text, tokenizer) }
        } else {
            for text in text { try show(text, tokenizer) }
        }
    }

    private func show(_ text: String, _ tokenizer: Tokenizer) throws {
        let ids = tokenizer.encode(text, framed: true)
        let pieces = JSONValue.strings(ids.map { tokenizer.symbols[Int($0)] })
        if json {
            try Standard.output.json(["ids": .integers(ids), "pieces": pieces])
        } else {
            try Standard.output.line("\(ids.map(String.init).joined(separator: " "))\t\(pieces.text(indented: false))")
        }
    }
}
