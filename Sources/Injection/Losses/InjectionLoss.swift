import LanguageModels
import TensorCore
import TrainingEngine

/// L = alpha L_CE + beta L_ALG + gamma L_KL on one packed batch: task examples first, plain text behind them.
///
/// One forward pass of the student serves all terms; roll and exchange act on the task rows only.
package struct InjectionLoss {
    package typealias Term = any LossTerm<TrainingBatch, StudentPass>

    /// All terms that there are, in the order of their columns in `metrics.jsonl`.
    private static var types: [any InjectionTerm.Type] { [AnswerLoss.self, AlignmentLoss.self, TextDivergence.self] }

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
    private let decoys: DecoyHeads?
    private let sum: LossSum<TrainingBatch, StudentPass>

    package init(_ terms: [Term], roll: RollIntervention?, projection: Projection, decoys: DecoyHeads? = nil) {
        (self.roll, self.projection, self.decoys) = (roll, projection, decoys)
        sum = LossSum(terms, columns: Self.columns.map(\.name))
    }

    /// What each term's sum over a batch is divided by, then the same of its circuit batch, then of decoys.
    package func normalizers(of batch: TrainingBatch) -> [Float] {
        let circuit =
            batch.circuit.map { sum.normalizers(of: $0.examples) } ?? Array(repeating: 0, count: sum.terms.count)
        return sum.normalizers(of: batch) + circuit + (decoys == nil ? [] : [Float(batch.taskRows.count)])
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
        let decoyOutputs = decoys?.observe(&hooks)
        let activations = student.forward(tape, batch.packed, hooks: hooks)
        let pass = StudentPass(
            batch: batch, activations: activations, head: tape.parameter(student.head), projection: projection,
            originalHead: originalHead)
        let normalizers = normalizers ?? self.normalizers(of: batch)
        var value = sum(tape, pass, normalizers: Array(normalizers.prefix(sum.terms.count)), batch: batch)
        if let decoys, let decoyOutputs {
            value.addRoots(
                decoys.roots(tape, decoyOutputs, batch, normalizer: normalizers[2 * sum.terms.count]),
                as: DecoyHeads.column)
        }
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

    /// The name of what the circuit batch adds to the loss.
    package static let circuitColumn = "circuit"
}

extension LossValue {
    /// Adds what is no term: its roots count as they are.
    fileprivate mutating func addRoots(_ roots: [Variable], as name: String) {
        let part = roots.reduce(0) { $0 + $1.value.scalar }
        self.roots += roots
        parts[name] = part
        total += part
    }
}
