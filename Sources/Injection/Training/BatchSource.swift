import InjectionSettings
import LanguageModels
import Serialization
import TensorCore

/// Makes the batches of training, one a step, and knows where it is in task examples and text.
struct BatchSource {
    let encoder: TaskEncoder
    /// nil for the baseline.
    let oracle: CompiledOracle?
    /// nil where only the task's own examples are used.
    let perturbed: PerturbedExamples?
    /// nil where prompts begin their texts.
    let contexts: ContextSource?
    /// nil where nothing is exchanged.
    let exchanges: ExchangeSource?
    /// Whether the cosine's dense states are wanted.
    let aligningStates: Bool
    let teacher: Teacher?
    let sizes: Settings.Batch
    let context: Int
    var examples: ExampleSource
    var text: (any TextSource)?
    let cut: WindowCut
    /// The windows of sampled text, cut; nil for a text that is read as it goes.
    let windows: [TextWindow]?

    mutating func next(arena: Arena) throws -> TrainingBatch {
        let first = self.examples.position
        var examples = try (0..<sizes.task).map { _ in try self.examples.next() }
        var encoded = try examples.map(encode)
        if let perturbed {
            let own = examples
            let size = sizes.task
            let made = try Parallel.map(Array(0..<sizes.perturbed)) { index in
                // Several made of one example differ by their place in the run.
                let place = (first + index % size) * (1 + sizes.perturbed / size) + index / size
                return try perturbed.perturbation(of: own[index % size], at: place)
            }
            for case let made? in made {
                examples.append(made.example)
                encoded.append(made.encoded)
            }
        }
        var windows: [TextWindow] = []
        if teacher != nil, var text {
            for _ in 0..<sizes.text {
                let position = text.position
                let tokens = try text.next()
                let fixed = self.windows.map { $0[position.offset % $0.count] }
                windows.append(
                    fixed ?? cut(tokens, at: "\(position.pass)/\(position.offset)/\(position.tokens)", number: nil))
            }
            self.text = text
        }

        let pieces = windows.flatMap(\.pieces)
        let placed = try place(&examples, &encoded, pieces: pieces, at: first)
        let standing = pieces.indices.filter { placed.texts[$0] == nil }
        let packed = PackedBatch(encoded.map(\.tokens) + standing.map { pieces[$0] })
        var texts = placed.texts.mapValues { packed.starts[$0] }
        for (index, piece) in standing.enumerated() { texts[piece] = packed.starts[encoded.count + index] }
        var batch = TrainingBatch(
            packed: packed, taskSequences: encoded.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: packed.starts[encoded.count]), contexts: placed.contexts,
            texts: pieces.indices.compactMap { piece in texts[piece].map { $0..<($0 + pieces[piece].count) } })
        batch.number = first / max(sizes.task, 1)
        batch.exchange = exchanges?.exchange(promptCounts: encoded.map(\.promptCount), at: first)
        for (example, start) in zip(encoded, packed.starts) {
            for position in example.predicting { batch.isAnswer[start + position] = true }
        }
        if let oracle {
            // The oracle's output is there anyway: every example trained on is checked against it.
            batch.targets = try oracle.targets(
                for: encoded.map(\.atoms), dense: aligningStates, arena: arena, exchange: batch.exchange,
                contexts: batch.contexts
            ) { [encoder, encoded, examples] index, output in
                try encoder.compare(encoded[index], with: output, example: examples[index])
            }
        }
        for (index, (example, start)) in zip(encoded, packed.starts).enumerated() {
            let exchanged = batch.targets?.exchanged?.outputs[index]
            for (position, target) in exchanged.map({ encoder.answer(of: example, after: $0) }) ?? example.answerTargets
            {
                batch.answerRows.append(Int32(start + position))
                batch.answerTargets.append(target)
            }
        }
        if let teacher, !windows.isEmpty {
            batch.teacherHidden = teacher.hidden(for: windows, arena: arena)
        }
        return batch
    }

    /// Puts something before some of the examples.
    ///
    /// - Returns: how many tokens stand before each example's prompt, and before which example each text stands.
    private func place(
        _ examples: inout [Example], _ encoded: inout [EncodedExample], pieces: [[Int32]], at position: Int
    ) throws -> (contexts: [Int], texts: [Int: Int]) {
        var counts = Array(repeating: 0, count: encoded.count)
        guard let contexts, let perturbed else { return (counts, [:]) }
        let chosen = contexts.contexts(
            lengths: encoded.map(\.tokens.count), texts: pieces.map(\.count), at: position
        ).sorted { $0.key < $1.key }
        let made = try Parallel.map(chosen) { [examples, encoded] index, context -> PerturbedExamples.Made? in
            let tokens =
                switch context {
                case .text(let number): pieces[number]
                case .tokens(let tokens): tokens
                }
            return try perturbed.example(examples[index], encoded[index], behind: tokens)
        }
        var texts: [Int: Int] = [:]
        for ((index, context), made) in zip(chosen, made) {
            guard let made else { continue }
            counts[index] = made.encoded.promptCount - encoded[index].promptCount
            (examples[index], encoded[index]) = (made.example, made.encoded)
            if case .text(let number) = context { texts[number] = index }
        }
        return (counts, texts)
    }

    private func encode(_ example: Example) throws -> EncodedExample {
        let encoded = try encoder.encode(example)
        guard encoded.tokens.count <= context else {
            throw Failure(
                .badData,
                "an example has \(encoded.tokens.count) tokens, and the student reads at most \(context)",
                at: example.jsonLine)
        }
        return encoded
    }

    /// Where to go on: positions in the examples and in the text.
    var state: JSONValue {
        var state = JSONObject([("examples", .integer(examples.position))])
        if let position = text?.position {
            state["text"] = [
                "pass": .integer(position.pass), "offset": .integer(position.offset),
                "tokens": .integer(position.tokens),
            ]
        }
        return .object(state)
    }

    mutating func restore(_ state: JSONValue) throws {
        guard let position = state["examples"]?.integer, position >= 0 else {
            throw Failure(.badData, "the checkpoint has no position in the task's examples")
        }
        examples.advance(to: position)
        guard text != nil else { return }
        guard let pass = state["text"]?["pass"]?.integer, let offset = state["text"]?["offset"]?.integer,
            let tokens = state["text"]?["tokens"]?.integer
        else { throw Failure(.badData, "the checkpoint has no position in the text") }
        try text?.seek(to: TextPosition(pass: pass, offset: offset, tokens: tokens))
    }
}
