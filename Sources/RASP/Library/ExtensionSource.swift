extension Library {
    /// What RASP-L has beyond the library of the reference implementation, written in the language itself. Under a
    /// causal mask "all positions" are those up to the row's own, as in RASP-L.
    static let extensionSource = """
        # Which occurrence of its value each position of seq holds: 0 for the first.
        def occurrence(seq) { return selector_width(select(seq, seq, ==) and select(indices, indices, <)); }

        # Where seq first holds the row's value of query; default where it never does.
        def firsts(seq, query, default) {
            return aggregate(select(seq, query, ==) and select(occurrence(seq), 0, ==), indices, default);
        }

        # Where seq last holds the row's value of query: the occurrence whose number is their count, less one.
        def lasts(seq, query, default) {
            same = select(seq, query, ==);
            return aggregate(same and select(occurrence(seq), selector_width(same) - 1, ==), indices, default);
        }

        # The value of seq at the position that index names, row by row.
        def index_select(seq, index, default) { return aggregate(select(indices, index, ==), seq, default); }

        # What stood offset places after the first earlier occurrence of the row's value of query in seq (an induction
        # head for offset 1). Only what had been seen by then counts.
        def induct(seq, query, offset, default) {
            matches = select(seq, query, ==) and select(occurrence(seq), 0, ==) and select(indices, indices - offset, <=);
            place = aggregate(matches, indices, -1 - offset) + offset;
            return aggregate(select(indices, place, ==), seq, default);
        }

        # The greatest of the selected values of seq, which are among values, a list in ascending order; one head for
        # each. default where nothing is selected.
        def max_of(sel, seq, values, default) {
            result = default;
            for value in values { result = value if has_focus(sel and select(seq, value, ==)) else result; }
            return result;
        }

        # The least, likewise.
        def min_of(sel, seq, values, default) {
            return max_of(sel, seq, [values[len(values) - 1 - i] for i in range(len(values))], default);
        }
        """
}
