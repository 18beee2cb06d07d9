import ArgumentParser
import Basics
import Logging

/// How much is said on standard error. Every command takes these.
struct CommonOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print neither progress nor warnings.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Print what is going on inside.")
    var verbose = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    }

    /// Called first by every command.
    func apply() {
        if quiet { DiagnosticLog.threshold = .error }
        if verbose { DiagnosticLog.threshold = .debug }
        Narration.listener = DiagnosticLog.listener
    }
}

/// `--json` of the commands that report.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print exactly one JSON object on standard output.")
    var isOn = false
}
