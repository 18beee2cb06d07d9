import Basics
import Evaluation
import Foundation
import Injection
import TestSupport
import Testing
import TrainingEngine

/// Results of suites as `eval --json` and `evaluation.json` hold them.
@Suite(.serialized) struct EvaluationResultsTests {
    private static let half =
        #""accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506"#
    private static let start = #"""
        \#(half), "unanswered": 0, "too_long": 0, "decoded": {"agreement": 0.75, "n": 8, "unrepresented": 0}, \#
        "decoded_around": null, "variables": {"n": {"own": {"agreement": 0.75, "n": 8, "unrepresented": 0}, \#
        "around": {"agreement": 1.0, "n": 0, "unrepresented": 0}}}, "exchanges": {"output": {\#(half)}, \#
        "others": {\#(half)}}
        """#
    private static let text = #"""
        \#(half), "unanswered": 1, "too_long": 2, "decoded": {"agreement": 0.5, "n": 4, "unrepresented": 3}, \#
        "decoded_around": {"agreement": 0.25, "n": 8, "unrepresented": 0}, "variables": {"n": {"own": \#
        {"agreement": 0.5, "n": 4, "unrepresented": 3}, "around": {"agreement": 0.25, "n": 8, \#
        "unrepresented": 0}}}, "exchanges": null
        """#
    private static let contextCells = #"""
        "prompts": 4, "student_context": 256, "program_length": 60, "cells": [{"kind": "start", "size": null, \#
        "fills": false, "least_before": 0, "most_before": 0, \#(start)}, {"kind": "text", "size": 16, \#
        "fills": false, "least_before": 16, "most_before": 16, \#(text)}]
        """#

    /// One result of each type, as it is written.
    private static let written: [(suite: String, json: String)] = [
        (
            "task",
            #"""
            {"accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506, "too_long": 1}
            """#
        ),
        (
            "decoding",
            #"""
            {"agreement": 0.75, "prompts": 2, "layer": 1, "variables": {"tokens": {"agreement": 1.0, "n": \#
            8}, "next": {"agreement": 0.5, "n": 8}}, "layers": [{"layer": 0, "agreement": 0.25, "variables": \#
            {"tokens": 0.5, "next": 0.0}}, {"layer": 1, "agreement": 0.75, "variables": {"tokens": 1.0, \#
            "next": 0.5}}]}
            """#
        ),
        (
            "perturbed",
            #"""
            {"accuracy": 0.375, "n": 8, "low": 0.13684428582359737, "high": 0.6942576053973727, "too_long": \#
            0, "decoding": 0.125}
            """#
        ),
        (
            "ood",
            #"""
            {"x-only": {"accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506, \#
            "too_long": 0, "compiled_supports": true, "decoding": 0.375}, "length-3x": {"accuracy": 0.375, \#
            "n": 8, "low": 0.13684428582359737, "high": 0.6942576053973727, "too_long": 2, \#
            "compiled_supports": false}}
            """#
        ),
        (
            "causality",
            #"""
            [{"norm": 0.0, "subspace": "final", "accuracy": 1.0, "n": 5, "low": 0.5655175352168252, "high": \#
            1.0, "seeds": 5, "layer": 10, "dimension": 12, "residual_norm": 50.5}, {"norm": 2.5, "subspace": \#
            "random", "accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506, \#
            "seeds": 5, "layer": 10, "dimension": 12, "residual_norm": 50.5}]
            """#
        ),
        (
            "interchange",
            #"""
            {"prompts": 8, "final": "next", "variables": {"n": [{"layer": 3, "compiled_layer": 1, \#
            "accuracy": 0.375, "n": 8, "low": 0.13684428582359737, "high": 0.6942576053973727, "changing": \#
            {"accuracy": 0.0, "n": 0, "low": 0.0, "high": 1.0}}], "next": [{"layer": 5, "compiled_layer": 2, \#
            "accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506, "changing": \#
            {"accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506}}, {"layer": 6, \#
            "compiled_layer": 3, "accuracy": 1.0, "n": 5, "low": 0.5655175352168252, "high": 1.0, \#
            "changing": {"accuracy": 0.375, "n": 8, "low": 0.13684428582359737, "high": \#
            0.6942576053973727}}]}}
            """#
        ),
        (
            "controls",
            #"""
            {"width": 16, "prompts": 8, "final": "next", "exchanges": {"n": [{"layer": 3, "compiled_layer": 1, \#
            "dimension": 4, "own": {"changing": {\#(half)}, "keeping": {\#(half)}, "others": {\#(half)}}, \#
            "random": {"changing": {\#(half)}, "keeping": {\#(half)}, "others": {\#(half)}}}]}, "probes": \#
            {"layer": 3, "prompts": 2, "training_prompts": 4, "training_tokens": 40, "all": {"own": 1.0, \#
            "refitted": 0.75, "original": 0.5, "baseline": null, "shuffled": 0.25}, "variables": {"n": {"n": 8, \#
            "own": 1.0, "refitted": 0.75, "original": 0.5, "baseline": null, "shuffled": 0.25}}}}
            """#
        ),
        ("context", "{\(contextCells), \"totals\": {\"start\": {\(start)}, \"text\": {\(text)}}}"),
        (
            "perplexity",
            #"""
            {"perplexity": 71.25, "tokens": 3059, "cut": 0, "original_perplexity": 70.5, "protocol": \#
            "corpus", "protocols": {"corpus": {"perplexity": 71.25, "tokens": 3059, "cut": 0, \#
            "original_perplexity": 70.5}, "paper": {"perplexity": 67.5, "tokens": 2983, "cut": 1, \#
            "original_perplexity": null}}}
            """#
        ),
        (
            "sampled",
            #"""
            {"perplexity": 8.0, "tokens": 22, "texts": 2, "original_perplexity": 4.0, "divergence": \#
            0.6931471805599453}
            """#
        ),
        (
            "lambada",
            #"""
            {"accuracy": 0.5, "n": 4, "low": 0.15003898915214947, "high": 0.8499610108478506, "cut": 1, \#
            "protocol": "paper", "original_accuracy": null}
            """#
        ),
        (
            "sst2",
            #"""
            {"accuracy": 1.0, "n": 5, "low": 0.5655175352168252, "high": 1.0, "cut": 0, "protocol": \#
            "lm-eval", "original_accuracy": 0.5}
            """#
        ),
    ]

    private static func text(_ suites: [(suite: String, json: String)]) -> String {
        "{" + suites.map { "\"\($0.suite)\": \($0.json)" }.joined(separator: ", ") + "}"
    }

    private static func read(_ text: String) throws -> EvaluationResults {
        EvaluationResults(try JSONParser.parse(text))
    }

    @Test func whatIsReadIsWrittenAsItWas() throws {
        let text = Self.text(Self.written)
        #expect(try Self.read(text).json.text(indented: false) == text)
    }

    @Test func valuesStandWhereTheyBelong() throws {
        let results = try Self.read(Self.text(Self.written))
        #expect(results.task?.proportion == Proportion(2, of: 4) && results.task?.tooLong == 1)
        #expect(results.data == nil && results.retained(.mrpc) == nil)
        #expect(results.decoding?.layers[0].variables.map(\.agreement) == [0.5, 0])
        #expect(results.perturbed?.decoding == 0.125)
        #expect(results.outOfDistribution?.testSettings.map(\.compiledSupports) == [true, false])
        #expect(results.outOfDistribution?.testSettings[1].decoding == nil)
        #expect(results.causality?.points.map(\.norm) == [0, 2.5])
        #expect(results.interchange?.variables == ["n", "next"])
        #expect(results.interchange?.cells(of: "next").map(\.changing.successes) == [2, 3])
        #expect(results.context?.total(of: .text)?.decoded?.unrepresented == 3)
        #expect(results.context?.cells(of: .start).map(\.exchanges?.output.n) == [4])
        #expect(results.perplexity?[.paper]?.perplexity.cut == 1 && results.perplexity?[.paper]?.original == nil)
        #expect(results.sampled?.divergence == log(2))
        #expect(results.retained(.lambada)?.retention == .paper)
        #expect(results.only([.sst2, .mrpc, .task]).suites == [.sst2, .task])
    }

    /// What no measurement could have given is left out, and nothing else with it.
    @Test(arguments: [
        ("task", "\"n\": 4", "\"n\": -4"), ("task", "\"accuracy\": 0.5", "\"accuracy\": 1e300"),
        ("decoding", "\"agreement\": 1.0", "\"agreement\": 2"), ("decoding", "\"tokens\": 1.0", "\"tokens\": []"),
        ("perturbed", "\"n\": 8", "\"n\": 1e40"), ("ood", "true", "1"), ("causality", "random", "any"),
        ("interchange", "\"changing\"", "\"charging\""),
        ("context", "\"size\": 16, \"fills\"", "\"size\": 16, \"fill\""),
        ("context", "\"unrepresented\": 3", "\"unrepresented\": -3"),
        ("perplexity", "\"perplexity\": 67.5", "\"perplexity\": -1"),
        ("perplexity", "\"protocol\": \"corpus\"", "\"protocol\": \"\""),
        ("sampled", "\"texts\": 2", "\"texts\": 0.5"),
        ("lambada", "\"cut\": 1", "\"cut\": null"), ("sst2", "lm-eval", "lm"),
    ])
    func damagedSuitesAreLeftOut(suite: String, value: String, damage: String) throws {
        var suites = Self.written
        let index = try #require(suites.firstIndex { $0.suite == suite })
        #expect(suites[index].json.contains(value))
        suites[index].json = suites[index].json.replacingOccurrences(of: value, with: damage)
        let results = try Self.read(Self.text(suites))
        #expect(results.suites.map(\.rawValue) == Self.written.map(\.suite).filter { $0 != suite })
    }

    @Test func othersThanSuitesAreLeftOut() throws {
        for text in ["{}", "[]", "3", #"{"tasks": {}, "": null}"#] { #expect(try Self.read(text).suites.isEmpty) }
    }

    /// `text.held_out` of the texts that the original wrote are not trained on, and measured here.
    @Test func heldOutTextsAreMeasured() throws {
        let folder = try MicroStudent.Folder()
        var options = ModelEvaluation.Options()
        options.suites = [.sampled]
        for (name, heldOut) in [("two", "2"), ("none", "0")] {
            let overrides = [("steps", "2"), ("text.held_out", heldOut)]
            let settings = try MicroStudent.settings(in: folder, overrides: overrides)
            _ = try Training.start(settings, output: folder(name))
        }
        let measured = try ModelEvaluation(run: RunDirectory(folder("two")), options: options)
        let result = try #require(measured.results.sampled)
        let run = try LoadedRun(RunDirectory(folder("two")))
        let windows = try SampledText.load(
            from: run.directory.text, vocabulary: run.student.model.configuration.vocabularySize)
        // Two steps of two texts read four; more are not sampled.
        #expect(windows.windows.count == 4 && windows.heldOut.count == 2)
        #expect(result.texts == 2 && result.perplexity.tokens == 22)
        let losses = Perplexity.losses(of: windows.heldOut, student: run.student).joined().map(Double.init)
        #expect(result.perplexity.value == exp(losses.reduce(0, +) / 22))
        let before = try run.originalStudent()
        let original = Perplexity.losses(of: windows.heldOut, student: before).joined().map(Double.init)
        let divergence = (losses.reduce(0, +) - original.reduce(0, +)) / 22
        #expect(abs(try #require(result.divergence) - divergence) < 1e-12 && divergence != 0)
        #expect(measured.rows.count == 1 && measured.rows[0].count == 4)

        let failure = try #require(throws: Failure.self) {
            try ModelEvaluation(run: RunDirectory(folder("none")), options: options)
        }
        #expect(failure.kind == .usage && failure.message.contains("no sampled texts"))
    }
}
