/// A tensor on a tape, with the gradient of the tape's roots with respect to it.
public final class Variable {
    public let shape: Shape
    public let requiresGradient: Bool
    /// Keeps the gradient of an intermediate value after `backward`; otherwise its room is recycled as soon as every
    /// input has received its share. Gradients of a tape's own leaves are always kept.
    public var retainsGradient = false
    /// Where a parameter's gradient is summed.
    private let slot: GradientSlot?
    private let arena: Arena
    private var ownGradient: Tensor?
    /// nil where its room was given back.
    private var held: Tensor?
    /// Computes the value again.
    private let formed: ((Tensor) -> Void)?
    private var isFormedAgain = false

    init(
        value: Tensor, requiresGradient: Bool, arena: Arena, slot: GradientSlot? = nil,
        formed: ((Tensor) -> Void)? = nil
    ) {
        shape = value.shape
        held = value
        self.requiresGradient = requiresGradient
        self.arena = arena
        self.slot = slot
        self.formed = formed
    }

    /// After the forward pass has discarded it, only the operations' backward passes may ask for it.
    public var value: Tensor {
        guard let held else { preconditionFailure("the value of shape \(shape) was discarded") }
        return held
    }

    /// Computes the value again, where its room was given back.
    func form() {
        guard held == nil, let formed else { return }
        let value = arena.tensor(shape)
        formed(value)
        held = value
        isFormedAgain = true
    }

    /// Gives the room of the value back, where it can be formed again.
    func release() {
        guard formed != nil, let value = held else { return }
        held = nil
        arena.recycle(value)
    }

    /// Gives the room of a value that was formed again back: its producer has had its gradient, and nobody asks any
    /// more.
    func releaseFormedAgain() {
        if isFormedAgain { release() }
    }

    /// nil before anything has contributed. A parameter's gradient is shared by all tapes.
    public var gradient: Tensor? {
        slot?.settle()
        return slot?.tensor ?? ownGradient
    }

    /// Adds a contribution to the gradient. `write` receives the gradient's tensor and must set it to
    /// `beta * destination + contribution`, where beta 0 means that the old contents are garbage and must not be read.
    /// Does nothing where no gradient is wanted.
    public func accumulate(_ write: (_ destination: Tensor, _ beta: Float) -> Void) {
        guard requiresGradient else { return }
        if let slot {
            let beta: Float = slot.isStale ? 0 : 1
            slot.isStale = false
            write(slot.tensor, beta)
        } else if let gradient = ownGradient {
            write(gradient, 1)
        } else {
            let gradient = arena.tensor(value.shape)
            ownGradient = gradient
            write(gradient, 0)
        }
    }

    func recycleGradient() {
        guard let gradient = ownGradient else { return }
        ownGradient = nil
        arena.recycle(gradient)
    }
}
