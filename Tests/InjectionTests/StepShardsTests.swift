import Injection
import Testing

/// How a step is divided among threads.
@Suite struct StepShardsTests {
    @Test func everythingIsInOneShardAndTextsStayWithTheirExamples() {
        let examples = [60, 5, 12, 40, 33, 7, 21, 18]
        let texts = [30, 4, 50, 9]
        let before = [0: 3, 2: 1]
        let shards = StepShards(examples: examples, before: before, texts: texts, count: 3).shards
        #expect(shards.flatMap(\.examples).sorted() == Array(examples.indices))
        #expect(shards.flatMap(\.texts).sorted() == Array(texts.indices))
        for (text, example) in before {
            #expect(shards.filter { $0.texts.contains(text) || $0.examples.contains(example) }.count == 1)
        }
        for shard in shards {
            #expect(shard.examples == shard.examples.sorted() && shard.texts == shard.texts.sorted())
        }
        // Even loads: no two differ by more than the longest example.
        let loads = shards.map { shard in
            shard.examples.reduce(0) { $0 + examples[$1] }
                + shard.texts.filter { before[$0] == nil }.reduce(0) { $0 + texts[$1] }
        }
        #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 60)
    }

    @Test func oneShardHoldsAllInOrder() {
        let shards = StepShards(examples: [3, 9, 1], before: [1: 0], texts: [2, 2], count: 1).shards
        #expect(shards == [StepShards.Shard(examples: [0, 1, 2], texts: [0, 1])])
    }
}
