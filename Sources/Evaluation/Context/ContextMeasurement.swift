import Injection
import LanguageModels
import RASP
import TensorCore

/// Measures whether a student follows its program wherever the prompt stands in a text: answers, decoded variables and
/// exchanges, cell by cell of a `ContextResult`. The truth is the program itself on the whole text.
struct ContextMeasurement {
    /// Bounds of a batch.
    private static let mostSequences = 32
    private static let mostTokens = 4_096

    private let run: LoadedRun
    private let placer: PromptPlacer
    private let reader: AnswerReader
    private let decoder: Decoder
    private let exchange: PlacedExchange?
    /// For each variable, the values that directions of the compiled model stand for; nil where all are possible.
    private let represented: [Set<Atom>?]

    init(_ run: LoadedRun, placer: PromptPlacer) throws {
        (self.run, self.placer, reader, decoder) = (run, placer, AnswerReader(run), Decoder(run))
        exchange = run.settings.aligns ? try PlacedExchange(run) : nil
        represented = run.layout.variables.map { entry in
            switch entry.encoding {
            case .categorical(let values): Set(values)
            case .numerical(let reachable):
                reachable.isEmpty ? nil : Set(reachable.map { Atom(number: $0) })
            }
        }
    }

    func measure() throws -> ContextResult {
        ContextResult(
            prompts: placer.prompts.count, studentContext: run.student.model.configuration.contextLength,
            programLength: run.compiled.maxLength, cells: try run.student.model.mapSideBySide(placer.cells, measure))
    }

    /// Those that are decoded, without counts.
    private var variables: [ContextResult.Variable] { decoder.variableNames.map { ContextResult.Variable(name: $0) } }

    private func measure(_ empty: ContextResult.Cell, arena: Arena) throws -> ContextResult.Cell {
        var cell = empty
        var placed: [PlacedPrompt] = []
        for place in try Parallel.map(Array(placer.prompts.indices), { try placer.place($0, in: cell) }) {
            switch place {
            case .placed(let prompt): placed.append(prompt)
            case .unanswered: cell.unanswered += 1
            case .tooLong: cell.tooLong += 1
            }
        }
        if run.settings.aligns { cell.variables = variables }
        let before = placed.map(\.before)
        cell.before = (before.min() ?? 0)...(before.max() ?? 0)
        for batch in Self.batches(placed) { try read(batch, into: &cell, arena: arena) }
        cell.exchanges = try exchange?.measure(placed, arena: arena)
        return cell
    }

    /// Prompts of like length together.
    private static func batches(_ placed: [PlacedPrompt]) -> [[PlacedPrompt]] {
        var batches: [[PlacedPrompt]] = []
        var tokens = 0
        for prompt in placed.sorted(by: { $0.count < $1.count }) {
            tokens += prompt.count
            if let last = batches.last, last.count < mostSequences, tokens <= mostTokens {
                batches[batches.count - 1].append(prompt)
            } else {
                batches.append([prompt])
                tokens = prompt.count
            }
        }
        return batches
    }

    /// One pass for the answers and the variables both.
    private func read(_ batch: [PlacedPrompt], into cell: inout ContextResult.Cell, arena: Arena) throws {
        arena.reset()
        var mapped: Tensor?
        let exact = reader.areExact(
            batch.map(\.encoded), following: batch.map(\.behind),
            hooks: { _ in
                guard run.settings.aligns else { return Hooks() }
                return Hooks([
                    .residual(decoder.layer): { tape, hidden in
                        mapped = run.projection.map(tape, hidden).value
                        return hidden
                    }
                ])
            }, arena: arena)
        for isExact in exact { cell.accuracy.add(isExact) }
        guard let mapped else { return }

        let starts = batch.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        let counts = try Parallel.map(Array(batch.indices)) { count(batch[$0], mapped, firstRow: starts[$0]) }
        for counts in counts {
            for (variable, count) in counts.enumerated() {
                cell.variables[variable].own.add(count.own)
                cell.variables[variable].around.add(count.around)
            }
        }
    }

    /// The values decoded at a text's tokens, against the interpreter's; only those that it defines count.
    private func count(_ prompt: PlacedPrompt, _ mapped: Tensor, firstRow: Int) -> [ContextResult.Variable] {
        var counts = variables
        for position in 0..<prompt.count {
            let decoded = decoder.values(mapped.row(firstRow + position))
            let place = prompt.own.contains(position) ? \ContextResult.Variable.own : \.around
            for (variable, values) in (prompt.values ?? []).enumerated() {
                guard let value = values[position] else { continue }
                if represented[variable]?.contains(value) == false {
                    counts[variable][keyPath: place].unrepresented += 1
                    continue
                }
                counts[variable][keyPath: place].n += 1
                if decoded[variable] == value { counts[variable][keyPath: place].equal += 1 }
            }
        }
        return counts
    }
}
