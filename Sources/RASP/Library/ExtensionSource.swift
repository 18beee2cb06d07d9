extension Library {
    /// What RASP-L has beyond the library of the reference implementation, written in the language itself. Under a
    /// causal mask "all positions" are those up to the row's own, as in RASP-L.
    static let extensionSource = """
        # Which occurrence of its value each position of seq holds: 0 for the first.
        def occurrence(seq) { return selector_width(select(seq, seq, ==) and select(indices, indices, <)); }

        # Where seq first holds the row's value of query; default where it never does.
        def firsts(seq, query, default) { return pick(select(seq, query, ==), indices, default, first); }

        # Where seq last holds the row's value of query.
        def lasts(seq, query, default) { return pick(select(seq, query, ==), indices, default, last); }

        # The value of seq at the position that index names, row by row.
        def index_select(seq, index, default) { return aggregate(select(indices, index, ==), seq, default); }

        # What stood offset places after the first earlier occurrence of the row's value of query in seq (an induction
        # head for offset 1). Only what had been seen by then counts.
        def induct(seq, query, offset, default) {
            matches = select(seq, query, ==) and select(indices, indices - offset, <=);
            place = pick(matches, indices, -1 - offset, first) + offset;
            return aggregate(select(indices, place, ==), seq, default);
        }

        # The last value in a list that sel selects in seq.
        def _last_of(sel, seq, values, default) {
            result = default;
            for value in values { result = value if has_focus(sel and select(seq, value, ==)) else result; }
            return result;
        }

        # The greatest of the values in a list that sel selects in seq; one head for each of them. default where it selects
        # none of them.
        def max_of(sel, seq, values, default) { return _last_of(sel, seq, ascending(values), default); }

        # The least, likewise.
        def min_of(sel, seq, values, default) {
            return _last_of(sel, seq, descending(values), default);
        }

        # The rest looks at the positions up to the row's own, with and without a mask.
        up_to_here = select(indices, indices, <=);

        # How many positions up to here are true; the sum of integers up to here; how often the row's value of query
        # has been seen by now, and whether it has.
        def cumsum(bools) { return selector_width(up_to_here and select(indicator(bools), 1, ==)); }
        def prefix_sum(seq) { return round(aggregate(up_to_here, _whole(seq)) * (indices + 1)); }
        def num_prev(seq, query) { return selector_width(up_to_here and select(seq, query, ==)); }
        def has_seen(seq, query) { return pick(up_to_here and select(seq, query, ==), 1, 0, last) == 1; }

        def where(condition, yes, no) { return yes if condition else no; }
        def mask(seq, bools, filler) { return seq if bools else filler; }

        # Where bools were true first.
        def first_true(bools, default) {
            return pick(up_to_here and select(indicator(bools), 1, ==), indices, default, first);
        }

        # The greatest and the least so far of the listed values, and where the last of the greatest, or least, stands.
        # Before any of them has come: the least of the list, the greatest of it, and 0.
        def maximum(seq, values) { return max_of(up_to_here, seq, values, ascending(values)[0]); }
        def minimum(seq, values) { return min_of(up_to_here, seq, values, descending(values)[0]); }
        def argmax(seq, values) {
            return pick(up_to_here and select(seq, maximum(seq, values), ==), indices, 0, last);
        }
        def argmin(seq, values) {
            return pick(up_to_here and select(seq, minimum(seq, values), ==), indices, 0, last);
        }

        # Of the listed values the one seen most often so far, the first in the list of equally frequent ones.
        def mode(seq, values) {
            result = values[0];
            most = num_prev(seq, values[0]);
            for value in values {
                times = num_prev(seq, value);
                result = value if times > most else result;
                most = times if times > most else most;
            }
            return result;
        }

        # What stood in seq offset places after the first position so far at which keys hold the row's value of query.
        def induct_kqv(keys, query, seq, offset, default) {
            matches = select(keys, query, ==) and select(indices, indices - offset, <=);
            place = pick(matches, indices, -1 - offset, first) + offset;
            return aggregate(select(indices, place, ==), seq, default);
        }

        # What stood in seq offset places before it.
        def induct_prev(seq, query, offset, default) {
            place = pick(up_to_here and select(seq, query, ==), indices, -1, first);
            return aggregate(select(indices, place - offset, ==), seq, default);
        }

        # B-RASP's attention on Boolean sequences: the value at the leftmost or rightmost selected position, and where
        # there is none the row's own value of default.
        def attend_leftmost(sel, bools, default) {
            return pick(sel, bools, False, first) if pick(sel, 1, 0, first) == 1 else default;
        }
        def attend_rightmost(sel, bools, default) {
            return pick(sel, bools, False, last) if pick(sel, 1, 0, last) == 1 else default;
        }
        """
}
