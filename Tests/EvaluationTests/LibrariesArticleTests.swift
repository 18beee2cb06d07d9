import Compiler
import Evaluation
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import RASP
import Resources
import TensorCore
import Testing

/// The code of the article UsingTheSwiftLibraries: what stands between the marks here is what stands there.
/// `Training.start` makes a `runs/latest` in the working directory.
@Suite struct LibrariesArticleTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("article-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    @Test func programsAndWeights() throws {
        let (checkout, folder) = (Self.root, try temporaryFolder())
        defer { try? FileManager.default.removeItem(at: folder) }
        // article: program
        let program = try Program.load(contentsOf: checkout.appendingPathComponent("Programs/count.rasp"))
        let evaluation = try Interpreter(causal: true).run(program, on: ["x", "_", "x", ":"])
        let answer = evaluation.output.last  // "2"
        let counts = evaluation["n"]  // [1, 1, 2, 2]
        // end
        // article: weights
        let model = try RASPCompiler.compile(program)
        let report = try model.verify(against: program, count: 200)
        precondition(report.passed)

        let states = try model.residualStates(["x", "_", "x", ":"])
        let n = model.variable(named: "n")!
        let state = states.count - 1
        let counted = model.decode(n, states.row(state: state, position: 3))  // 2
        try model.save(to: folder.appendingPathComponent("count"))
        // end
        #expect(answer == "2" && counts == [1, 1, 2, 2] && counted == 2)
    }

    @Test func tensors() throws {
        // article: tensors
        let store = ParameterStore()
        store.add(name: "weight", shape: [3, 2], decay: true)
        store.allocate()
        let weight = store["weight"]
        weight.value.copy(from: [1, 0, 0, 1, 1, 1])

        let optimizer = AdamW(store: store, groups: [AdamW.Group(learningRate: 0.1)])
        let arena = Arena()
        for _ in 0..<20 {
            arena.reset()
            let tape = Tape(arena: arena)
            let x = tape.constant(arena.tensor([1, 2, 3], shape: [1, 3]))
            let y = tape.relu(tape.matmul(x, tape.parameter(weight)))
            tape.backward(from: tape.sum(y))
            optimizer.step()
            store.zeroGradients()
        }
        // end
        #expect(weight.value.values != [1, 0, 0, 1, 1, 1])
    }

    @Test func languageModel() throws {
        let modelFolder = try BundledFiles().tinyStudent()
        // article: model
        let student = try Student.load(from: modelFolder, gradients: false)
        let prompt = student.tokenizer.encode("What is the number of 'X' in this text? x y x. Answer:")
        let new = try student.model.generate(prompts: [prompt], maxNewTokens: 4, stop: student.endOfText)
        let text = student.tokenizer.decode(new[0])

        let tape = Tape(arena: Arena(), recording: false)
        let activations = student.model.forward(tape, PackedBatch([prompt]))
        let lastState = activations.residual.last!.value  // [tokens, width]
        // end
        #expect(new[0].count <= 4 && !text.isEmpty && lastState.rows == prompt.count)
        // article: hooks
        var hooks = Hooks()
        var gathered: Tensor?
        hooks.observe(at: try HookPoint(parsing: "a3.h1.z")) { gathered = $0.value }
        hooks.add(at: .mlp(layer: 5)) { tape, added in tape.scale(added, by: 0) }
        let changed = student.model.forward(tape, PackedBatch([prompt]), hooks: hooks).final
        let name = HookPoint.head(layer: 3, head: 1).transformerLens.name  // "blocks.3.attn.hook_result"
        // end
        #expect(gathered?.shape == [prompt.count, 32] && name == "blocks.3.attn.hook_result")
        #expect(changed.value.values != activations.final.value.values)
    }

    @Test func injection() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // article: injection
        let settings = try Settings.resolve(overrides: [
            SettingOverride("task", "count"), SettingOverride("steps", "2"), SettingOverride("text.samples", "8"),
        ])
        let outcome = try Training.start(settings, output: folder.appendingPathComponent("run"))

        var options = ModelEvaluation.Options()
        options.suites = [.task]
        options.prompts = 8
        let measured = try ModelEvaluation(run: outcome.run, options: options).json

        let run = try LoadedRun(outcome.run)
        let decoded = try DecodedPrompt("What is the number of 'X' in this text? x y x. Answer:", run: run)
        let agreement = decoded.agreement
        // end
        #expect(measured["suites"]?["task"]?["n"]?.integer == 8 && (0...1).contains(agreement))
    }
}
