/// All parameters of a model: values and gradients each in one flat buffer, so that the optimiser, the gradient norm
/// and a checkpoint are one pass over memory. Every parameter starts on a cache line; the gaps stay zero.
///
/// Use: `add` every parameter, then `allocate()`, then fill the values. A frozen store (`gradients: false`) has values
/// only, and these may lie elsewhere, for example in a mapped file.
public final class ParameterStore: @unchecked Sendable {
    private struct Declaration {
        let name: String
        let shape: Shape
        let decays: Bool
        let group: Int
        var hiddenMaps = 0
        /// The values where they lie outside the store, as in a mapped file.
        let mapped: Tensor?
    }

    public let hasGradients: Bool
    private var declarations: [Declaration] = []
    private var names: [String: Int] = [:]
    private var flatValues: Storage?
    private var flatGradients: Storage?
    /// Offset of each parameter in the flat buffers.
    private var offsets: [Int] = []

    /// Parameters in the order they were added; empty before `allocate()`.
    public private(set) var parameters: [Parameter] = []
    /// Floats in each flat buffer, gaps included.
    public private(set) var flatCount = 0

    public init(gradients: Bool = true) { hasGradients = gradients }

    /// Declares a parameter. Names must differ.
    ///
    /// - Parameters:
    ///   - name: What it is looked up by.
    ///   - shape: Its shape.
    ///   - decay: Whether weight decay applies to it.
    ///   - group: Which of an optimizer's groups trains it.
    ///   - hiddenMaps: see `Parameter.hiddenMaps`; divides the columns.
    public func add(name: String, shape: Shape, decay: Bool, group: Int = 0, hiddenMaps: Int = 0) {
        precondition(
            hiddenMaps == 0 || shape.dimensions.count == 2 && shape.columns % hiddenMaps == 0,
            "\(name) \(shape) does not hold \(hiddenMaps) matrices")
        declare(
            Declaration(name: name, shape: shape, decays: decay, group: group, hiddenMaps: hiddenMaps, mapped: nil))
    }

    /// Declares a frozen parameter whose values lie in memory that `owner` keeps alive; they are never written.
    public func add(name: String, shape: Shape, mapped: UnsafePointer<Float>, owner: AnyObject) {
        precondition(!hasGradients, "mapped values are for frozen stores")
        let tensor = Tensor(shape: shape, pointer: UnsafeMutablePointer(mutating: mapped), owner: owner)
        declare(Declaration(name: name, shape: shape, decays: false, group: 0, mapped: tensor))
    }

    private func declare(_ declaration: Declaration) {
        precondition(parameters.isEmpty, "parameters are added before allocate()")
        precondition(names[declaration.name] == nil, "parameter \(declaration.name) added twice")
        names[declaration.name] = declarations.count
        declarations.append(declaration)
    }

    /// Reserves the flat buffers, zeroed, and makes the parameters.
    public func allocate() {
        precondition(parameters.isEmpty, "allocate() called twice")
        for declaration in declarations {
            offsets.append(flatCount)
            if declaration.mapped == nil { flatCount += Storage.padded(declaration.shape.count) }
        }
        let values = Storage(capacity: flatCount)
        let gradients = hasGradients ? Storage(capacity: flatCount) : nil
        parameters = zip(declarations, offsets).map { declaration, offset in
            Parameter(
                name: declaration.name, shape: declaration.shape, decays: declaration.decays, group: declaration.group,
                hiddenMaps: declaration.hiddenMaps,
                value: declaration.mapped
                    ?? Tensor(shape: declaration.shape, pointer: values.pointer + offset, owner: values),
                gradient: gradients.map {
                    Tensor(shape: declaration.shape, pointer: $0.pointer + offset, owner: $0)
                })
        }
        flatValues = values
        flatGradients = gradients
        declarations = []
    }

    public subscript(name: String) -> Parameter {
        guard let index = names[name], index < parameters.count else {
            preconditionFailure("no parameter named \(name)")
        }
        return parameters[index]
    }

    public func parameter(named name: String) -> Parameter? { names[name].map { parameters[$0] } }

    /// Numbers in all parameters, without the gaps.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

    /// Every value that the store holds itself, in one buffer.
    public var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: flatValues?.pointer, count: flatValues == nil ? 0 : flatCount)
    }

    /// Every gradient in one buffer; empty for a frozen store.
    public var gradients: UnsafeMutableBufferPointer<Float> {
        for parameter in parameters { parameter.slots.first?.settle() }
        return UnsafeMutableBufferPointer(start: flatGradients?.pointer, count: flatGradients == nil ? 0 : flatCount)
    }

    /// Sets every gradient to zero. Memory is not touched yet: each parameter's first contribution overwrites it.
    public func zeroGradients() {
        guard hasGradients else { return }
        for parameter in parameters { for slot in parameter.slots { slot.isStale = true } }
    }

    /// Makes room for the gradients of so many tapes at a time, each of a shard of a batch (`Tape.shard`). A store has
    /// room for one.
    public func reserve(shards: Int) {
        guard hasGradients, !parameters.isEmpty else { return }
        for _ in parameters[0].slots.count..<max(shards, parameters[0].slots.count) {
            let storage = Storage(capacity: flatCount)
            for (parameter, offset) in zip(parameters, offsets) {
                let tensor = Tensor(shape: parameter.shape, pointer: storage.pointer + offset, owner: storage)
                let slot = GradientSlot(tensor)
                slot.isStale = true
                parameter.slots.append(slot)
            }
        }
    }

    /// Adds the gradients of all shards up, shard by shard in their order, into that of the first.
    public func combineShards() { combineShards(of: parameters.indices) }

    /// The same of some parameters only, which no backward pass contributes to any more.
    public func combineShards(of some: Range<Int>) {
        Parallel.for(some.count) { range in
            for parameter in range.map({ parameters[some.lowerBound + $0] }) {
                guard let sum = parameter.slots.first else { continue }
                for slot in parameter.slots.dropFirst() where !slot.isStale {
                    addScaled(slot.tensor, 1, to: sum.tensor, beta: sum.isStale ? 0 : 1)
                    (sum.isStale, slot.isStale) = (false, true)
                }
            }
        }
    }

    /// Where parameters that follow each other lie in the flat buffers.
    public func flatRange(of some: Range<Int>) -> Range<Int> {
        guard let first = some.first, let last = some.last else { return 0..<0 }
        return offsets[first]..<(offsets[last] + Storage.padded(parameters[last].shape.count))
    }

    /// The gradients of parameters that follow each other, in one buffer; empty for a frozen store.
    public func gradients(of some: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
        for parameter in parameters[some] { parameter.slots.first?.settle() }
        let range = flatRange(of: some)
        return UnsafeMutableBufferPointer(
            start: flatGradients.map { $0.pointer + range.lowerBound }, count: flatGradients == nil ? 0 : range.count)
    }

    /// A contiguous stretch of the flat buffers whose parameters share group and decay.
    struct Segment {
        var range: Range<Int>
        let group: Int
        let decays: Bool
    }

    /// - Parameter isIncluded: which parameters the stretches are made of.
    func segments(where isIncluded: (Parameter) -> Bool) -> [Segment] {
        var result: [Segment] = []
        for (parameter, offset) in zip(parameters, offsets) where isIncluded(parameter) {
            let range = offset..<(offset + Storage.padded(parameter.shape.count))
            if let last = result.last, last.group == parameter.group, last.decays == parameter.decays,
                last.range.upperBound == offset
            {
                result[result.count - 1].range = last.range.lowerBound..<range.upperBound
            } else {
                result.append(Segment(range: range, group: parameter.group, decays: parameter.decays))
            }
        }
        return result
    }
}
