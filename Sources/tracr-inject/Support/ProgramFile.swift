import Compiler
import Foundation
import Logging
import RASP
import Resources

/// A program as the command line names it: a path, or the name of a bundled program.
enum ProgramFile {
    static func load(
        _ name: String, output: String? = nil, strict: Bool = false
    ) throws -> any CompilableProgram {
        let bundled = BundledFiles()
        return try ProgramLanguage.load(
            contentsOf: bundled.program(name),
            options: ProgramOptions(output: output, strict: strict, libraries: bundled.programFolders))
    }

    /// What is to be known of a program before it runs: what reading it found, and where a mask changes its values.
    static func findings(
        _ program: any CompilableProgram, masked: Bool, showsVariables: Bool = false
    ) -> [Diagnostic] {
        guard let graph = program as? Program else { return program.warnings }
        return program.warnings + CausalCheck.warnings(for: graph, masked: masked, showsVariables: showsVariables)
    }

    /// Warnings with their source lines, on standard error.
    static func show(_ warnings: [Diagnostic]) {
        guard DiagnosticLog.threshold <= .warning else { return }
        for warning in warnings { Standard.error(ErrorReport.describe(warning)) }
    }
}
