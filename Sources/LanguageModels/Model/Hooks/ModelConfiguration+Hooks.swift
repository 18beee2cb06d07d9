import Basics

extension ModelConfiguration {
    /// Every point at which a hook may act, in the order in which a forward pass comes to them.
    public var hookPoints: [HookPoint] {
        let heads = 0..<heads
        return [.residual(0)]
            + (0..<layers).flatMap { layer -> [HookPoint] in
                HookPoint.Reader.allCases.flatMap { reader in
                    heads.map { .headInput(layer: layer, head: $0, reader) }
                } + heads.map { .headMix(layer: layer, head: $0) } + heads.map { .head(layer: layer, head: $0) }
                    + [.mlpInput(layer: layer), .mlp(layer: layer), .residual(layer + 1)]
            }
    }

    public func has(_ point: HookPoint) -> Bool {
        if case .residual(let state) = point { return (0...layers).contains(state) }
        return (0..<layers).contains(point.layer ?? 0) && (0..<heads).contains(point.head ?? 0)
    }

    /// Checks that the model has a point that a user named.
    /// - Throws: `.usage` saying what there is.
    public func check(_ point: HookPoint) throws(Failure) {
        guard !has(point) else { return }
        throw Failure(
            .usage, "the model has no hook point \(point)",
            remedy: "name a residual state from resid.0 to resid.\(layers), or one of \(layers) layers and \(heads) "
                + "heads, both counted from 0")
    }
}
