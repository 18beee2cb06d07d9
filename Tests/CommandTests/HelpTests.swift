import Testing

@Suite struct HelpTests {
    static let commands = [
        "run", "compile", "circuit", "train", "eval", "decode", "data", "tokenize", "bench", "doctor", "pretrain",
        "report", "reproduce", "export", "discover", "score",
    ]

    @Test func helpNamesEveryCommand() throws {
        let help = try Tool.run("--help")
        #expect(help.status == 0)
        #expect(help.error.isEmpty)
        for command in Self.commands {
            // An alias follows the name after a comma.
            let isNamed = help.output.contains("\n  \(command) ") || help.output.contains("\n  \(command), ")
            #expect(isNamed, "\(command) is missing")
        }
    }

    @Test func everyGroupIsNamedOnce() throws {
        let groups = try Tool.run("--help").output.split(separator: "\n").filter { $0.hasSuffix("SUBCOMMANDS:") }
        #expect(groups.count >= 4 && Set(groups).count == groups.count, "\(groups)")
    }

    @Test(arguments: commands)
    func everyCommandHasExamples(_ command: String) throws {
        let help = try Tool.run(command, "--help")
        #expect(help.status == 0)
        #expect(help.output.contains("EXAMPLES\n  tracr-inject \(command)"))
    }

    @Test func versionIsOneLine() throws {
        let version = try Tool.run("--version")
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /tracr-inject \d+\.\d+\.\d+\n/) != nil)
    }

    @Test func injectIsTrain() throws {
        #expect(try Tool.run("inject", "--print-config").output == Tool.run("train", "--print-config").output)
    }

    @Test func unknownCommandIsUsageWithASuggestion() throws {
        let outcome = try Tool.run("comple", "count")
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error == "tracr-inject: error: unknown command 'comple'\n  Did you mean 'compile'?\n")
    }

    @Test func unknownOptionIsUsage() throws {
        let outcome = try Tool.run("run", "count", "--traec")
        #expect(outcome.status == 64)
        #expect(outcome.error.hasPrefix("tracr-inject: error: "))
        #expect(outcome.error.contains("--trace"))
    }
}
