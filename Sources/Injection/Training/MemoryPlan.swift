import InjectionSettings
import LanguageModels
import TensorCore

/// What training holds in memory at its peak.
///
/// Weights, gradients and moments are counted. Activations are measured by rehearsing one step, everything but the
/// arithmetic, so that the plan is the code's own.
package struct MemoryPlan: Sendable {
    /// Values, gradients and AdamW's two moments of student and linear map.
    package let student: Int
    /// The frozen original, and its activations where they are kept.
    package let teacher: Int
    /// The arena of a step: activations, their gradients, blocks of logits.
    package let activations: Int
    /// Where one layer's activations are computed again, with `memory.recompute`.
    package let recomputation: Int
    /// Executable, libraries, BLAS's buffers, tokenizer: what is left of measured runs, 37 MiB for `tiny` and 80 for
    /// GPT-2-small.
    package static let process = 48 << 20

    package var bytes: Int { student + teacher + activations + recomputation + Self.process }

    /// - Parameters:
    ///   - kept: bytes of the original's activations that are kept.
    ///   - lanes: shards that are computed side by side.
    ///   - ranks: how many ranks the step is divided among.
    ///   - synthetic: this rank's part of a step.
    /// - Throws: what the losses throw.
    package init(
        _ settings: Settings, model: any LanguageModel, loss: InjectionLoss, variables: AlignedVariables,
        hasTeacher: Bool, kept: Int, lanes: Int = 1, ranks: Int = 1,
        exchanges: ExchangeSource? = nil, batch synthetic: SyntheticBatch
    ) throws {
        let (own, map) = (model.parameters, loss.projection.store)
        let moments = (settings.memory.moments == .bf16 ? 4 : 8) / Double(settings.optimizer.sharded ? ranks : 1)
        let residual = settings.optimizer.gradients == .bf16 && ranks > 1 ? 4 : 0
        // Each further lane has gradients of its own.
        let perNumber = 8 + Int(moments.rounded(.up)) + residual + 4 * (lanes - 1)
        student = perNumber * own.flatCount + (16 + 4 * (lanes - 1)) * map.flatCount
        let hasOriginal = hasTeacher || settings.optimizer.startDecay > 0
        teacher =
            hasOriginal ? (settings.memory.original == .bf16 ? model.halfPrecisionBytes : 4 * own.flatCount) + kept : 0
        let arena = Arena(rehearsing: ())
        let room = settings.memory.recompute ? Arena(rehearsing: ()) : nil
        try Parallel.rehearse {
            var batch = synthetic.batch
            if loss.needsCompiledModel {
                batch.targets = synthetic.emptyTargets(
                    variables, dense: loss.needs.contains(.compiledStates), arena: arena)
            }
            let lengths = (0..<batch.taskSequences).map { batch.packed.rows($0).count }
            batch.exchange = exchanges?.exchange(promptCounts: lengths, at: 0)
            if hasTeacher, !synthetic.windows.isEmpty {
                batch.teacherHidden = Teacher(model: model, windows: nil).hidden(for: synthetic.windows, arena: arena)
            }
            let tape = Tape(arena: arena, recomputation: room)
            let head = hasTeacher ? model.head.value : nil
            tape.backward(from: try loss(tape, student: model, originalHead: head, batch: batch).roots)
        }
        own.zeroGradients()
        map.zeroGradients()
        activations = arena.bytesTouched
        recomputation = room?.bytesTouched ?? 0
    }

    /// For a run's header and for benchmarks.
    package var description: String {
        let gibibytes = { (bytes: Int) in (Double(bytes) / 1_073_741_824).rounded(toPlaces: 2) }
        return
            "student with AdamW \(gibibytes(student)) GiB, original \(gibibytes(teacher)) GiB, activations \(gibibytes(activations + recomputation)) GiB"
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
