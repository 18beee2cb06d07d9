import Compiler
import RASP
import Testing

/// What is selected by a rank in a strict order is one position: sorting copies, and averages nothing.
@Suite struct StrictOrders {
    private func compiled(_ source: String) throws -> (program: Program, model: CompiledModel) {
        let program = try Program(source: source, name: "test")
        return (program, try RASPCompiler.compile(program))
    }

    /// 29.6 million parameters when the values of all means were listed.
    @Test func sortedNeighbours() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab 0 1 2 3
            #pragma max_length 9
            s = sort(tokens_int, tokens_int);
            y = s + aggregate(select(indices, indices - 1, ==), s);
            """)
        #expect(model.parameterCount < 100_000, "\(model.parameterCount)")
        let report = try model.verify(against: program, count: 400)
        #expect(report.passed, "\(report.firstMismatch?.description ?? "")")
        #expect(try model.run(["3", "1", "2", "1"]) == [1, 2, 3, 5])
    }

    @Test func median() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab 0 1 2 3 4 5 6 7 8 9 10
            #pragma max_length 9
            sorted = sort(tokens_int, tokens_int);
            median = (load_from_location(sorted, (length - 1) // 2) + load_from_location(sorted, length // 2)) / 2;
            """)
        let report = try model.verify(against: program, count: 300)
        #expect(report.passed, "\(report.firstMismatch?.description ?? "")")
        #expect(try model.run(["10", "0", "3", "4"]) == [3.5, 3.5, 3.5, 3.5])
        #expect(try model.run(["10", "0", "3"]) == [3, 3, 3])
    }

    /// Strings can be sorted too, backwards and by a rank with a name; a rank from the end is a rank.
    @Test func ranksOfOtherOrders() throws {
        for source in [
            "y = sort(tokens, tokens);",
            """
            before = select(tokens, tokens, >) or (select(tokens, tokens, ==) and select(indices, indices, <));
            place = selector_width(before);
            y = aggregate(select(place, indices, ==), tokens, "?");
            """,
            """
            before = select(tokens, tokens, <) or (select(tokens, tokens, ==) and select(indices, indices, >));
            y = aggregate(select(length - 1 - selector_width(before), indices, ==), tokens, "?");
            """,
            "y = aggregate(select(selector_width(select(indices, indices, >)), indices, ==), tokens, \"?\");",
        ] {
            let (program, model) = try compiled(
                "#pragma vocab a b c\n#pragma max_length 5\n\(source)\n#pragma output y")
            let report = try model.verify(against: program, count: 400)
            #expect(report.isExhaustive && report.verified == 363, "\(source)")
            #expect(report.mismatches == 0, "\(source): \(report.firstMismatch?.description ?? "")")
        }
    }

    /// Ranks that positions can share are none: what they select is averaged, where that can be done.
    @Test func weakOrders() throws {
        for relation in [
            "select(tokens_int, tokens_int, <)", "select(indices, indices, <=) and select(tokens_int, tokens_int, ==)",
            "select(tokens_int, tokens_int, <) or select(indices, indices, <)", "select(indices, indices, <=)",
            "select(indices % 2, indices % 2, <) or (select(indices % 2, indices % 2, ==) and select(tokens_int, tokens_int, <))",
        ] {
            let (program, model) = try compiled(
                """
                #pragma vocab 0 1 2
                #pragma max_length 4
                place = selector_width(\(relation));
                y = aggregate(select(place, indices, ==), tokens_int, -1);
                """)
            let report = try model.verify(against: program, count: 400)
            #expect(
                report.isExhaustive && report.mismatches == 0, "\(relation): \(report.firstMismatch?.description ?? "")"
            )
        }
    }

    /// Under a mask positions are ranked among those before them only, and share ranks.
    @Test func underAMask() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab 0 1 2
            #pragma max_length 4
            #pragma causal true
            before = select(tokens_int, tokens_int, <) or (select(tokens_int, tokens_int, ==) and select(indices, indices, <));
            y = aggregate(select(selector_width(before), 0, ==), indices, -1);
            """)
        let report = try model.verify(against: program, count: 400)
        #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }
}
