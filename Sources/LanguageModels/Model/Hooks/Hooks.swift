import TensorCore

/// What reads and replaces activations in a forward pass, as data: a function for each hook point.
///
/// A layer without hooks inside it runs as it would without any. A layer with hooks computes the activations that are
/// asked for as variables of their own; its results are equal to those of a layer without hooks up to rounding.
///
/// Every hook runs exactly once in a forward pass, and what it is given lies on the way to the result: a gradient that
/// it retains is that of this place. On a tape that recomputes activations, layers with hooks inside them keep theirs,
/// so that what a hook reads stays valid until the arena is reset.
///
/// Generation with a cache of keys and values takes no hooks.
public struct Hooks {
    /// Given the activation, returns what takes its place: the same variable, or another one of the same shape.
    public typealias Hook = (Tape, Variable) -> Variable

    private var hooks: [HookPoint: Hook]

    public init(_ hooks: [HookPoint: Hook] = [:]) { self.hooks = hooks }

    public subscript(point: HookPoint) -> Hook? { hooks[point] }

    /// Where something acts, in no particular order.
    public var points: some Collection<HookPoint> { hooks.keys }

    /// Adds a hook behind what acts at the point already: it is given what the earlier one returned.
    public mutating func add(at point: HookPoint, _ hook: @escaping Hook) {
        guard let earlier = hooks[point] else {
            hooks[point] = hook
            return
        }
        hooks[point] = { tape, activation in hook(tape, earlier(tape, activation)) }
    }

    /// Adds a hook that reads the activation and leaves it as it is.
    public mutating func observe(at point: HookPoint, _ observer: @escaping (Variable) -> Void) {
        add(at: point) { _, activation in
            observer(activation)
            return activation
        }
    }

    /// Whether something acts inside a layer, rather than between layers.
    func act(inside layer: Int) -> Bool { hooks.keys.contains { $0.layer == layer } }

    /// What takes the activation's place at a point: the activation itself where no hook acts.
    func apply(at point: HookPoint, _ tape: Tape, _ activation: Variable) -> Variable {
        guard let hook = hooks[point] else { return activation }
        let result = hook(tape, activation)
        precondition(
            result.shape == activation.shape,
            "the hook at \(point) returned \(result.shape) in place of \(activation.shape)")
        return result
    }
}
