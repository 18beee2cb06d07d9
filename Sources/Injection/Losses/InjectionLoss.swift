import LanguageModels
import TensorCore
import TrainingEngine

/// L = alpha L_CE + beta L_ALG + gamma L_KL on one packed batch: task examples first, plain text behind them.
///
/// One forward pass of the student serves all terms; roll and exchange act on the task rows only. Where a circuit is
/// injected, a second pass follows, over examples in which components are replaced, for the same terms.
package struct InjectionLoss {
    package typealias Term = any InjectionTerm

    /// All terms that there are, in the order of their columns in `metrics.jsonl`.
    private static var types: [any InjectionTerm.Type] {
        [AnswerLoss.self, AlignmentLoss.self, TextDivergence.self, DecoyLoss.self]
    }

    package static var columns: [LossColumn] { types.map { $0.column } }

    /// The terms that take part in a run.
    package static func terms(_ setup: LossSetup) -> [Term] {
        func term<Kind: InjectionTerm>(_ type: Kind.Type) -> Term? { type.init(setup) }
        return types.compactMap { term($0) }
    }

    /// What the terms compare the student with.
    package var needs: Set<TrainingBatch.Part> { sum.needs }
    package var needsCompiledModel: Bool { !needs.isDisjoint(with: [.compiledValues, .compiledStates]) }
    let projection: Projection
    private let roll: RollIntervention?
    /// What terms read of a pass beside the residual states, each point once.
    private let observed: [HookPoint]
    private let sum: LossSum<TrainingBatch, StudentPass>

    package init(_ terms: [Term], roll: RollIntervention?, projection: Projection) {
        (self.roll, self.projection) = (roll, projection)
        observed = terms.flatMap(\.observed).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let names = Set(terms.map(\.name))
        func ofAnyLoss(_ term: some InjectionTerm) -> any LossTerm<TrainingBatch, StudentPass> { term }
        sum = LossSum(
            terms.map { ofAnyLoss($0) },
            columns: Self.columns.filter { $0.isAlwaysReported || names.contains($0.name) }.map(\.name))
    }

    /// What each term's sum over a batch is divided by, then the same of its circuit batch.
    package func normalizers(of batch: TrainingBatch) -> [Float] {
        let circuit =
            batch.circuit.map { sum.normalizers(of: $0.examples) } ?? Array(repeating: 0, count: sum.terms.count)
        return sum.normalizers(of: batch) + circuit
    }

    /// - Parameters:
    ///   - originalHead: the output embedding of the original; nil where the batch has no text.
    ///   - normalizers: where `batch` is a part of a larger one, the sums over all its parts; nil: those of `batch`.
    package func callAsFunction(
        _ tape: Tape, student: any LanguageModel, originalHead: Tensor?, batch: TrainingBatch,
        normalizers: [Float]? = nil
    ) throws -> LossValue {
        var hooks = Hooks()
        if let exchange = batch.exchange {
            let hook = try exchange.hook(projection: projection, batch: batch.packed, contexts: batch.contexts)
            hooks.add(at: .residual(exchange.layer), hook)
        }
        if let (point, hook) = try roll?.hook(projection: projection, batch: batch) { hooks.add(at: point, hook) }
        let seen = Observations()
        for point in observed { hooks.observe(at: point) { seen.outputs[point] = $0 } }
        let activations = student.forward(tape, batch.packed, hooks: hooks)
        let pass = StudentPass(
            batch: batch, activations: activations, observed: seen.outputs, head: tape.parameter(student.head),
            projection: projection, originalHead: originalHead)
        let normalizers = normalizers ?? self.normalizers(of: batch)
        var value = sum(tape, pass, normalizers: Array(normalizers.prefix(sum.terms.count)), batch: batch)
        guard let circuit = batch.circuit else { return value }
        let circuitPass = StudentPass(
            batch: circuit.examples, activations: circuit.forward(tape, student), head: pass.head,
            projection: projection, originalHead: nil)
        let added = sum(
            tape, circuitPass, normalizers: Array(normalizers.dropFirst(sum.terms.count).prefix(sum.terms.count)),
            batch: circuit.examples)
        value.roots += added.roots
        value.total += added.total
        value.parts[Self.circuitColumn] = added.total
        return value
    }

    /// The name of what the circuit batch adds to the loss: no term, but the terms again, of other examples.
    package static let circuitColumn = "circuit"

    /// What the pass has computed at the points that are observed.
    private final class Observations {
        var outputs: [HookPoint: Variable] = [:]
    }
}
