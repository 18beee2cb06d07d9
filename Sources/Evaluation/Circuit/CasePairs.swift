import Basics
import Compiler
import Discovery
import Injection
import LanguageModels
import TensorCore

/// Pairs of a run's prompts for its case folder, of three kinds: prompts of the training split to develop on, and test
/// prompts.
///
/// Both prompts of a pair have as many tokens and other answers, of which the first token counts. All of them are read
/// back from their text as they were made.
package struct CasePairs {
    package struct Pair: Sendable {
        package let pair: PromptPair
        package let row: PairTable.Row
        /// In the program's tokens.
        package let atoms: CircuitPair
    }

    private let run: LoadedRun
    private let examples: [EncodedExample]
    private let variables: [CompiledVariable]
    private let count: Int
    private let seed: Int

    /// - Parameter count: pairs of each kind, at most.
    package init(_ run: LoadedRun, part: PairPart, count: Int, seed: Int) throws {
        (self.run, self.count, self.seed) = (run, count, seed)
        let context = run.student.model.configuration.contextLength
        // Only some prompts find a partner of their length with another answer.
        examples = try run.task.task.examples(part == .test ? .test : .train, count: count * 8, seed: seed)
            .map { try run.task.encoder.encode($0) }
            .filter { $0.promptCount <= context && !$0.answer.isEmpty }
        variables = CompiledCircuit(run.compiled).computedVariables
    }

    /// The pairs of a kind. Some programs have none of a kind: a variable that never makes the difference.
    package func pairs(_ kind: PairKind) throws -> [Pair] {
        switch kind {
        case .random: partners(atMost: count, of: 1).compactMap { pair($0, $1) }
        case .variable: try decisive()
        case .template: reworded()
        }
    }

    /// Prompts of equal length with other answers. Each is in one pair with each of so many others at most.
    private func partners(atMost limit: Int, of each: Int) -> [(EncodedExample, EncodedExample)] {
        var waiting: [Int: [(example: EncodedExample, uses: Int)]] = [:]
        var pairs: [(EncodedExample, EncodedExample)] = []
        for example in examples where pairs.count < limit {
            let length = example.promptCount
            var used = 0
            for place in (waiting[length] ?? []).indices where used < each {
                guard let other = waiting[length]?[place], other.uses < each,
                    other.example.answer.first != example.answer.first
                else { continue }
                pairs.append((other.example, example))
                waiting[length]?[place].uses += 1
                used += 1
            }
            waiting[length]?.removeAll { $0.uses >= each }
            if used < each { waiting[length, default: []].append((example, used)) }
        }
        return Array(pairs.prefix(limit))
    }

    /// Pairs in which one variable makes the difference, as many of each variable as there are.
    private func decisive() throws -> [Pair] {
        let candidates = partners(atMost: count * 3, of: 3)
        let found = try Parallel.map(candidates) { clean, corrupted in
            try run.compiled.decisiveVariables(atoms(clean.prompt, corrupted.prompt), among: variables)
        }
        var quota = DecisiveQuota(total: count, variables: variables.count)
        var pairs: [Pair] = []
        for (candidate, decisive) in zip(candidates, found) where pairs.count < count {
            guard let name = quota.rarest(of: decisive), let pair = pair(candidate.0, candidate.1, variable: name)
            else { continue }
            quota.count(name)
            pairs.append(pair)
        }
        return pairs
    }

    /// Random pairs in which words of the wording are replaced by others that the program does not read either; the
    /// prompt's last token stays.
    private func reworded() -> [Pair] {
        let words = words
        guard !words.isEmpty else { return [] }
        var random = SeededRandom(seed: seed, stream: "other wordings")
        return partners(atMost: count, of: 1).compactMap { clean, corrupted in
            // A word beside another can become one token with it.
            for _ in 0..<8 {
                var (first, second) = (Array(clean.prompt), Array(corrupted.prompt))
                let spans = [first, second].map { run.task.encoder.inputSpan(of: $0) }
                for position in first.indices.dropLast() {
                    guard !spans.contains(where: { $0.contains(position) }), first[position] == second[position],
                        words.contains(first[position])
                    else { continue }
                    let word = random.pick(words)
                    (first[position], second[position]) = (word, word)
                }
                guard first != Array(clean.prompt) else { return nil }
                if let pair = pair(first, second, clean.answer, corrupted.answer) { return pair }
            }
            return nil
        }
    }

    /// Words of the student's that the program does not read, each one token.
    private var words: [Int32] {
        let encoder = run.task.encoder
        return encoder.ordinaryTokens.filter { token in
            let text = run.student.tokenizer.decode([token])
            return text.utf8.count > 3 && text.utf8.first == UInt8(ascii: " ")
                && text.utf8.dropFirst().allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
                && encoder.atoms(of: [token]) == [encoder.task.tokens.fill]
        }
    }

    private func atoms(_ clean: some Sequence<Int32>, _ corrupted: some Sequence<Int32>) -> CircuitPair {
        CircuitPair(base: run.task.encoder.atoms(of: clean), source: run.task.encoder.atoms(of: corrupted))
    }

    private func pair(_ clean: EncodedExample, _ corrupted: EncodedExample, variable: String? = nil) -> Pair? {
        pair(Array(clean.prompt), Array(corrupted.prompt), clean.answer, corrupted.answer, variable: variable)
    }

    /// nil where the text would be cut into other tokens.
    private func pair(
        _ clean: [Int32], _ corrupted: [Int32], _ answer: ArraySlice<Int32>, _ otherAnswer: ArraySlice<Int32>,
        variable: String? = nil
    ) -> Pair? {
        let tokenizer = run.student.tokenizer
        let texts = [clean, corrupted].map { tokenizer.decode($0) }
        guard tokenizer.encode(texts[0]) == clean, tokenizer.encode(texts[1]) == corrupted,
            let correct = answer.first, let incorrect = otherAnswer.first, correct != incorrect
        else { return nil }
        func told(_ token: Int32) -> PairTable.Answer {
            PairTable.Answer(token: token, text: tokenizer.decode([token]))
        }
        return Pair(
            pair: PromptPair(clean: clean, corrupted: corrupted, correct: correct, incorrect: incorrect),
            row: PairTable.Row(
                clean: texts[0], corrupted: texts[1], correct: told(correct), incorrect: told(incorrect),
                variable: variable),
            atoms: atoms(clean, corrupted))
    }

    /// How often the student gives the answer to both prompts of pairs.
    package func answered(_ pairs: [Pair]) -> Proportion {
        var answered = Proportion()
        let student = run.student
        for start in stride(from: 0, to: pairs.count, by: 32) {
            let own = pairs[start..<min(start + 32, pairs.count)].map(\.pair)
            let batch = PackedBatch(own.flatMap { [$0.clean, $0.corrupted] })
            let arena = Arena()
            let tape = Tape(arena: arena, recording: false, precision: student.precision)
            let final = student.model.forward(tape, batch, keepingStates: false).final
            let last = batch.starts.dropFirst().map { Int32($0 - 1) }
            let said = HeadReadout.argmax(
                tape.gatherRows(final, rows: last).value, head: student.model.head.value, arena: arena,
                precision: student.precision)
            for (index, pair) in own.enumerated() {
                answered.add(said[2 * index] == pair.correct && said[2 * index + 1] == pair.incorrect)
            }
        }
        return answered
    }
}
