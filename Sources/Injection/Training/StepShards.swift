/// One step's examples and texts, divided among threads that each compute a part of the step.
///
/// Small students spend much of a step waiting for each other where every operation is divided among threads. Computed
/// in shards, threads meet once a step.
package struct StepShards {
    package struct Shard: Equatable {
        /// Numbers of examples, and of texts, those that stand before an example among them; both ascending.
        package var examples: [Int] = []
        package var texts: [Int] = []

        package init(examples: [Int] = [], texts: [Int] = []) { (self.examples, self.texts) = (examples, texts) }
    }

    package private(set) var shards: [Shard]

    /// - Parameters:
    ///   - examples: tokens of each example, what stands before it included.
    ///   - before: for each text that stands before an example, that example.
    ///   - texts: tokens of each text.
    package init(examples: [Int], before: [Int: Int], texts: [Int], count: Int) {
        shards = Array(repeating: Shard(), count: count)
        var loads = Array(repeating: 0, count: count)
        func lightest() -> Int { loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0 }
        var place = Array(repeating: 0, count: examples.count)
        // The longest first, so that the loads come out even.
        for index in examples.indices.sorted(by: { (examples[$1], $0) < (examples[$0], $1) }) {
            place[index] = lightest()
            loads[place[index]] += examples[index]
        }
        for index in examples.indices { shards[place[index]].examples.append(index) }
        for (text, tokens) in texts.enumerated() {
            let shard = before[text].map { place[$0] } ?? lightest()
            if before[text] == nil { loads[shard] += tokens }
            shards[shard].texts.append(text)
        }
    }
}
