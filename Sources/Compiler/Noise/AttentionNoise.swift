import Foundation
import Passes

/// What a head passes on of the noise in what it reads.
///
/// Noise in keys and queries changes logits, which are half of `SelectorForm.conditionWeight` apart at least: it decides how much
/// attention leaks to positions that are not selected. Noise in values is averaged.
struct AttentionNoise {
    let stream: StreamNoise
    /// How many positions there can be, BOS included.
    let positions: Double

    func increments(of head: HeadPlan) -> [StreamNoise.Increment] {
        let logits = logitError(head)
        // The score of BOS is half a condition below that of a position that matches, and half a condition above that
        // of one that does not. For a width it equals that of a match.
        let gap = SelectorForm.conditionWeight * (head.countsBOS ? 1 : 0.5)
        let isCut = stream.sums == .exact && 2 * logits - gap < CompiledHead.negligibleLogit
        let leak = isCut ? 0 : 2 * positions * exp(min(2 * logits - gap, 0))
        // By how much the shares of positions can differ that should get equal ones.
        let tilt = expm1(min(2 * logits, 64))
        let selected = Double(max(head.largestWidth, 1)) + (head.countsBOS ? 1 : 0)
        return head.values.indices.map { index in
            let (form, isCopy) = (SortedForm(head.values[index]), head.isCopy[index])
            let error = stream.error(of: form)
            if head.isShare[index], head.countsBOS {
                let roundings = logits > stream.sums.roundoff / 4 ? selected + 2 : 2
                return .init(relative: leak + tilt + stream.sums.roundoff * roundings)
            }
            let atBOS = stream.errorAtBOS(of: form)
            let shares = selected > 1 ? (isCopy ? 0 : tilt) + (selected + 3) * stream.sums.roundoff : 0
            guard isCopy else {
                // The relative error of a mean of numbers of one sign is theirs. Where numbers can cancel, only the
                // absolute error is known to be theirs.
                if let own = stream.errorWithoutCancellation(of: form) {
                    let relative = own.relative + shares
                    return .init(
                        unset: max(own.unset, atBOS) + leak * error.size, extra: relative * error.size,
                        relative: relative, isOffGrid: relative > 0)
                }
                return .init(unset: max(error.anywhere, atBOS) + (leak + shares) * error.size)
            }
            let added = (leak + shares) * error.size
            let unset = form.bias == 0 ? error.unset : error.anywhere
            let quiet = max(unset, atBOS) + added
            return .init(unset: quiet, extra: max(error.anywhere, atBOS) + added - quiet)
        }
    }

    /// The largest error of a logit; 0 where everything read is exact.
    private func logitError(_ head: HeadPlan) -> Double {
        var sum = 0.0
        for (dimensions, isByKey) in head.terms {
            let (unit, other) = isByKey ? (1.0, head.conditionWeight) : (head.conditionWeight, 1.0)
            var (quiet, extra, otherwise, products) = (0.0, 0.0, 0.0, 0.0)
            for dimension in dimensions {
                let key = error(head.keys[dimension], atBOS: true)
                let query = error(head.queries[dimension], atBOS: false)
                let (own, across) = isByKey ? (key, query) : (query, key)
                quiet += own.unset
                extra = max(extra, own.anywhere - own.unset)
                otherwise = max(otherwise, across.anywhere)
                products += own.unset * across.anywhere
            }
            sum += other * (quiet + extra) + unit * otherwise + products + extra * otherwise
        }
        for dimension in head.order {
            let key = error(head.keys[dimension], atBOS: true)
            let query = error(head.queries[dimension], atBOS: false)
            sum += key.anywhere * query.size + query.anywhere * key.size + key.anywhere * query.anywhere
        }
        guard sum > 1e-9 else { return 2 * sum }
        let terms = Double(head.terms.count)
        return sum + stream.sums.roundoff * head.conditionWeight * (terms + 1) * (2 * terms + 4)
    }

    private func error(_ form: LinearForm, atBOS: Bool) -> StreamNoise.FormError {
        let form = SortedForm(form)
        var error = stream.error(of: form)
        // A complement is 0 where something else is set.
        if form.bias != 0 { error.unset = error.anywhere }
        if atBOS {
            let own = stream.errorAtBOS(of: form)
            error.unset = max(error.unset, own)
            error.anywhere = max(error.anywhere, own)
        }
        return error
    }
}
