import Basics
import InjectionSettings
import LanguageModels
import TensorCore

/// Makes the batches of training, one a step, and knows where it is in task examples and text.
struct BatchSource {
    let encoder: TaskEncoder
    /// nil where no term compares with the compiled model, as in the baseline.
    let oracle: CompiledOracle?
    /// nil where only the task's own examples are used.
    let perturbed: PerturbedExamples?
    /// nil where prompts begin their texts.
    let contexts: ContextSource?
    /// nil where nothing is exchanged.
    let exchanges: ExchangeSource?
    /// nil where no circuit is injected.
    let circuits: CircuitSource?
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
    /// Read beside the text, as many a step as task examples: what the student is to say as the original does.
    let neighbourTexts: [[Int32]]

    /// The examples and texts of one step, in shards, of which this rank gets its own: each is a batch by itself, whose
    /// tensors lie in an arena of its own.
    ///
    /// What is exchanged or rolled between examples stays within a shard. Every rank draws all examples, which takes
    /// little beside what is done with them.
    mutating func next(_ division: StepDivision, arenas: [Arena]) throws -> [TrainingBatch] {
        let first = examples.position
        let drawn = try draw()
        let shards = StepShards(
            examples: drawn.encoded.map(\.encoded.tokens.count), before: drawn.before,
            texts: drawn.pieces.map(\.count), count: division.count)
        let hidden = originalHidden(of: Set(shards.shards[division.own].flatMap(\.texts)), in: drawn, arena: arenas[0])
        return try zip(division.own, arenas).map { number, arena in
            try batch(
                shards.shards[number], of: drawn, hidden: hidden, arena: arena, shard: (number, division.count),
                first: first)
        }
    }

    /// What the original makes of some of the texts: of every window that has one of them.
    ///
    /// - Returns: final activations, and the texts that they are of; nil where nobody needs them.
    private func originalHidden(of texts: Set<Int>, in drawn: Drawn, arena: Arena) -> (rows: Tensor, texts: [Int])? {
        guard let teacher, !drawn.windows.isEmpty, !texts.isEmpty else { return nil }
        var (windows, known, number): ([TextWindow], [Int], Int) = ([], [], 0)
        for window in drawn.windows {
            let own = Array(number..<(number + window.pieces.count))
            number += window.pieces.count
            guard own.contains(where: texts.contains) else { continue }
            windows.append(window)
            known += own
        }
        return (teacher.hidden(for: windows, arena: arena), known)
    }

    /// What one step is made of.
    private struct Drawn {
        /// The examples, and how many tokens stand before each one's prompt.
        var encoded: [PerturbedExamples.Made]
        var contexts: [Int]
        var windows: [TextWindow]
        var pieces: [[Int32]]
        /// For each text the example that it stands before.
        var before: [Int: Int]
    }

    private mutating func draw() throws -> Drawn {
        let first = self.examples.position
        let own = try (0..<sizes.task).map { _ in try self.examples.next() }
        var made = try own.map { (example: $0, encoded: try encode($0)) }
        if let perturbed {
            let size = sizes.task
            made += try Parallel.map(Array(0..<sizes.perturbed)) { index in
                // Several made of one example differ by their place in the run.
                let place = (first + index % size) * (1 + sizes.perturbed / size) + index / size
                return try perturbed.perturbation(of: own[index % size], at: place)
            }.compactMap(\.self)
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
            if !neighbourTexts.isEmpty {
                windows += (0..<sizes.task).map { index in
                    TextWindow(pieces: [neighbourTexts[(first + index) % neighbourTexts.count]], number: nil)
                }
            }
        }
        let pieces = windows.flatMap(\.pieces)
        let placed = try place(&made, pieces: pieces, at: first)
        return Drawn(
            encoded: made, contexts: placed.contexts, windows: windows, pieces: pieces, before: placed.texts)
    }

    private func batch(
        _ shard: StepShards.Shard, of drawn: Drawn, hidden: (rows: Tensor, texts: [Int])?, arena: Arena,
        shard place: (number: Int, count: Int),
        first: Int
    ) throws -> TrainingBatch {
        let made = shard.examples.map { drawn.encoded[$0] }
        let standing = shard.texts.filter { drawn.before[$0] == nil }
        let packed = PackedBatch(made.map(\.encoded.tokens) + standing.map { drawn.pieces[$0] })
        let texts = shard.texts.compactMap { text -> Range<Int>? in
            let sequence =
                drawn.before[text].flatMap { shard.examples.firstIndex(of: $0) }
                ?? standing.firstIndex(of: text).map { made.count + $0 }
            return sequence.map { packed.starts[$0]..<(packed.starts[$0] + drawn.pieces[text].count) }
        }
        var batch = TrainingBatch(
            packed: packed, taskSequences: made.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: packed.starts[made.count]),
            contexts: shard.examples.map { drawn.contexts[$0] }, texts: texts)
        batch.number = first / max(sizes.task, 1)
        batch.exchange = exchanges?.exchange(
            promptCounts: made.map(\.encoded.promptCount), at: first, shard: place.number, of: place.count)
        for ((_, encoded), start) in zip(made, packed.starts) {
            for position in encoded.predicting { batch.isAnswer[start + position] = true }
        }
        if let oracle {
            // The oracle's output is there anyway: every example trained on is checked against it.
            batch.targets = try oracle.targets(
                for: made.map(\.encoded.atoms), dense: aligningStates, arena: arena, exchange: batch.exchange,
                contexts: batch.contexts
            ) { [encoder] index, output in
                try encoder.compare(made[index].encoded, with: output, example: made[index].example)
            }
        }
        for (index, ((_, encoded), start)) in zip(made, packed.starts).enumerated() {
            let exchanged = batch.targets?.exchanged?.outputs[index]
            for (position, target) in exchanged.map({ encoder.answer(of: encoded, after: $0) }) ?? encoded.answerTargets
            {
                batch.answerRows.append(Int32(start + position))
                batch.answerTargets.append(target)
            }
        }
        batch.circuit = try circuits?.batch(
            from: zip(made, batch.contexts).filter { $1 == 0 }.map(\.0), at: first, shard: place.number,
            encoder: encoder, arena: arena)
        batch.teacherHidden = hidden.map { hidden in
            hidden.texts == shard.texts
                ? hidden.rows : rows(of: shard.texts, in: hidden, lengths: drawn.pieces.map(\.count), arena)
        }
        return batch
    }

    /// The rows of some texts, one after another.
    private func rows(
        of texts: [Int], in hidden: (rows: Tensor, texts: [Int]), lengths: [Int], _ arena: Arena
    ) -> Tensor {
        var (starts, next): ([Int: Int], Int) = ([:], 0)
        for text in hidden.texts {
            starts[text] = next
            next += lengths[text]
        }
        let result = arena.tensor(texts.reduce(0) { $0 + lengths[$1] }, hidden.rows.columns)
        var first = 0
        for text in texts {
            guard let start = starts[text] else { preconditionFailure("a text of another rank") }
            let count = lengths[text]
            result.rows(first..<(first + count)).copy(from: hidden.rows.rows(start..<(start + count)))
            first += count
        }
        return result
    }

    /// Puts something around some of the examples.
    ///
    /// - Returns: how many tokens stand before each example's prompt, and before which example each text stands.
    private func place(
        _ made: inout [PerturbedExamples.Made], pieces: [[Int32]], at position: Int
    ) throws -> (contexts: [Int], texts: [Int: Int]) {
        var counts = Array(repeating: 0, count: made.count)
        guard let contexts, let perturbed else { return (counts, [:]) }
        let chosen = contexts.surroundings(
            lengths: made.map(\.encoded.tokens.count), texts: pieces.map(\.count), at: position
        ).sorted { $0.key < $1.key }
        let placed = try Parallel.map(chosen) { [made] index, around -> PerturbedExamples.Made? in
            try perturbed.example(
                made[index].example, made[index].encoded, behind: around.text.map { pieces[$0] } ?? around.before,
                before: around.behind)
        }
        var texts: [Int: Int] = [:]
        for ((index, around), example) in zip(chosen, placed) {
            guard let example else { continue }
            counts[index] = example.encoded.promptCount - made[index].encoded.promptCount
            made[index] = example
            if let number = around.text { texts[number] = index }
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
