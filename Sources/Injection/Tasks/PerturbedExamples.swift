import Basics
import Compiler
import LanguageModels
import RASP

/// Examples beside a task's own distribution: its prompts with the input cut, repeated and overwritten, and the
/// compiled model's answer to what became of it.
///
/// The compiled model is an oracle on every sequence that it accepts. A student that only ever sees the task's own
/// prompts is free to learn what holds there alone (`y` advances the length, say); on these it has to do as the program
/// does. Nothing here knows a task or its test settings: tokens come from the prompt itself, evenly from the program's
/// vocabulary (a trigger in the middle of the input, say) or evenly from the student's, and what belongs to the test
/// split or to a test setting is drawn again.
package struct PerturbedExamples: Sendable {
    private static let attempts = 20

    let encoder: TaskEncoder
    let model: CompiledModel
    let heldOut: HeldOutPrompts
    let seed: Int
    /// Share of the candidates whose wording is perturbed too.
    private let wording: Double
    /// Of so many candidates the one with the rarest values of variables is taken, for half of the perturbations.
    private var candidates = 1
    private var coverage: ValueCoverage?

    package init(
        encoder: TaskEncoder, model: CompiledModel, heldOut: HeldOutPrompts, seed: Int, wording: Double = 0
    ) {
        (self.encoder, self.model, self.heldOut, self.seed) = (encoder, model, heldOut, seed)
        self.wording = wording
    }

    package typealias Made = (example: Example, encoded: EncodedExample)

    /// From now on the rarest of `candidates`; what is rare is found out from perturbations of `examples`.
    ///
    /// - Throws: what the compiled model throws on a prompt that it cannot run.
    package mutating func cover(_ candidates: Int, examples: [Example]) throws {
        guard candidates > 1 else { return }
        let samples = try examples.enumerated().compactMap { place, example -> [Atom]? in
            var random = random("coverage/\(place)")
            return try candidate(of: encoder.encode(example), &random).map { encoder.atoms(of: $0.tokens) }
        }
        (self.candidates, coverage) = (candidates, try ValueCoverage(model, samples: samples))
    }

    /// The example made of `example`, which is number `position` of its stream; the same whenever it is asked for.
    ///
    /// - Returns: nil where no perturbation found has an answer.
    /// - Throws: what the compiled model throws on a prompt that it cannot run.
    package func perturbation(of example: Example, at position: Int) throws -> Made? {
        var random = random("perturbed/\(position)")
        let prompt = try encoder.encode(example)
        // The rarest only every other time: it is seldom the prompt that differs from the task's own in one token.
        let candidates = random.integer(below: 2) == 0 ? candidates : 1
        for _ in 0..<Self.attempts {
            var found = (0..<candidates).compactMap { _ in candidate(of: prompt, &random) }
            if let coverage, found.count > 1 {
                let scores = try found.map { try coverage.score(encoder.atoms(of: $0.tokens)) }
                found = zip(found, scores).sorted { $0.1 > $1.1 }.map(\.0)
            }
            for candidate in found {
                if let made = try complete(candidate, like: prompt) { return made }
            }
        }
        return nil
    }

    private func random(_ stream: String) -> SeededRandom {
        SeededRandom(seed: seed, stream: stream)
    }

    /// A prompt in tokens, and its input where the wording around it is the task's.
    private typealias Candidate = (tokens: [Int32], input: [Int32]?)

    /// A prompt with a perturbed input, or with its wording perturbed too; nil where nothing of the input is left.
    private func candidate(of prompt: EncodedExample, _ random: inout SeededRandom) -> Candidate? {
        let own = encoder.inputSpan(of: Array(prompt.prompt))
        let perturbsWording = wording > 0 && random.uniform() < wording
        let span = perturbsWording ? 0..<(prompt.promptCount - encoder.endCount(of: prompt.prompt)) : own
        let room = encoder.longest - prompt.contentCount + span.count
        let changed = perturbed(Array(prompt.prompt[span]), atMost: room, &random)
        let (before, behind) = (prompt.prompt[..<own.lowerBound], prompt.prompt[own.upperBound...])
        let tokens = Array(prompt.prompt[..<span.lowerBound]) + changed + Array(prompt.prompt[span.upperBound...])
        guard tokens.count > before.count + behind.count else { return nil }
        let input = tokens[before.count..<(tokens.count - behind.count)]
        let isTasksOwn = tokens.starts(with: before) && tokens.suffix(behind.count) == behind
        return (tokens, isTasksOwn ? Array(input) : nil)
    }

    /// A sequence of as many tokens, whose components' outputs take the place of the example's: now the example's own
    /// prompt with other tokens put in, now a sequence that has nothing to do with it. Of the first kind alone a student
    /// learns to stand what differs in a few places.
    ///
    /// - Parameter others: the examples of the step.
    /// - Returns: nil where none is found.
    package func partner(of made: Made, among others: [Made], at position: Int) throws -> EncodedExample? {
        var random = random("partner/\(position)")
        return random.integer(below: 3) == 0
            ? try neighbour(of: made.encoded, &random) : stranger(to: made.encoded, among: others, &random)
    }

    /// Another example from any of its tokens on, over and over, with a share of other tokens, often none, put in.
    private func stranger(
        to own: EncodedExample, among others: [Made], _ random: inout SeededRandom
    ) -> EncodedExample? {
        for _ in 0..<Self.attempts {
            let other = random.pick(others).encoded.tokens
            let first = random.integer(below: other.count)
            let rate = max(random.uniform() * 2 - 1, 0)
            var partner = own
            partner.tokens = own.tokens.indices.map { index in
                guard random.uniform() < rate else { return other[(first + index) % other.count] }
                return random.integer(below: 2) == 0
                    ? random.pick(random.pick(encoder.tokensOfSymbols)) : foreignToken(&random)
            }
            guard partner.tokens != own.tokens,
                !heldOut.contains(encoder.text(ofPrompt: Array(partner.prompt)))
            else { continue }
            partner.atoms = encoder.atoms(of: partner.tokens)
            return partner
        }
        return nil
    }

    /// The prompt with other tokens put in and the compiled model's answer, which takes as many tokens as well.
    private func neighbour(of own: EncodedExample, _ random: inout SeededRandom) throws -> EncodedExample? {
        let span = encoder.inputSpan(of: Array(own.prompt))
        for _ in 0..<Self.attempts {
            var tokens = Array(own.prompt)
            tokens.replaceSubrange(span, with: overwritten(Array(own.prompt[span]), &random))
            guard tokens != Array(own.prompt), let partner = try complete((tokens, Array(tokens[span])), like: own),
                partner.encoded.tokens.count == own.tokens.count
            else { continue }
            return partner.encoded
        }
        return nil
    }

    /// The example behind some tokens and before others, with the answer that the compiled model gives to it there.
    ///
    /// - Returns: nil where there is none, or where it does not fit the model.
    package func example(
        _ example: Example, _ encoded: EncodedExample, behind context: [Int32], before following: [Int32] = []
    ) throws -> Made? {
        let prompt = context + encoded.prompt
        guard let answer = try answer(to: prompt, like: encoded) else { return nil }
        var made = try encoder.encode(promptTokens: prompt, answer: answer)
        if !following.isEmpty {
            // The token that ends the answer is there already where examples are padded.
            let end = made.tokens.count == made.contentCount ? encoder.endOfText.map { [$0] } ?? [] : []
            made.tokens += end + following
            made.atoms += encoder.atoms(of: end + following)
        }
        guard made.tokens.count <= model.maxLength else { return nil }
        return (Example(prompt: example.prompt, answer: answer), made)
    }

    /// What the compiled model answers to a prompt in the student's tokens; nil where it gives no answer.
    private func answer(to prompt: [Int32], like example: EncodedExample) throws -> String? {
        let answers = ProgramAnswer(encoder) { [model] atoms in
            atoms.count <= model.maxLength ? try model.run(atoms) : nil
        }
        return try answers(to: encoder.atoms(of: prompt), tokens: example.answerCount)
    }

    /// The candidate with its answer, where it has one and may be trained on.
    private func complete(_ candidate: Candidate, like prompt: EncodedExample) throws -> Made? {
        guard let answer = try answer(to: candidate.tokens, like: prompt) else { return nil }
        var made = Example(prompt: encoder.text(ofPrompt: candidate.tokens), answer: answer)
        if let input = candidate.input {
            let problem = Problem(
                encoder.tokenizer.decode(input).withoutOuterSpace, answer.withoutOuterSpace)
            guard encoder.task.problems.contains(problem, hash: problem.stableHash, in: .train) else { return nil }
            made.prompt = encoder.task.wording.example(problem).prompt
        }
        guard !heldOut.contains(made.prompt) else { return nil }
        let encoded = try encoder.encode(promptTokens: candidate.tokens, answer: answer)
        return encoded.contentCount <= encoder.longest ? (made, encoded) : nil
    }

    /// A span repeated or taken out or foreign tokens put in, then tokens overwritten: one, a stretch, or each with
    /// some probability.
    private func perturbed(_ input: [Int32], atMost room: Int, _ random: inout SeededRandom) -> [Int32] {
        var tokens = input
        let own = input.filter { encoder.atoms(of: [$0])[0] != encoder.task.tokens.fill } + input
        guard !own.isEmpty else { return [] }
        switch random.integer(below: 4) {
        case 0: tokens.removeSubrange(stretch(of: tokens, &random))
        case 1:
            tokens.insert(contentsOf: tokens[stretch(of: tokens, &random)], at: random.integer(in: 0...tokens.count))
        case 2:
            let foreign = (0..<random.integer(in: 1...3)).map { _ in foreignToken(&random) }
            tokens.insert(contentsOf: foreign, at: random.integer(in: 0...tokens.count))
        default: break
        }
        tokens = Array(tokens.prefix(room))
        guard !tokens.isEmpty else { return [] }

        return overwritten(tokens, own: own, &random)
    }

    /// The same number of tokens, some of them others.
    private func overwritten(
        _ input: [Int32], own: [Int32]? = nil, _ random: inout SeededRandom
    ) -> [Int32] {
        var tokens = input
        guard !tokens.isEmpty else { return [] }
        let own = own ?? input.filter { encoder.atoms(of: [$0])[0] != encoder.task.tokens.fill } + input
        // A small pool, so that some prompts are nearly uniform; tokens of one source or of all of them.
        let source = random.integer(below: 4)
        let pool = (0..<(1 << random.integer(below: 5))).map { _ in
            switch source < 3 ? source : random.integer(below: 3) {
            case 0: random.pick(own)
            case 1: random.pick(random.pick(encoder.tokensOfSymbols))
            default: foreignToken(&random)
            }
        }
        switch random.integer(below: 6) {
        case 0...2: tokens[random.integer(below: tokens.count)] = random.pick(pool)
        case 3: for index in stretch(of: tokens, &random) { tokens[index] = random.pick(pool) }
        default:
            let rate = random.uniform()
            for index in tokens.indices where random.uniform() < rate { tokens[index] = random.pick(pool) }
        }
        return tokens
    }

    private func stretch(of tokens: [Int32], _ random: inout SeededRandom) -> Range<Int> {
        let a = random.integer(in: 0...tokens.count)
        let b = random.integer(in: 0...tokens.count)
        return min(a, b)..<max(a, b)
    }

    /// Any token of the student's that stands for text.
    private func foreignToken(_ random: inout SeededRandom) -> Int32 {
        random.pick(encoder.ordinaryTokens)
    }
}
