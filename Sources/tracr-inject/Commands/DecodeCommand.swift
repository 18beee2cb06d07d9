import ArgumentParser
import Basics
import Evaluation
import Foundation
import Injection
import RASP

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Read a program's variables out of a student's activations.",
        discussion: """
            Prints a table of tokens against variables: what the activations say, through the run's linear map. Where \
            the interpreter says something else, the cell shows both: 3≠4 is 3 in the activations and 4 in the \
            program. With --html, heatmaps of the raw and of the mapped residual stream as well.

            EXAMPLES
              tracr-inject decode "What is the number of 'X' in this text? x y x. Answer:"
              tracr-inject decode "211 + 123 =" --run runs/int-sum-tracr --layer 6 --html decoded.html
            """)

    @Argument(help: "The text to read.")
    var prompt: String

    @Option(name: .customLong("run"), help: ArgumentHelp("The run directory (default: runs/latest).", valueName: "dir"))
    var directory: String?

    @Option(help: ArgumentHelp("The student's layer to read (default: the last aligned one).", valueName: "n"))
    var layer: Int?

    @Option(help: ArgumentHelp("Write a page with table and heatmaps.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Draw the table beside the mapped residual stream.", valueName: "file"))
    var svg: String?

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let loaded = try LoadedRun(LoadedRun.locate(directory))
        let decoded = try DecodedPrompt(prompt, run: loaded, layer: layer)
        if let html {
            let page = decoded.html(title: "\(loaded.task.task.name), decoded")
            try AtomicFile.write(Data(page.utf8), to: URL(fileURLWithPath: html))
        }
        if let svg { try AtomicFile.write(Data(decoded.svg().utf8), to: URL(fileURLWithPath: svg)) }
        if json.isOn {
            try Standard.output.json(decoded.json)
        } else {
            try Standard.output.line(Self.text(decoded))
        }
    }

    /// Tokens as rows, so that a long prompt reads downward.
    private static func text(_ decoded: DecodedPrompt) -> String {
        var table = Table(["", "token"] + decoded.variables.map(\.name), rightAligned: [0])
        for (index, token) in decoded.tokens.enumerated() {
            let cells = decoded.variables.map { variable in
                let value = Atom.cell(variable.decoded[index])
                return variable.differs(at: index) ? "\(value)≠\(Atom.cell(variable.expected[index]))" : value
            }
            table.add(["\(index)", VisibleText.token(token)] + cells)
        }
        let share = Quantity.percent((decoded.agreement * 1000).rounded(.down) / 1000)
        return table.text(marking: "≠")
            + "\n\nlayer \(decoded.layer): \(share) of the values equal the interpreter's"
    }
}
