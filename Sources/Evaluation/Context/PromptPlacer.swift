import Basics
import Injection
import LanguageModels

/// Puts prompts of the task into texts.
package struct PromptPlacer {
    package enum Placed: Sendable {
        case placed(PlacedPrompt)
        /// The program gives no answer there.
        case unanswered
        /// The student cannot read so much.
        case tooLong
    }

    private typealias Kind = ContextResult.Kind

    /// Sizes of `behind`: near, and all that fits.
    private static let sizeBehind = 16
    private static let mostPrompts = 3

    /// The prompts of every cell, as the task has them.
    package let prompts: [EncodedExample]
    private let run: LoadedRun
    private let truth: ProgramTruth
    private let prose: [Int32]
    private let seed: Int
    private let context: Int

    /// - Parameters:
    ///   - count: of test prompts; fewer where the split has fewer that the student can read.
    ///   - prose: at least as many tokens as the student reads.
    package init(_ run: LoadedRun, count: Int, prose: [Int32], seed: Int) throws {
        let context = run.student.model.configuration.contextLength
        precondition(prose.count >= context, "there is prose for every context")
        (self.run, truth, self.prose, self.seed, self.context) = (run, ProgramTruth(run), prose, seed, context)
        prompts = try run.task.task.examples(.test, count: count, seed: seed)
            .map { try run.task.encoder.encode($0) }.filter { $0.contentCount <= context }
    }

    /// The cells to measure. A kind is left out where there is no such thing: without an end-of-text token, in a
    /// template without words.
    package var cells: [ContextResult.Cell] {
        let longest = prompts.map(\.contentCount).max() ?? 0
        let offsets = (0..<31).map { 1 << $0 }.prefix { $0 <= context - longest }
        var cells: [ContextResult.Cell] = []
        for kind in Kind.allCases {
            switch kind {
            case .start, .newline: cells.append(ContextResult.Cell(kind: kind))
            case .bos where run.student.endOfText == nil: break
            case .wording where prompts.allSatisfy({ words(of: $0).isEmpty }): break
            case .bos, .wording: cells.append(ContextResult.Cell(kind: kind))
            case .text, .random:
                cells += offsets.map { ContextResult.Cell(kind: kind, size: $0) }
                cells.append(ContextResult.Cell(kind: kind, fills: true))
            case .several:
                cells += (1...Self.mostPrompts).filter { $0 < prompts.count }
                    .map { ContextResult.Cell(kind: kind, size: $0) }
            case .behind:
                cells.append(ContextResult.Cell(kind: kind, size: Self.sizeBehind))
                cells.append(ContextResult.Cell(kind: kind, fills: true))
            }
        }
        return cells
    }

    /// One of the prompts in a place of the cell; the same whenever it is asked for.
    package func place(_ number: Int, in cell: ContextResult.Cell) throws -> Placed {
        let name = "context/\(cell.kind.rawValue)/\(cell.size.map(String.init) ?? "all")/\(number)"
        var random = SeededRandom(seed: seed, stream: name)
        let example = prompts[number]
        let room = context - example.contentCount
        var before = before(number, cell, room: room, &random)
        let prompt = cell.kind == .wording ? reworded(example, &random) : Array(example.prompt)

        let known = truth.knownEvaluation()

        // The program's answer to the whole text can be longer than that to the prompt alone.
        while true {
            guard before.count <= room else { return .tooLong }
            guard
                let answer = try truth.answer(
                    to: before + prompt, tokens: example.answerCount, likely: Array(example.answer), known: known)
            else { return .unanswered }
            let encoded = try run.task.encoder.encode(promptTokens: before + prompt, answer: answer)
            let free = context - encoded.contentCount
            if free >= 0 { return try placed(encoded, before: before.count, free: free, cell, known, &random) }
            guard cell.fills, before.count >= -free else { return .tooLong }
            before.removeFirst(-free)
        }
    }

    private func placed(
        _ encoded: EncodedExample, before: Int, free: Int, _ cell: ContextResult.Cell, _ known: KnownEvaluation,
        _ random: inout SeededRandom
    ) throws -> Placed {
        var made = PlacedPrompt(encoded: encoded, before: before, behind: [], values: nil)
        if cell.kind == .behind {
            let size = cell.size ?? free
            guard size <= free else { return .tooLong }
            made.behind = window(size, &random)
        }
        guard run.settings.aligns else { return .placed(made) }
        made.values = try truth.values(on: made.tokens, known: known)
        return made.values == nil ? .unanswered : .placed(made)
    }

    /// The tokens before the prompt. More of them than there is room for are given out as well.
    private func before(
        _ number: Int, _ cell: ContextResult.Cell, room: Int, _ random: inout SeededRandom
    ) -> [Int32] {
        let tokenizer = run.student.tokenizer
        switch cell.kind {
        case .start, .behind, .wording: return []
        case .bos: return run.student.endOfText.map { [$0] } ?? []
        case .newline: return tokenizer.encode("\n")
        case .text: return window(cell.size ?? room, &random)
        case .random:
            return (0..<(cell.size ?? room)).map { _ in
                random.pick(run.task.encoder.ordinaryTokens)
            }
        case .several:
            let newline = tokenizer.encode("\n")
            var others = prompts.indices.filter { $0 != number }
            random.shuffle(&others)
            return others.prefix(cell.size ?? 0).flatMap { prompts[$0].tokens[..<prompts[$0].contentCount] + newline }
        }
    }

    /// So many tokens of the prose, from anywhere in it.
    private func window(_ count: Int, _ random: inout SeededRandom) -> [Int32] {
        let start = random.integer(in: 0...max(0, prose.count - count))
        return Array(prose[start..<min(start + count, prose.count)])
    }

    /// Where the words of the task's template stand: all of a prompt but the input, what the program reads as other
    /// than filling, and the last token.
    private func words(of example: EncodedExample) -> [Int] {
        let span = run.task.encoder.inputSpan(of: Array(example.prompt))
        return (0..<example.promptCount - 1).filter {
            !span.contains($0) && example.atoms[$0] == run.task.task.tokens.fill
        }
    }

    private func reworded(_ example: EncodedExample, _ random: inout SeededRandom) -> [Int32] {
        var prompt = Array(example.prompt)
        for position in words(of: example) {
            prompt[position] = random.pick(run.task.encoder.ordinaryTokens)
        }
        return prompt
    }
}
