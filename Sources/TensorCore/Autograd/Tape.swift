/// Records operations in order and plays their derivatives back in reverse.
///
/// Operations are methods of the tape, most in a file of their own beside this one. A tape with `recording: false` computes values only and keeps nothing.
/// A tape belongs to one thread; its operations divide their own work.
public final class Tape {
    public let arena: Arena
    public let isRecording: Bool
    /// Where stretches of the forward pass compute their activations again for the backward pass (`recomputing`); nil:
    /// they keep them.
    public let recomputation: Arena?
    /// The format in which matrix products with weights are computed.
    public let precision: NumberFormat
    /// Which of the parameters' gradients it adds to, where a batch is computed in shards side by side.
    public let shard: Int
    private struct Node {
        let output: Variable
        let inputs: [Variable]
        let backward: (Tensor) -> Void
    }
    private var nodes: [Node] = []
    /// Where sections of the tape begin, and what is told once they were played back.
    private var sections: [(start: Int, action: () -> Void)] = []
    /// Told in the backward pass when a section, and all that was recorded after it, has been played back: the
    /// gradients of parameters that only it uses are whole.
    public var sectionPlayedBack: ((_ section: Int) -> Void)?

    /// - Parameters:
    ///   - arena: Where values and gradients lie.
    ///   - recording: Whether derivatives will be asked for.
    ///   - recomputation: Where stretches of the forward pass are computed again; nil: they are kept.
    ///   - precision: Of the matrix products with weights.
    ///   - shard: Below what the parameters' store has reserved (`ParameterStore.reserve(shards:)`).
    public init(
        arena: Arena, recording: Bool = true, recomputation: Arena? = nil, precision: NumberFormat = .fp32,
        shard: Int = 0
    ) {
        self.shard = shard
        self.arena = arena
        self.precision = precision
        isRecording = recording
        self.recomputation = recomputation
    }

    /// A value that is not differentiated.
    public func constant(_ value: Tensor) -> Variable {
        Variable(value: value, requiresGradient: false, arena: arena)
    }

    /// A leaf whose gradient is wanted and kept.
    public func leaf(_ value: Tensor) -> Variable {
        Variable(value: value, requiresGradient: isRecording, arena: arena)
    }

    /// A parameter; its gradient is summed into the store's buffer. Frozen parameters are constants.
    public func parameter(_ parameter: Parameter) -> Variable {
        Variable(
            value: parameter.value, requiresGradient: isRecording && !parameter.slots.isEmpty, arena: arena,
            slot: parameter.slots.isEmpty ? nil : parameter.slots[shard])
    }

    /// Adds an operation of the caller's own: the extension point, and what every operation here is made with.
    /// - Parameters:
    ///   - value: the operation's result, usually a tensor of the tape's arena.
    ///   - inputs: the variables it was computed from.
    ///   - formed: computes `value` again, the same bits, where that is cheap: `discard` then gives its room back even
    ///     though the backward pass will ask for it.
    ///   - backward: receives the gradient of the roots with respect to `value`, and passes it on through
    ///     `input.accumulate { destination, beta in ... }`. Not called where no input wants a gradient.
    public func record(
        _ value: Tensor, inputs: [Variable], formed: ((Tensor) -> Void)? = nil, backward: @escaping (Tensor) -> Void
    ) -> Variable {
        let wanted = isRecording && inputs.contains { $0.requiresGradient }
        let output = Variable(value: value, requiresGradient: wanted, arena: arena, formed: wanted ? formed : nil)
        if wanted { nodes.append(Node(output: output, inputs: inputs, backward: backward)) }
        return output
    }

    /// Begins a section: what is recorded from here on.
    public func begin(section: Int) {
        guard isRecording, let sectionPlayedBack else { return }
        sections.append((nodes.count, { sectionPlayedBack(section) }))
    }

    /// Propagates from scalars, each with gradient 1, to every leaf and parameter. The tape is empty afterwards.
    public func backward(from roots: [Variable]) {
        precondition(isRecording, "this tape does not record")
        for root in roots {
            precondition(root.value.isScalar, "backward starts from scalars, not from \(root.shape)")
            root.accumulate { gradient, beta in gradient[0] = (beta == 0 ? 0 : gradient[0]) + 1 }
        }
        playBack()
    }

    /// Propagates from one value of any shape, whose gradient is given.
    public func backward(from root: Variable, gradient: Tensor) {
        precondition(isRecording, "this tape does not record")
        root.accumulate { addScaled(gradient, 1, to: $0, beta: $1) }
        playBack()
    }

    private func playBack() {
        while let node = nodes.popLast() {
            defer { endSections() }
            guard let gradient = node.output.gradient else { continue }
            // Values are formed on this thread, before the operation reads them from several.
            for input in node.inputs { input.form() }
            node.backward(gradient)
            if !node.output.retainsGradient { node.output.recycleGradient() }
            node.output.releaseFormedAgain()
        }
    }

    private func endSections() {
        while let last = sections.last, last.start >= nodes.count {
            sections.removeLast()
            last.action()
        }
    }

    public func backward(from root: Variable) { backward(from: [root]) }

    /// Gives back the room of a value that the forward pass will not use again. Lets inference run in the room of a few
    /// activations. A recording tape keeps what the backward pass may need, except for values that are cheap to form
    /// again.
    public func discard(_ variable: Variable) {
        if isRecording { variable.release() } else { arena.recycle(variable.value) }
    }
}
