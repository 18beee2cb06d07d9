import Injection
import InjectionSettings
import LanguageModels
import RASP
import TensorCore

/// Reads the program's variables out of a student's residual stream, through the linear map.
public struct Decoder: Sendable {
    private let model: any LanguageModel
    private let precision: NumberFormat
    private var projection: Projection
    package let layout: VariableLayout
    package private(set) var alignment: Settings.Alignment.Kind
    /// The student's layer that is read unless another is named: the last aligned one.
    public let layer: Int

    public init(_ run: LoadedRun) {
        (model, precision) = (run.student.model, run.student.precision)
        projection = run.projection
        layout = run.layout
        alignment = run.settings.alignment.kind
        layer = run.lastLayer
    }

    /// The same through another map, which gives numbers as they are.
    func reading(_ projection: Projection) -> Decoder {
        var decoder = self
        (decoder.projection, decoder.alignment) = (projection, .perVariable)
        return decoder
    }

    /// A residual stream, [N, d_model], mapped to [N, d_compiled].
    func map(_ stream: Tensor) -> Tensor {
        let tape = Tape(arena: Arena(), recording: false, precision: precision)
        let mapped = projection.map(tape, tape.constant(stream)).value
        let result = Tensor(zeros: mapped.shape)
        result.copy(from: mapped)
        return result
    }

    /// The same on a tape, whose arena the result lies in.
    func map(_ tape: Tape, _ stream: Variable) -> Tensor { projection.map(tape, stream).value }

    /// The raw and the mapped residual stream of sequences, packed: [N, d_model] and [N, d_compiled].
    package func streams(of sequences: [[Int32]], layer: Int, arena: Arena) -> (raw: Tensor, mapped: Tensor) {
        let tape = Tape(arena: arena, recording: false, precision: precision)
        let activations = model.forward(tape, PackedBatch(sequences), upToLayer: layer)
        let raw = activations.residual[layer]
        return (raw.value, projection.map(tape, raw).value)
    }

    /// Every residual state of sequences, packed and mapped: one [N, d_compiled] a layer, the embedding's output first.
    func mappedStates(of sequences: [[Int32]], arena: Arena) -> [Tensor] {
        let tape = Tape(arena: arena, recording: false, precision: precision)
        return model.forward(tape, PackedBatch(sequences)).residual.map { projection.map(tape, $0).value }
    }

    /// The decoded value of every variable of the program at one position.
    ///
    /// A categorical variable is the argmax over its directions. A numerical one is the nearest of the numbers it can
    /// be: of the coordinate itself where the map was trained to give the number, or, where only directions were
    /// aligned (cosine), of the coordinate in units of the one-hot coordinates' mean.
    package func values(_ mapped: UnsafePointer<Float>) -> [Atom?] {
        let variables = layout.variables
        let best = variables.map { entry in
            entry.isCategorical ? entry.rows.max { mapped[$0] < mapped[$1] } : nil
        }
        var unit: Float = 1
        if alignment == .cosine {
            let heights = best.compactMap { $0.map { mapped[$0] } }
            let mean = heights.reduce(0, +) / Float(max(heights.count, 1))
            if mean > 1e-6 { unit = mean }
        }
        return zip(variables, best).map { entry, best in
            switch entry.encoding {
            case .categorical(let values):
                return best.map { values[$0 - entry.rows.lowerBound] }
            case .numerical(let reachable):
                let row = entry.rows.lowerBound
                if entry.rows.count > 1, mapped[row + 1] / unit > 0.5 { return nil }
                let number = Double(mapped[row] / unit)
                let value = reachable.min { abs($0 - number) < abs($1 - number) } ?? number
                return Atom(number: value)
            }
        }
    }

    public var variableNames: [String] { layout.variables.map(\.name) }
}
