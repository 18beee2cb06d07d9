/// How far chains of maps are fused into one.
package struct Fusion {
    /// Hidden units that a fused map may take although steps would take fewer non-zeros.
    let units: Int
    /// Variables that are kept under a name are fused as well.
    let goesThroughNames: Bool
    /// Whether it is decided for each input of a map by itself whether it is fused, so that the map is computed as
    /// early as possible. Otherwise all inputs that are maps of several variables are fused, or none.
    package var decidesEachInput = false

    var isEager: Bool { units > 0 }

    /// Whether this is the same as the other one, but lets a fused map take no more units.
    package func isNarrower(than other: Fusion) -> Bool {
        decidesEachInput && other.decidesEachInput && goesThroughNames == other.goesThroughNames && units <= other.units
    }

    /// From the one with the fewest non-zeros to the one with the fewest layers, first those that fuse all inputs or
    /// none.
    static func candidates(throughNames: Bool?) -> [Fusion] {
        let between = [0, 128, 2048].map { Fusion(units: $0, goesThroughNames: false) }
        let through = [Fusion(units: 512, goesThroughNames: true)]
        func eachInput(throughNames: Bool) -> [Fusion] {
            [256, 128].map { Fusion(units: $0, goesThroughNames: throughNames, decidesEachInput: true) }
        }
        switch throughNames {
        case false: return between + eachInput(throughNames: false)
        case true: return through + eachInput(throughNames: true)
        case nil: return between + through + eachInput(throughNames: false) + eachInput(throughNames: true)
        }
    }
}
