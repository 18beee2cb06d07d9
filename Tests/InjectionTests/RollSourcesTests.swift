import Injection
import Testing

/// Which row is laid over which where the states of examples of unequal lengths are rolled.
@Suite struct RollSourcesTests {
    @Test func sequencesOfUnequalLengths() {
        // Lengths 3, 1, 2 and a text of 2: rows 0-2, 3, 4-5 | 6-7.
        let starts = [0, 3, 4, 6, 8]
        #expect(
            RollSources.rows(starts: starts, anchors: [0, 0, 0], contexts: [0, 0, 0]) == [4, 5, 5, 0, 3, 1, -1, -1])
        // Last tokens over last tokens.
        #expect(
            RollSources.rows(starts: starts, anchors: [2, 0, 1], contexts: [0, 0, 0]) == [4, 4, 5, 2, 1, 3, -1, -1])
        // Row 1 lies over row 3 and that over row 4: what is before and behind them comes from whoever has it.
        #expect(
            RollSources.rows(starts: starts, anchors: [1, 0, 0], contexts: [0, 0, 0]) == [4, 4, 5, 1, 3, 2, -1, -1])
        #expect(RollSources.rows(starts: [0, 2], anchors: [0], contexts: [0]) == [0, 1])
        // First tokens neither take nor give.
        #expect(
            RollSources.rows(starts: starts, anchors: [0, 0, 0], contexts: [0, 0, 0], from: 1)
                == [-1, 5, 5, -1, -1, 1, -1, -1])
    }
}
