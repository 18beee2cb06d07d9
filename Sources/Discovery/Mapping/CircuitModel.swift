import Circuits
import LanguageModels
import TensorCore

/// A language model seen as components that write to the stream and places that read it.
struct CircuitModel: Sendable {
    let model: any LanguageModel
    let precision: NumberFormat
    let shape: CircuitShape
    /// In the shape's order, in which every writer comes after those that it can read.
    let writers: [CircuitNode]
    let readers: [CircuitReader]
    let readerPoints: [HookPoint]
    /// How many writers each reader sees: always the first so many.
    let writersSeen: [Int]

    init(_ student: any LanguageModel, precision: NumberFormat) {
        // Gradients of weights are no use here, and a store with room for them would be shared by all threads.
        model = student.parameters.hasGradients ? student.frozenCopy() : student
        self.precision = precision
        let configuration = model.configuration
        let shape = CircuitShape(configuration)
        self.shape = shape
        writers = shape.writers
        readers = shape.readers
        readerPoints = readers.map { $0.hookPoint(in: configuration) }
        let all = writers
        writersSeen = readers.map { reader in all.count { shape.has(CircuitEdge($0, reader)) } }
    }

    var width: Int { shape.streamWidth }
    var layers: Int { shape.layers }
    private var heads: Int { shape.headsPerLayer.first ?? 0 }

    /// Readers that see the same stream, by number: those of a layer's attention, each MLP, and the logits.
    var readerGroups: [Range<Int>] {
        var groups: [Range<Int>] = []
        for _ in 0..<layers {
            let start = groups.last?.upperBound ?? 0
            groups += [start..<start + 3 * heads, start + 3 * heads..<start + 3 * heads + 1]
        }
        return groups + [readers.count - 1..<readers.count]
    }

    /// The writers that a pass computes together: the input, each layer's heads, each MLP.
    var writerGroups: [Range<Int>] {
        var groups = [0..<1]
        for _ in 0..<layers {
            let start = groups[groups.count - 1].upperBound
            groups += [start..<start + heads, start + heads..<start + heads + 1]
        }
        return groups
    }

    func tape(_ arena: Arena, recording: Bool = false) -> Tape {
        Tape(arena: arena, recording: recording, precision: precision)
    }

    /// What the positions alone add to the stream, [N, D], which belongs to no component; nil where they add nothing.
    func positions(_ batch: PackedBatch, _ arena: Arena) -> Tensor? {
        model.positions(tape(arena), batch)?.value
    }

    /// The stream before the first layer of what the input adds, [N, D], which is changed in place.
    func stream(ofInput output: Tensor, _ batch: PackedBatch, _ arena: Arena) -> Tensor {
        guard let positions = positions(batch, arena) else { return output }
        for index in 0..<output.count { output.pointer[index] += positions.pointer[index] }
        return output
    }
}
