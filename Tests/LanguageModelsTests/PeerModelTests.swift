import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// Against `transformers` itself, on models with random weights. Runs where GPT2_PEER_PYTHON names a Python that has
/// torch and transformers; GPT2_PEER_LARGE=1 adds the shapes of gpt2 and gpt2-medium (4 GB of disk and memory).
@Suite(.enabled(if: environment("GPT2_PEER_PYTHON") != nil), .serialized)
struct PeerModelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var layers, width, heads, vocabulary, positions: Int
        var type = "float32"
        var shard = "50GB"
        var family = "gpt2"
        var testDescription: String { "\(family), \(layers) layers, width \(width), \(type), shards of \(shard)" }
    }

    static let cases: [Case] =
        [
            Case(layers: 2, width: 32, heads: 4, vocabulary: 61, positions: 40),
            Case(layers: 2, width: 32, heads: 4, vocabulary: 61, positions: 40, type: "float16"),
            Case(layers: 2, width: 32, heads: 4, vocabulary: 61, positions: 40, type: "bfloat16"),
            Case(layers: 5, width: 96, heads: 3, vocabulary: 1000, positions: 128, shard: "500KB"),
            Case(layers: 12, width: 128, heads: 4, vocabulary: 2048, positions: 256),
        ] + families
        + (environment("GPT2_PEER_LARGE") == nil
            ? []
            : [
                Case(layers: 12, width: 768, heads: 12, vocabulary: 50257, positions: 1024),
                Case(layers: 24, width: 1024, heads: 16, vocabulary: 50257, positions: 1024),
            ])

    /// Three sizes of each: the second one's heads have kernels of their own, the third has shards.
    private static let families = [
        "llama", "llama-linear", "llama-dynamic", "llama-llama3", "llama-yarn", "llama-biased", "qwen2", "qwen3",
        "neox", "neox-sequential", "opt",
    ].flatMap { family in
        [
            Case(layers: 2, width: 32, heads: 4, vocabulary: 61, positions: 40, family: family),
            Case(layers: 3, width: 64, heads: 4, vocabulary: 61, positions: 40, type: "bfloat16", family: family),
            Case(
                layers: 5, width: 96, heads: 6, vocabulary: 1000, positions: 128, type: "float16", shard: "500KB",
                family: family),
            Case(layers: 8, width: 128, heads: 4, vocabulary: 2048, positions: 256, family: family),
        ]
    }

    /// 1e-4 in the logits, as promised: fp32 with sums of up to 4,096 terms in another order.
    @Test(arguments: cases)
    func logitsAreThePeers(shape: Case) throws {
        try withFolder { folder in
            try python(
                "random_model.py", folder.path, "\(shape.layers)", "\(shape.width)", "\(shape.heads)",
                "\(shape.vocabulary)", "\(shape.positions)", shape.type, shape.shard, shape.family)
            let expected = try SafeTensorsFile(contentsOf: folder.appendingPathComponent("expected.safetensors"))
            for gradients in [true, false] {
                let clock = ContinuousClock()
                let begin = clock.now
                let model = try ModelRegistry.load(from: folder, gradients: gradients)
                let loading = clock.now - begin
                let sequences = try (0..<2).map { try integers("tokens.\($0)", in: expected) }
                let tape = Tape(arena: Arena(), recording: false)
                let batch = PackedBatch(sequences)
                let logits = model.logits(tape, model.forward(tape, batch, keepingStates: false)).value
                for index in 0..<2 {
                    let difference = largestDifference(
                        logits.rows(batch.rows(index)).values, try expected.floats("logits.\(index)"))
                    print("\(shape.testDescription): loaded in \(loading), logits differ by \(difference)")
                    #expect(difference < 1e-4)
                }
                let greedy = try model.generate(
                    prompts: [try integers("start", in: expected)], maxNewTokens: 8,
                    stop: model.configuration.endOfText.map(Int32.init))
                #expect(greedy == [try integers("greedy", in: expected).filter { $0 != shape.vocabulary - 1 }])
                if gradients, (try? expected.entry("trained.losses")) != nil {
                    let training = TrainingComparison(expected: expected, prefix: "trained.", batch: batch)
                    try training.expectGradients(of: model)
                    try training.expectTenSteps(of: model)
                }
            }
        }
    }
}

/// Runs a script of the `Peer` folder with the Python that GPT2_PEER_PYTHON names.
func python(_ script: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: environment("GPT2_PEER_PYTHON") ?? "")
    process.arguments = [resource("Peer/\(script)").path] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(.internalError, "\(script) failed:\n\(text)") }
}
