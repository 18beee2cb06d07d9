import Basics
import Compiler
import Injection
import LanguageModels
import RASP
import TensorCore

/// Exchanges variables between prompts that stand in texts: only over the tokens of prompt and answer, the ends of the
/// prompts over each other.
struct PlacedExchange {
    /// Prompts of a cell that exchange, at most; with every variable and layer this makes hundreds of exchanges a cell.
    static let mostPrompts = 32

    private struct Member: Sendable {
        var encoded: EncodedExample
        var before: Int
        var following: [Int32]
        var atoms: [Atom]
        var states: ResidualStates
        var output: [Atom?]

        var own: Range<Int> { before..<encoded.contentCount }
    }

    private let run: LoadedRun
    private let reader: AnswerReader
    private let comparison: ExchangeComparison
    /// Each variable in the states from which it is read.
    private let points: [ExchangePoint]

    init(_ run: LoadedRun) throws {
        self.run = run
        reader = AnswerReader(run)
        comparison = ExchangeComparison(reader)
        points = try ExchangePoint.all(of: run) { entry in
            // The answer is read off the output variable behind the last layer.
            entry.writtenByLayer..<(Self.isOutput(entry, run) ? run.layout.layers + 1 : entry.readByLayer)
        }
    }

    /// - Returns: nil where no two of the texts are short enough for the compiled model.
    func measure(_ placed: [PlacedPrompt], arena: Arena) throws -> ContextResult.Exchanges? {
        let fitting = placed.filter { $0.count <= run.compiled.maxLength }.prefix(Self.mostPrompts)
        guard fitting.count > 1 else { return nil }
        // Partners of like length lie side by side, 0 and 1, 2 and 3, ...
        let sorted = fitting.sorted { $0.own.count < $1.own.count }
        let members = try Parallel.map(Array(sorted.prefix(sorted.count / 2 * 2)), member)
        var exchanges = ContextResult.Exchanges()
        for point in points { try exchange(point, members, into: &exchanges, arena: arena) }
        return exchanges
    }

    private func member(_ placed: PlacedPrompt) throws -> Member {
        var (encoded, following) = (placed.encoded, placed.behind)
        if run.task.task.tokens.answers != nil {
            // As in the suite interchange, a word counts by its first token.
            following = Array(encoded.answer.dropFirst()) + following
            encoded = encoded.upToFirstAnswerToken
        }
        let atoms = run.task.encoder.atoms(of: placed.tokens)
        let states = try run.compiled.residualStates(atoms)
        return Member(
            encoded: encoded, before: placed.before, following: following, atoms: atoms, states: states,
            output: run.compiled.outputs(of: states))
    }

    /// One variable in one state, between all partners; the student is asked only where the program's answer changes.
    private func exchange(
        _ point: ExchangePoint, _ members: [Member], into exchanges: inout ContextResult.Exchanges, arena: Arena
    ) throws {
        let outputs = try Parallel.map(Array(members.indices)) { index in
            let (own, other) = (members[index], members[index ^ 1])
            let offset = Self.offset(from: own, to: other)
            let states = try run.compiled.residualStates(
                own.atoms, interchanging: point.variable, with: other.states, state: point.state, offset: offset,
                positions: Self.taking(own, from: other, offset))
            return run.compiled.outputs(of: states)
        }
        let changing = members.indices.map {
            comparison.changes(members[$0].encoded, from: members[$0].output, to: outputs[$0]) == true
        }
        let asked = members.indices.filter { changing[$0] || changing[$0 ^ 1] }
        guard !asked.isEmpty else { return }
        arena.reset()
        let said = reader.nextTokens(
            asked.map { members[$0].encoded }, following: asked.map { members[$0].following },
            hooks: { packed in
                let sources = asked.indices.flatMap { place in
                    // Both partners are asked, side by side.
                    Self.sources(members[asked[place]], members[asked[place ^ 1]], packed, place)
                }
                return Hooks([
                    .residual(point.layer): { $0.interchange($1, basis: point.basis, sources: sources) }
                ])
            }, arena: arena)
        let isOutput = Self.isOutput(point.entry, run)
        for (index, said) in zip(asked, said) where changing[index] {
            let agrees = comparison.agrees(said, with: outputs[index], on: members[index].encoded)
            if isOutput { exchanges.output.add(agrees) } else { exchanges.others.add(agrees) }
        }
    }

    private static func isOutput(_ entry: VariableLayout.Entry, _ run: LoadedRun) -> Bool {
        entry.name.hasSameBytes(as: run.compiled.output)
    }

    private static func offset(from own: Member, to other: Member) -> Int {
        other.encoded.promptCount - own.encoded.promptCount
    }

    /// The positions of a prompt and its answer that have a counterpart in the other.
    private static func taking(_ own: Member, from other: Member, _ offset: Int) -> Range<Int> {
        own.own.clamped(to: (other.own.lowerBound - offset)..<(other.own.upperBound - offset))
    }

    /// The packed row that each row of one sequence gets the subspace of; -1 where it keeps its own.
    private static func sources(_ own: Member, _ other: Member, _ packed: PackedBatch, _ place: Int) -> [Int32] {
        let offset = offset(from: own, to: other)
        let taking = taking(own, from: other, offset)
        return packed.rows(place).indices.map { row in
            let position = row - packed.starts[place]
            return taking.contains(position) ? Int32(packed.starts[place ^ 1] + position + offset) : -1
        }
    }
}
