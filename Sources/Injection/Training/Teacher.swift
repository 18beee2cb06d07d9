import InjectionSettings
import LanguageModels
import TensorCore

/// The frozen original model, which says what plain text should look like to the student.
///
/// Where the text is a fixed set of windows, its final activations are computed once and kept, as long as they fit into
/// `budget`. They are computed in blocks of the same windows whatever is asked for first, so that a resumed run, whose
/// cache starts empty, sees the same bits.
package final class Teacher {
    let model: any LanguageModel
    private let windows: [TextWindow]?
    private let starts: [Int]
    private var cache: [Tensor?] = []
    private let precision: NumberFormat
    private static let block = 16

    /// The original of a student that is about to be trained.
    package convenience init(of student: any LanguageModel, settings: Settings, windows: [TextWindow]?) {
        self.init(
            model: settings.memory.original == .bf16 ? student.halfPrecisionCopy() : student.frozenCopy(),
            windows: windows,
            precision: settings.precision.ofProducts)
    }

    /// - Parameter budget: bytes that kept activations may take.
    package init(
        model: any LanguageModel, windows: [TextWindow]?, precision: NumberFormat = .fp32, budget: Int = 1 << 30
    ) {
        self.precision = precision
        self.model = model
        let tokens = windows?.reduce(0) { $0 + $1.tokenCount } ?? 0
        let isKept = Self.cost(tokens: tokens, width: model.configuration.width, budget: budget) > 0
        self.windows = isKept ? windows : nil
        starts = (windows ?? []).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.tokenCount) }
        cache = Array(repeating: nil, count: ((windows?.count ?? 0) + Self.block - 1) / Self.block)
    }

    /// Bytes of the activations that are kept for so many tokens of fixed windows; none beyond the budget.
    static func cost(tokens: Int, width: Int, budget: Int = 1 << 30) -> Int {
        let bytes = tokens * width * MemoryLayout<Float>.stride
        return bytes <= budget ? bytes : 0
    }

    package var head: Tensor { model.head.value }

    /// Final activations of all tokens of the windows, one window after another.
    package func hidden(for batch: [TextWindow], arena: Arena) -> Tensor {
        guard let windows, batch.allSatisfy({ $0.number != nil }) else {
            return forward(batch, arena: arena)
        }
        let rows = batch.reduce(0) { $0 + $1.tokenCount }
        let result = arena.tensor(rows, model.configuration.width)
        var first = 0
        for window in batch {
            guard let number = window.number else { continue }
            let block = number / Self.block
            let from = block * Self.block
            if cache[block] == nil {
                let work = Arena()
                let computed = forward(
                    Array(windows[from..<min(from + Self.block, windows.count)]), arena: work)
                let kept = Tensor(zeros: computed.shape)
                kept.copy(from: computed)
                cache[block] = kept
            }
            guard let kept = cache[block] else { continue }
            let offset = starts[number] - starts[from]
            result.rows(first..<(first + window.tokenCount)).copy(
                from: kept.rows(offset..<(offset + window.tokenCount)))
            first += window.tokenCount
        }
        return result
    }

    private func forward(_ windows: [TextWindow], arena: Arena) -> Tensor {
        let tape = Tape(arena: arena, recording: false, precision: precision)
        return model.forward(tape, PackedBatch(windows.flatMap(\.pieces))).final.value
    }
}
