import Ranks
import TensorCore

/// What a step changes, for a checkpoint: whole on the first rank, whatever each rank keeps of it.
extension Optimizers<GradientSum> {
    private var ranks: Communicator { parts[0].share.ranks }

    /// Everything that a step changes, as far as this rank keeps it.
    package var buffers: [Checkpoint.Buffer] {
        parts.flatMap { group, optimizer, _ in
            [Checkpoint.Buffer(name: group.buffers.values, values: group.store.values)]
                + Self.moments(of: group, optimizer).map { Checkpoint.Buffer(name: $0.name, values: $0.moments) }
        }
    }

    /// Calls `body` with everything that a step changes, on the first rank only.
    package func withBuffers(_ body: ([Checkpoint.Buffer]) throws -> Void) throws {
        var buffers: [Checkpoint.Buffer] = []
        var rooms: [Storage] = []
        for (group, optimizer, sum) in parts {
            buffers.append(Checkpoint.Buffer(name: group.buffers.values, values: group.store.values))
            for (name, moments) in Self.moments(of: group, optimizer) {
                var whole = moments
                if sum.owned != nil {
                    let room = Storage(capacity: wholeCount(of: group))
                    rooms.append(room)
                    whole = UnsafeMutableBufferPointer(start: room.pointer, count: wholeCount(of: group))
                    try sum.collect(
                        UnsafeMutableRawBufferPointer(moments), elementSize: elementSize(of: group),
                        into: UnsafeMutableRawBufferPointer(whole))
                }
                buffers.append(Checkpoint.Buffer(name: name, values: whole))
            }
            sum.forgetResidual()
        }
        try withExtendedLifetime(rooms) { if ranks.isFirst { try body(buffers) } }
    }

    /// Takes the buffers of a checkpoint, which the first rank has, and goes on after its step.
    ///
    /// - Parameter checkpoint: nil on the other ranks.
    package func restore(_ checkpoint: Checkpoint?, step: Int) throws {
        for (group, optimizer, sum) in parts {
            try restore(group.buffers.values, group.store.values, from: checkpoint)
            for (name, moments) in Self.moments(of: group, optimizer) {
                guard sum.owned != nil else {
                    try restore(name, moments, from: checkpoint)
                    continue
                }
                let room = Storage(capacity: wholeCount(of: group))
                let whole = UnsafeMutableBufferPointer(start: room.pointer, count: wholeCount(of: group))
                try checkpoint?.restore([Checkpoint.Buffer(name: name, values: whole)])
                try sum.distribute(
                    UnsafeMutableRawBufferPointer(whole), elementSize: elementSize(of: group),
                    into: UnsafeMutableRawBufferPointer(moments))
            }
            optimizer.stepCount = step
        }
    }

    private func restore(
        _ name: String, _ values: UnsafeMutableBufferPointer<Float>, from checkpoint: Checkpoint?
    ) throws {
        try checkpoint?.restore([Checkpoint.Buffer(name: name, values: values)])
        try ranks.broadcast(UnsafeMutableRawBufferPointer(values))
    }

    private static func moments(
        of group: ParameterGroup, _ optimizer: AdamW
    ) -> [(name: String, moments: UnsafeMutableBufferPointer<Float>)] {
        [
            (group.buffers.firstMoments, optimizer.firstMoments),
            (group.buffers.secondMoments, optimizer.secondMoments),
        ]
    }

    private func elementSize(of group: ParameterGroup) -> Int { group.moments == .bf16 ? 2 : 4 }

    /// Floats that the moments of a whole group take.
    private func wholeCount(of group: ParameterGroup) -> Int {
        group.moments == .bf16 ? (group.store.flatCount + 1) / 2 : group.store.flatCount
    }
}
