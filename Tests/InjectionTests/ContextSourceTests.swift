import Injection
import LanguageModels
import Testing

/// What stands before task examples in training.
@Suite struct ContextSourceTests {
    private static let source = ContextSource(
        before: 3, behind: 2, texts: true, seed: 5, ordinaryTokens: OrdinaryTokens(of: 50, leavingOut: []),
        symbols: [[60], [61, 62]], limit: 40)

    @Test func everySequenceFitsAndEveryTextStandsOnce() {
        let (lengths, texts) = ([10, 38, 40, 7, 12, 20, 30, 5], [4, 39, 12, 25])
        var counts: Set<Int> = []
        var drawn: Set<Int32> = []
        for step in 0..<200 {
            let around = Self.source.surroundings(lengths: lengths, texts: texts, at: step)
            // The text of 39 tokens fits before no example, the others before some.
            #expect(around.values.compactMap(\.text).sorted() == [0, 2, 3])
            #expect(around.values.count { !$0.behind.isEmpty } <= 2)
            for (index, around) in around {
                let before = around.text.map { texts[$0] } ?? around.before.count
                #expect(around.text == nil || around.before.isEmpty)
                #expect(lengths[index] + before + around.behind.count <= 40)
                if around.text == nil, before > 0 { counts.insert(before) }
                drawn.formUnion(around.before + around.behind)
            }
        }
        // From one token to all that fits, the student's and the program's own.
        #expect(counts.contains(1) && counts.contains { $0 > 25 })
        #expect(drawn.isSuperset(of: [60, 61, 62]) && drawn.count > 40)
        #expect(drawn.allSatisfy { (0..<50).contains($0) || (60...62).contains($0) })
    }

    @Test func theSameChoiceWheneverItIsAskedFor() {
        func chosen(_ step: Int) -> [String] {
            Self.source.surroundings(lengths: [5, 6, 7, 8], texts: [9], at: step).map { "\($0)" }.sorted()
        }
        #expect(chosen(3) == chosen(3))
        #expect((0..<20).contains { chosen($0) != chosen($0 + 1) })
    }
}

/// How the stream of a student is divided among a program's variables.
@Suite struct VariableSubspaceTests {
    private static func layout(_ sizes: [Int]) -> VariableLayout {
        var first = 0
        let entries = sizes.enumerated().map { index, size in
            defer { first += size }
            return VariableLayout.Entry(
                name: "v\(index)", encoding: .categorical((0..<size).map { .int($0) }), rows: first..<(first + size),
                writtenByLayer: 0, readByLayer: 1)
        }
        return VariableLayout(entries: entries, directions: Array(0..<first), output: 0, layers: 1)
    }

    @Test func aVariableTakesOneDimensionLessThanItHasValues() {
        let divided = VariableSubspace.divide(Self.layout([2, 5, 300, 1]), width: 128, most: 12)
        #expect(divided.map(\.dimensions) == [0..<1, 1..<5, 5..<17, 17..<18])
        #expect(divided.map(\.rows) == [0..<2, 2..<7, 7..<307, 307..<308])
    }

    @Test func theyShareWhatThereIs() {
        // 24 of 32 dimensions: five variables take four each, the boolean one.
        let divided = VariableSubspace.divide(Self.layout([10, 10, 2, 10, 10, 10]), width: 32, most: 12)
        #expect(divided.map(\.dimensions.count) == [4, 4, 1, 4, 4, 4])
        #expect(VariableSubspace.divide(Self.layout([9, 9, 9]), width: 3, most: 12).isEmpty)
    }
}
