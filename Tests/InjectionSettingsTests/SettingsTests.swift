import Basics
import Foundation
import InjectionSettings
import Testing

@Suite struct SettingsTests {
    private func refusal(_ yaml: String, _ overrides: [SettingOverride] = []) -> Failure? {
        do {
            _ = try Settings.resolve(yaml: yaml, name: "run.yaml", overrides: overrides)
            return nil
        } catch {
            return error as? Failure
        }
    }

    @Test func laterSourcesWin() throws {
        #expect(Settings().steps != 80_000)
        let recipe = try Settings.resolve(yaml: "recipe: paper", name: "run.yaml")
        #expect(recipe.steps == 80_000)
        #expect(recipe.lr.student == 1e-6)
        let yaml = try Settings.resolve(yaml: "recipe: paper\nsteps: 70\nlr: {student: 2e-4}", name: "run.yaml")
        #expect(yaml.steps == 70)
        #expect(yaml.lr.student == 2e-4)
        #expect(yaml.lr.projection == 1e-4)
        let flag = try Settings.resolve(
            yaml: "recipe: paper\nsteps: 70", name: "run.yaml",
            overrides: [.init("steps", "7"), .init("optimizer.betas", "[0.8, 0.95]")])
        #expect(flag.steps == 7)
        #expect(flag.optimizer.betas == [0.8, 0.95])
        // The recipe given as a flag still lies under the file.
        let both = try Settings.resolve(
            yaml: "recipe: paper\nsteps: 70", name: "run.yaml", overrides: [.init("recipe", "authors")])
        #expect(both.steps == 70)
        #expect(both.alignment.reduction == .sum)
    }

    @Test func replacingBeginsWhereItIsSaidTo() {
        var circuit = Settings().circuit
        #expect(circuit.extent(after: 0) == 1)
        (circuit.start, circuit.rise) = (0.25, 0.5)
        let extents: [Double?] = [0.2, 0.25, 0.5, 0.75, 1].map { circuit.extent(after: $0) }
        #expect(extents == [nil, 0, 0.5, 1, 1])
    }

    @Test func aRecipeDependsOnTheTask() throws {
        let count = try Settings.resolve()
        let sums = try Settings.resolve(overrides: [.init("task", "int-sum")])
        #expect(sums.batch.task > count.batch.task)
        // From a file as well; what is given by name still lies over it, and other recipes know nothing of it.
        #expect(try Settings.resolve(yaml: "task: int-sum", name: "run.yaml") == sums)
        #expect(try Settings.resolve(yaml: "batch: {task: 3}\ntask: int-sum", name: "run.yaml").batch.task == 3)
        let paper = try Settings.resolve(overrides: [.init("task", "int-sum"), .init("recipe", "paper")])
        #expect(paper.batch.task == 12)
    }

    @Test func precisionIsTheProcessorsUnlessARecipeNamesIt() throws {
        #expect(try Settings.resolve().precision == .auto)
        #expect(try Settings.resolve(yaml: "recipe: paper", name: "run.yaml").precision == .fp32)
        #expect(Settings.Precision.auto.effective == Settings.Precision.bf16.effective)
        #expect(Settings.Precision.auto.effective != .auto && Settings.Precision.fp32.effective == .fp32)
    }

    /// The names of two files are not one because they look alike, and a value may begin with a mark.
    @Test func valuesAreTakenAsTheyAreSpelt() throws {
        let (one, two) = (
            try Settings.resolve(overrides: [.init("text.file", "\u{E9}")]),
            try Settings.resolve(overrides: [.init("text.file", "e\u{301}")])
        )
        #expect(one != two)
        let override = try SettingOverride(parsing: "text.file=\u{338}x=y")
        #expect(override.key == "text.file" && override.value.hasSameBytes(as: "\u{338}x=y"))
        #expect(try Settings.resolve(overrides: [override]).text.file?.hasSameBytes(as: "\u{338}x=y") == true)
    }

    @Test func everyKeyRoundTrips() throws {
        for recipe in Recipe.all {
            var settings = try Settings.resolve(yaml: "recipe: \(recipe.name)", name: "run.yaml")
            settings.text.file = "a \"strange\" name: \\ #1\u{7}é.txt"
            settings.student = "true"
            settings.task = "null"
            settings.lr.student = 1e-6
            settings.alignment.layers = .at([0, 4, 8])
            let text = settings.yaml()
            #expect(try Settings.resolve(yaml: text, name: "printed") == settings)
            // Each key is printed on a line of its own, under its own comment.
            for key in Settings.keys {
                let last = key.path.split(separator: ".").last ?? ""
                #expect(text.contains("\n\(key.path.contains(".") ? "  " : "")\(last): "), "\(key.path) is not printed")
                #expect(!key.documentation.isEmpty)
            }
        }
    }

    @Test func documentedKeysExist() {
        let known = Set(Settings.keys.map(\.path))
        let documented = [
            "student", "task", "method", "recipe", "seed", "threads", "precision", "steps", "batch.task", "batch.text",
            "text.tokens", "text.file", "data.file", "data.shuffle", "lr.student", "lr.projection",
            "optimizer.weight_decay", "optimizer.betas", "optimizer.epsilon", "loss.ce", "loss.alg", "loss.kl",
            "roll.enabled", "roll.subspace", "checkpoint.every", "checkpoint.keep_last",
        ]
        #expect(documented.filter { !known.contains($0) } == [])
    }

    @Test(arguments: [
        ("lr:\n  studnet: 1e-4", "studnet", "run.yaml:2:3", "lr.student"),
        ("stpes: 3", "stpes", "run.yaml:1:1", "steps"),
        ("task: count\nbetas: [0.9, 0.9]", "betas", "run.yaml:2:1", "optimizer.betas"),
        ("checkpoint.keeplast: 2", "keeplast", "run.yaml:1:1", "checkpoint.keep_last"),
    ])
    func unknownKeysNameTheNearest(yaml: String, name: String, place: String, near: String) throws {
        let failure = try #require(refusal(yaml))
        #expect(failure.kind == .badData)
        #expect(failure.message.contains(name))
        #expect(failure.location?.hasPrefix(place) == true, "\(failure)")
        #expect(failure.remedy?.contains("'\(near)'") == true, "\(failure)")
    }

    @Test(arguments: [
        ("steps: many", "steps", "whole number"), ("steps: -1", "steps", "at least 0"),
        ("steps: 1.5", "steps", "whole number"),
        ("lr.student: nan", "lr.student", "number"), ("optimizer:\n  betas: [0.9]", "optimizer.betas", "list of 2"),
        ("optimizer:\n  betas: [0.9, 1.0]", "optimizer.betas", "not including, 1"),
        ("data.shuffle: maybe", "data.shuffle", "true or false"),
        ("method: tracer", "method", "tracr or finetune"), ("batch.task: 0", "batch.task", "from 1"),
        ("lr: 3", "lr", "takes no value"), ("student: [a]", "student", "a text"),
        ("seed: null", "seed", "whole number"),
        ("steps: {a: 1}", "steps", "whole number"), ("alignment.layers: [4, 0]", "alignment.layers", "rising"),
    ])
    func wrongValuesNameKeyAndExpectation(yaml: String, key: String, expected: String) throws {
        let failure = try #require(refusal(yaml), "accepted: \(yaml)")
        #expect(failure.kind == .badData)
        #expect(failure.message.contains(key) && failure.message.contains(expected), "\(failure)")
        #expect(failure.location?.hasPrefix("run.yaml:") == true)
    }

    @Test func weightsDecayTowardsAnOriginalThatIsKeptExactly() throws {
        let failure = try #require(refusal("optimizer.start_decay: 3\nmemory.original: bf16"))
        #expect(failure.kind == .badData && failure.message.contains("optimizer.start_decay has to be 0 where"))
        #expect(refusal("optimizer.start_decay: 3") == nil)
    }

    @Test func muonKeepsItsMomentumInSinglePrecision() throws {
        let failure = try #require(refusal("optimizer.matrices: muon\nmemory.moments: bf16"))
        #expect(failure.kind == .badData && failure.message.contains("memory.moments has to be fp32 where"))
        #expect(refusal("memory.moments: bf16") == nil)
    }

    @Test(arguments: [
        "steps: [1", "a: b: c", "\tsteps: 1", "- steps", "steps: 1\nsteps: 2", "steps: 1\n? [a]\n: 2",
        "lr: {student: 1}\nlr.student: 2",
        "%YAML 9.9\n---\n", "*a", "\"unclosed", "\u{0}",
    ])
    func malformedYAMLIsRefused(yaml: String) throws {
        let failure = try #require(refusal(yaml), "accepted: \(yaml)")
        #expect(failure.kind == .badData)
        #expect(failure.location != nil)
    }

    @Test func deepNestingIsRefusedWithoutOverflow() throws {
        for (open, close) in [("[", "]"), ("{a: ", "}")] {
            let depth = 100_000
            let yaml = "steps: " + String(repeating: open, count: depth) + String(repeating: close, count: depth)
            #expect(try #require(refusal(yaml)).kind == .badData)
        }
        // Aliases that would unfold to 10^9 items.
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...30 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(try #require(refusal(bomb)).kind == .badData)
    }

    @Test func emptyFilesAndGroupsAreDefaults() throws {
        for yaml in ["", "# nothing\n", "---\n", "lr:\n", "null"] {
            #expect(try Settings.resolve(yaml: yaml, name: "run.yaml") == Settings())
        }
    }

    @Test func overridesAreUsageErrors() throws {
        for (key, value) in [("lr.studnet", "1"), ("steps", "x"), ("lr", "1"), ("recipe", "papper")] {
            #expect(try #require(refusal("", [.init(key, value)])).kind == .usage)
        }
        #expect(throws: Failure.self) { try SettingOverride(parsing: "steps") }
        #expect(throws: Failure.self) { try SettingOverride(parsing: "=3") }
        let override = try SettingOverride(parsing: "text.file=a=b")
        #expect(override.key == "text.file" && override.value == "a=b")
        // A path is taken as it stands, whatever YAML would make of it.
        let settings = try Settings.resolve(yaml: "", name: "", overrides: [.init("text.file", "/a: b#c")])
        #expect(settings.text.file == "/a: b#c")
        #expect(
            try Settings.resolve(yaml: "text.file: a", name: "", overrides: [.init("text.file", "null")]).text.file
                == nil)
    }

    @Test func missingConfigurationIsNotFound() {
        #expect { try Settings.resolve(configuration: URL(fileURLWithPath: "/nowhere/run.yaml")) } throws: {
            ($0 as? Failure)?.kind == .notFound
        }
    }

    @Test func layersFitTheStudent() {
        let spread = Settings.Alignment.Layers.spread
        #expect(spread.numbers(compiled: 2, student: 12) == [0, 5, 10])
        #expect(spread.numbers(compiled: 8, student: 12) == [0, 1, 2, 3, 5, 6, 7, 8, 10])
        #expect(Settings.Alignment.Layers.first.numbers(compiled: 2, student: 12) == [0, 1, 2])
        #expect(Settings.Alignment.Layers.first.numbers(compiled: 13, student: 12) == nil)
        #expect(Settings.Alignment.Layers.at([0, 3]).numbers(compiled: 2, student: 12) == nil)
    }
}
