import Basics
import Foundation
import Injection
import LanguageModels
import RASP
import TensorCore

/// The student's residual stream on test prompts and answers, token by token, with what the program's variables are
/// there: what a probe of one's own is trained on.
package enum LabelledActivations {
    /// Writes `activations.safetensors` and `activations.json` into a folder.
    ///
    /// - Parameter count: at most so many prompts.
    package static func write(of run: LoadedRun, count: Int, seed: Int, to folder: URL) throws {
        let context = run.student.model.configuration.contextLength
        let examples = try run.task.task.examples(.test, count: count, seed: seed)
            .map { (example: $0, encoded: try run.task.encoder.encode($0)) }
            .filter { $0.encoded.contentCount <= context }
        let sequences = examples.map { Array($0.encoded.tokens[..<$0.encoded.contentCount]) }
        let batch = PackedBatch(sequences)
        var writer = SafeTensorsWriter()
        writer.add("tokens", integers: batch.tokens)
        writer.add(
            "sequence", integers: sequences.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1.count) })
        writer.add("position", integers: batch.positions)

        let states = Set(run.layers).sorted()
        let streams = run.student.residualStreams(sequences, states: states, batch: 32)
        for (state, stream) in zip(states, streams) {
            writer.add("state.\(state)", shape: stream.shape.dimensions, floats: UnsafeBufferPointer(stream.buffer))
        }
        let labels = try ProbeLabels(examples.map(\.encoded), run: run)
        for (entry, values) in zip(run.layout.variables, labels.values) {
            switch entry.encoding {
            case .categorical(let known):
                let place = Dictionary(known.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
                writer.add("label.\(entry.name)", integers: values.map { $0.flatMap { place[$0] } ?? -1 })
            case .numerical:
                let numbers = values.map { Float($0?.doubleValue ?? .nan) }
                writer.add("label.\(entry.name)", shape: [numbers.count], floats: numbers)
            }
        }
        try withExtendedLifetime(streams) {
            try writer.write(to: folder.appendingPathComponent("activations.safetensors"))
        }
        try JSONFile.write(
            [
                "states": .array(states.map(JSONValue.integer)),
                "transformer_lens": .array(states.map { .string(HookPoint.residual($0).transformerLens.name) }),
                "prompts": .array(
                    examples.map { ["prompt": .string($0.example.prompt), "answer": .string($0.example.answer)] }),
                "values": .object(
                    JSONObject(
                        run.layout.variables.map { entry in
                            guard case .categorical(let known) = entry.encoding else { return (entry.name, .null) }
                            return (entry.name, .array(known.map(JSONValue.init(atom:))))
                        })),
            ], to: folder.appendingPathComponent("activations.json"))
    }
}

extension SafeTensorsWriter {
    fileprivate mutating func add(_ name: String, integers: [Int32]) {
        let bytes = integers.map(\.littleEndian).withUnsafeBytes { Data($0) }
        add(name, shape: [integers.count], type: .int32, bytes: bytes)
    }
}
