import Basics
import Compiler
import Compression
import Foundation
import RASP
import Testing

/// The residual stream learned to be narrower.
@Suite struct CompressionTests {
    /// Two layers: the previous token, and how often it occurred.
    static func model() throws -> CompiledModel {
        try RASPCompiler.compile(
            Program(
                source: """
                    #pragma vocab a b c d
                    #pragma max_length 6
                    #pragma causal true
                    previous = aggregate(select(indices, indices - 1, ==), tokens, "?");
                    seen = selector_width(select(previous, tokens, ==));
                    """, name: "seen"))
    }

    private func options(steps: Int) -> CompressionOptions {
        var options = CompressionOptions()
        options.steps = steps
        options.rows = 2048
        options.measuredInputs = 100
        return options
    }

    /// The values of one variable sum to 1, so the states fill fewer dimensions than there are directions: nothing is
    /// lost in a stream that is narrower by one, trained or not.
    @Test func redundantDirectionsAreFree() throws {
        let model = try Self.model()
        let compressed = try CompressedModel(model, width: model.width - 1, options: options(steps: 0))
        #expect(compressed.untrained.accuracy == 1 && compressed.untrained.exactInputs == 100)
        #expect(compressed.untrained.cosine > 0.9999)
    }

    /// Where principal components lose answers, training finds a map that loses none.
    @Test func trainingHelps() throws {
        let model = try Self.model()
        var losses: [Double] = []
        let compressed = try CompressedModel(model, width: 20, options: options(steps: 200)) { _, loss in
            losses.append(loss)
        }
        #expect(losses.count == 200)
        #expect(losses[199] < 0.2 * losses[0])
        #expect(compressed.untrained.accuracy < 0.99)
        #expect(compressed.trained.accuracy > 0.99 && compressed.trained.exactInputs > 95)
        #expect(compressed.trained.cosine > 0.95)
    }

    @Test func sameSeedSameProjection() throws {
        let model = try Self.model()
        let runs = try (0..<2).map { _ in try CompressedModel(model, width: 16, options: options(steps: 5)).projection }
        #expect(runs[0] == runs[1])
        var other = options(steps: 5)
        other.seed = 1
        #expect(try CompressedModel(model, width: 16, options: other).projection != runs[0])
    }

    /// Kept directions pass through W unchanged, and nothing else reaches their coordinates.
    @Test func keptDirections() throws {
        let model = try Self.model()
        let compressed = try CompressedModel(model, width: 16, options: options(steps: 5))
        #expect(compressed.kept.contains { model.basis[$0].variable == "bos" })
        for (coordinate, kept) in compressed.kept.enumerated() {
            for direction in 0..<model.width {
                #expect(compressed.projection[direction * 16 + coordinate] == (direction == kept ? 1 : 0))
            }
            for column in 0..<16 where column != coordinate { #expect(compressed.projection[kept * 16 + column] == 0) }
        }
    }

    @Test func widthsThatCannotBe() throws {
        let model = try Self.model()
        for width in [0, model.steepDirections().count, model.width, 10_000] {
            let failure = try #require(throws: Failure.self) {
                try CompressedModel(model, width: width, options: options(steps: 0))
            }
            #expect(failure.remedy?.contains("\(model.width - 1)") == true)
        }
    }

    /// What is written is the model with W multiplied in.
    @Test func written() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("compressed-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try Self.model()
        let compressed = try CompressedModel(model, width: 16, options: options(steps: 5))
        try compressed.save(to: folder)
        let file = try SafeTensorsFile(contentsOf: folder.appendingPathComponent("model.safetensors"))
        let projection = try file.floats("projection.weight")
        #expect(projection == compressed.projection)
        let tokens = try file.floats("embedding.tokens")
        #expect(tokens.count == 5 * 16)
        // Token b has one direction, whose row of W is its embedding.
        let direction = try #require(model.labels.firstIndex(of: "tokens:b"))
        #expect(Array(tokens[16..<32]) == Array(projection[(direction * 16)..<((direction + 1) * 16)]))
        // Not to be mistaken for a labelled stream.
        #expect(throws: Failure.self) { try CompiledModel.load(from: folder) }
    }
}
