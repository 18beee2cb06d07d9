extension Library {
    /// The standard library, in the language itself. Only what the language cannot say is built in.
    static let source = """
        full_s = select(1, 1, ==);
        length = selector_width(full_s);

        # Whether a row of the selector selects anything.
        def has_focus(sel) { return aggregate(sel, 1) > 0; }

        # How often atom occurs in seq. One head: every row attends to the occurrences.
        def count(seq, atom) { return selector_width(select(seq == atom, True, ==)); }
        def contains(seq, atom) { return count(seq, atom) > 0; }

        def max(a, b) { return a if a > b else b; }
        def min(a, b) { return a if a < b else b; }
        def average(a) { return aggregate(full_s, a); }

        # The value at position location, 0 where there is no such position.
        def load_from_location(seq, location) { return aggregate(select(indices, location, ==), seq); }

        # Moves values n places to the right, filler coming in from the side.
        def shift(seq, n, filler) { return aggregate(select(indices, indices - n, ==), seq, filler); }

        def mark_last_instance(seq, val) {
            later = select(seq, seq, ==) and select(indices, indices, >);
            return seq == val and not has_focus(later);
        }
        def mark_first_instance(seq, val) {
            earlier = select(seq, seq, ==) and select(indices, indices, <);
            return seq == val and not has_focus(earlier);
        }
        def select_from_last(seq, val) { return select(mark_last_instance(seq, val), True, ==); }
        def select_from_first(seq, val) { return select(mark_first_instance(seq, val), True, ==); }

        # Stable and ascending: a value goes where as many keys are smaller, or equal and earlier.
        def sort(seq, key) {
            before = select(key, key, <) or (select(key, key, ==) and select(indices, indices, <));
            position = selector_width(before);
            return aggregate(select(position, indices, ==), seq);
        }

        # The next later position that holds the same value.
        def select_next_identical(seq) {
            earlier = selector_width(select(seq, seq, ==) and select(indices, indices, <));
            return select(seq, seq, ==) and select(earlier, earlier + 1, ==);
        }
        """
}
