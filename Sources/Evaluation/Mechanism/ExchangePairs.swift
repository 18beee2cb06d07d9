import Compiler
import Injection
import LanguageModels
import RASP
import TensorCore

/// Prompts in pairs of equal length, with what the compiled model does on each: exchanges of variables between
/// them, in the student and in the compiled model.
struct ExchangePairs {
    struct Member: Sendable {
        var example: Example
        var encoded: EncodedExample
        var atoms: [Atom]
        var states: ResidualStates
        var output: [Atom?]
    }

    /// What an exchange did to one prompt.
    struct Outcome {
        /// The prompt, and where its partner is, in the batch.
        var place: Int
        var partner: Int { place ^ 1 }
        /// Whether the exchange changes what the program says.
        var changes: Bool
        /// Whether the student says what the program says after the exchange, at every token of the answer.
        var agrees: Bool
        /// The student's tokens, and the program's output at every token of the text.
        var said: [Int32]
        var output: [Atom?]
        /// The compiled model's states after the exchange.
        var states: ResidualStates
    }

    /// Partners lie side by side: 0 and 1, 2 and 3, ...
    let batches: [[Member]]
    let reader: AnswerReader
    private let run: LoadedRun
    private let comparison: ExchangeComparison

    var count: Int { batches.reduce(0) { $0 + $1.count } }

    init(_ run: LoadedRun, prompts: Int, seed: Int, split: Split = .test) throws {
        self.run = run
        reader = AnswerReader(run)
        comparison = ExchangeComparison(reader)
        let partners = try PromptPairs.all(run, prompts: prompts, seed: seed, split: split)
        let members = try Parallel.map(partners) { example, encoded in
            let atoms = Array(encoded.atoms[..<encoded.contentCount])
            let states = try run.compiled.residualStates(atoms)
            return Member(
                example: example, encoded: encoded, atoms: atoms, states: states,
                output: run.compiled.outputs(of: states))
        }
        batches = stride(from: 0, to: members.count, by: 32).map { Array(members[$0..<min($0 + 32, members.count)]) }
    }

    /// The student's pass over a batch, from which exchanges at these points go on.
    func pass(over batch: [Member], points: [ExchangePoint], arena: Arena) -> KnownPass {
        KnownPass(batch.map(\.encoded), states: Set(points.map(\.layer)), reader: reader, arena: arena)
    }

    /// Exchanges a variable between all pairs of a batch.
    ///
    /// - Parameters:
    ///   - point: the variable, and where it is exchanged.
    ///   - basis: the subspace that is exchanged in the student: the variable's, or one to compare it with.
    ///   - batch: prompts in pairs.
    ///   - pass: the student's pass over it.
    ///   - arena: is reset.
    ///   - seen: is given the student's stream after the exchange.
    /// - Returns: an outcome for each prompt for which the program has something to say afterwards.
    func exchange(
        _ point: ExchangePoint, basis: Tensor, in batch: [Member], _ pass: KnownPass, arena: Arena,
        seen: (Tape, Variable) -> Void = { _, _ in }
    ) throws -> [Outcome] {
        let sources = batch.indices.flatMap { pass.batch.rows($0 ^ 1).map(Int32.init) }
        let said = pass.nextTokens(from: point.layer, arena: arena) { tape, hidden in
            let changed = tape.interchange(hidden, basis: basis, sources: sources)
            seen(tape, changed)
            return changed
        }
        let states = try Parallel.map(Array(batch.indices)) { index in
            try run.compiled.residualStates(
                batch[index].atoms, interchanging: point.variable, with: batch[index ^ 1].states, state: point.state)
        }
        return batch.indices.compactMap { place in
            let (member, output) = (batch[place], run.compiled.outputs(of: states[place]))
            guard let changes = comparison.changes(member.encoded, from: member.output, to: output) else { return nil }
            return Outcome(
                place: place, changes: changes,
                agrees: comparison.agrees(said[place], with: output, on: member.encoded), said: said[place],
                output: output, states: states[place])
        }
    }
}
