import Basics

/// An evaluation by several ranks: each measures some of the suites, and all get all results.
extension ModelEvaluation.Report {
    /// Whether this rank measures a suite. They take turns in the order in which suites were asked for.
    func isOwn(_ suite: ModelEvaluation.Suite) -> Bool {
        let place = options.suites.firstIndex(of: suite) ?? 0
        return place % options.ranks.size == options.ranks.rank
    }

    /// Brings the results and rows of all ranks together, in the order of the suites.
    mutating func share() throws {
        guard !options.ranks.isAlone else { return }
        let own: JSONValue = ["suites": results.json, "rows": .array(rows.map { .array($0.map(JSONValue.string)) })]
        let all = try options.ranks.exchange(Array(own.text(indented: false).utf8)).enumerated().map { rank, bytes in
            try JSONParser.parse(String(decoding: bytes, as: UTF8.self), name: "the results of rank \(rank)")
        }
        var together = EvaluationResults()
        for value in all { together.add(EvaluationResults(value["suites"] ?? .null)) }
        results = together.only(options.suites)
        let rows = all.flatMap { ($0["rows"]?.array ?? []).map { ($0.array ?? []).compactMap(\.string) } }
        self.rows = options.suites.flatMap { suite in rows.filter { $0.first == suite.rawValue } }
    }
}
