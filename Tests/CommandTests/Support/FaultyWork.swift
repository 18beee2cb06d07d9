import Foundation
import Testing

/// A command that writes, what is there before it, and how work goes on when it has failed.
enum FaultyWork: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case newTraining = "train"
    case trainingOverRun = "train over an earlier run"
    case resumedTraining = "train --resume"
    case newPretraining = "pretrain"
    case pretrainingOverRun = "pretrain over an earlier run"
    case resumedPretraining = "pretrain --resume"
    case evaluation = "eval"
    case report = "report"
    case reportOverPage = "report over an earlier page"
    case storedReport = "report of stored measurements"
    case compiling = "compile"
    case compilingOverModel = "compile over another model"
    case exportingOverModel = "compile --format gpt2 over another model"

    var testDescription: String { rawValue }

    var isTraining: Bool { [.newTraining, .trainingOverRun, .resumedTraining].contains(self) }

    /// Run beforehand.
    func earlier(_ micro: MicroRun) -> [[String]] {
        switch self {
        case .newTraining, .newPretraining, .compiling: []
        case .trainingOverRun: [train(micro, steps: 1, seed: 1)]
        case .resumedTraining, .evaluation, .report: [train(micro, steps: 1)]
        case .reportOverPage: [train(micro, steps: 1), ["report", "run", "--prompts", "1", "--norms", "0"]]
        case .storedReport: [train(micro, steps: 1), command(micro)]
        case .pretrainingOverRun: [pretrain(micro, steps: 1, seed: 1)]
        case .resumedPretraining: [pretrain(micro, steps: 1)]
        case .compilingOverModel, .exportingOverModel: [compile(micro, "two")]
        }
    }

    func command(_ micro: MicroRun) -> [String] {
        switch self {
        case .newTraining, .trainingOverRun: train(micro, steps: 3)
        case .resumedTraining: ["train", "--resume", "--output", "run", "--steps", "3"]
        case .newPretraining, .pretrainingOverRun: pretrain(micro, steps: 2)
        case .resumedPretraining: pretrain(micro, steps: 2) + ["--resume"]
        case .evaluation: ["eval", "run", "--suite", "task", "--prompts", "2"]
        case .report, .reportOverPage, .storedReport: ["report", "run", "--prompts", "2", "--norms", "0"]
        case .compiling, .compilingOverModel, .exportingOverModel: compile(micro, "one")
        }
    }

    /// Goes on after a failure: a run that has begun is resumed, everything else is done again.
    func again(_ micro: MicroRun, in folder: URL) -> [String] {
        let configuration = try? String(contentsOf: folder.appendingPathComponent("run/config.yaml"), encoding: .utf8)
        let isBegun = configuration?.contains("seed: 0\n") ?? false
        return switch self {
        case .newTraining, .trainingOverRun: isBegun ? ["train", "--resume", "--output", "run"] : command(micro)
        case .newPretraining, .pretrainingOverRun: isBegun ? command(micro) + ["--resume"] : command(micro)
        default: command(micro)
        }
    }

    /// Whether what was finished before is as it was, or has been replaced by the whole of what was to come.
    func isKept(of before: [String: Data], in after: [String: Data], or wanted: [String: Data]) -> Bool {
        func part(_ folder: String, of files: [String: Data]) -> [String: Data] {
            Dictionary(
                uniqueKeysWithValues: files.filter { $0.key.hasPrefix(folder + "/") }
                    .map { (String($0.key.dropFirst(folder.count + 1)), $0.value) })
        }
        switch self {
        case .newTraining, .newPretraining, .compiling, .resumedPretraining: return true
        case .trainingOverRun, .pretrainingOverRun:
            return ["run", "run.1"].contains { part($0, of: after) == part("run", of: before) }
        case .resumedTraining:
            // Results that the manifest vouches for are those that it was written for.
            let manifest = "run/manifest.json"
            return after[manifest] != before[manifest]
                || before.allSatisfy { !($0.key.hasPrefix("run/student/")) || after[$0.key] == $0.value }
        case .evaluation, .report, .reportOverPage, .storedReport:
            // What was measured stands in these two.
            let told = ["evaluation.json", "student/README.md"]
            let run = part("run", of: before).filter { !told.contains($0.key) }
            return part("run", of: after).filter { !told.contains($0.key) } == run
                && [before["report.html"], wanted["report.html"]].contains(after["report.html"])
        case .compilingOverModel, .exportingOverModel:
            return [before, wanted].contains { part("model", of: $0) == part("model", of: after) }
        }
    }

    private func train(_ micro: MicroRun, steps: Int, seed: Int = 0) -> [String] {
        micro.arguments + [
            "--steps", "\(steps)", "--seed", "\(seed)", "--set", "lr.schedule=constant", "--output", "run",
        ]
    }

    private func pretrain(_ micro: MicroRun, steps: Int, seed: Int = 0) -> [String] {
        ["pretrain", "--config", micro.scratch.path("micro.yaml"), "--text", micro.text, "--steps", "\(steps)"]
            + ["--seed", "\(seed)", "--output", "run"]
    }

    private func compile(_ micro: MicroRun, _ name: String) -> [String] {
        let format = self == .exportingOverModel ? ["--format", "gpt2"] : []
        return ["compile", micro.scratch.path(name + ".rasp"), "--causal", "--output", "model", "--verify", "2"]
            + format
    }
}
