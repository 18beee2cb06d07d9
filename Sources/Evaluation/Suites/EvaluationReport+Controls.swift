import Basics
import Foundation
import Injection
import LanguageModels
import TrainingEngine

/// What the run's headlines are to be held against.
extension ModelEvaluation.Report {
    mutating func controls(_ run: LoadedRun, original: Student?) throws {
        let baseline = try options.baseline.map { try Self.baseline($0, of: run) }
        let exchanges = try ExchangeControls(run, prompts: options.exchangedPrompts, seed: options.seed).measure()
        let probes = try ProbeControls(
            run, trainingPrompts: options.probePrompts, testPrompts: options.decodedPrompts, seed: options.seed
        ).measure(original: original, baseline: baseline, seed: options.seed)
        let result = ControlsResult(
            width: run.student.model.configuration.width, prompts: options.exchangedPrompts, final: run.compiled.output,
            exchanges: exchanges, probes: probes)
        for exchange in exchanges { rows.append(Self.row(exchange, width: result.width)) }
        rows.append(Self.row("decoded, all variables", probes.agreement))
        for variable in probes.variables {
            rows.append(Self.row("decoded, \(variable.name)") { variable.agreement[$0] })
        }
        results.add(.controls, result)
    }

    /// The student of another run, to be read at the same state on the same tokens.
    private static func baseline(_ folder: URL, of run: LoadedRun) throws -> Student {
        let other = try LoadedRun(RunDirectory(folder))
        let (own, its) = (run.student.model.configuration, other.student.model.configuration)
        guard other.task.task.name.hasSameBytes(as: run.task.task.name), own.vocabularySize == its.vocabularySize,
            own.layers == its.layers, own.contextLength <= its.contextLength
        else {
            throw Failure(
                .usage, "the baseline has another task, or a student of another shape", at: folder.path,
                remedy: "give a run of the same task and student: tracr-inject train --method finetune")
        }
        var student = other.student
        student.precision = run.student.precision
        return student
    }

    private static func row(_ exchange: ControlsResult.Exchange, width: Int) -> [String] {
        let both = { (part: KeyPath<ControlsResult.Effect, Proportion>) in
            let (own, random) = (exchange.own[keyPath: part], exchange.random[keyPath: part])
            return own.n == 0 ? "none" : "\(percent(own.value)) (random \(percent(random.value)), n = \(own.n))"
        }
        return [
            "controls", "\(exchange.variable), layer \(exchange.layer)", percent(exchange.own.changing.value),
            "\(exchange.dimension) of \(width) dimensions; answers changed \(both(\.changing)); kept \(both(\.keeping)); "
                + "other variables kept \(both(\.others))",
        ]
    }

    private static func row(_ what: String, _ share: (ControlsResult.Reading) -> Double?) -> [String] {
        let names: [(ControlsResult.Reading, String)] = [
            (.refitted, "fitted anew"), (.original, "on the original"), (.baseline, "on the baseline"),
            (.shuffled, "to shuffled labels"),
        ]
        let others = names.compactMap { reading, name in share(reading).map { "\(name) \(percent($0))" } }
        return ["controls", what, share(.own).map(percent) ?? "-", others.joined(separator: ", ")]
    }
}
