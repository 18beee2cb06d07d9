/// The decisions of a lowering that depended on the degree of fusion. Another degree that decides all of them alike
/// gives the same result, or the same refusal, and need not be tried.
package final class FusionDecisions {
    private var mostAccepted = 0
    private var leastDeclined = Int.max
    private var hingesOnEagerness = false
    private var hingesOnNames = false
    private var hingesOnInputs = false
    private let fusion: Fusion

    package init(_ fusion: Fusion) { self.fusion = fusion }

    /// Whether a map that takes so many units is fused.
    func fuses(units: Int) -> Bool {
        let isFused = units <= fusion.units
        if isFused { mostAccepted = max(mostAccepted, units) } else { leastDeclined = min(leastDeclined, units) }
        return isFused
    }

    var isEager: Bool {
        hingesOnEagerness = true
        return fusion.isEager
    }

    var goesThroughNames: Bool {
        hingesOnNames = true
        return fusion.goesThroughNames
    }

    var decidesEachInput: Bool {
        hingesOnInputs = true
        return fusion.decidesEachInput
    }

    package func areShared(by other: Fusion) -> Bool {
        mostAccepted <= other.units && other.units < leastDeclined
            && (!hingesOnEagerness || other.isEager == fusion.isEager)
            && (!hingesOnNames || other.goesThroughNames == fusion.goesThroughNames)
            && (!hingesOnInputs || other.decidesEachInput == fusion.decidesEachInput)
    }
}
