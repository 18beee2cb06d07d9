import Foundation
import Ranks
import TestSupport
import Testing

/// What ranks compute together, over a transport between threads.
@Suite struct CollectivesTests {
    /// Numbers of a rank, none of which is a sum's exact part.
    private static func numbers(_ rank: Int, _ count: Int) -> [Float] {
        (0..<count).map { Float(($0 * 7919 + rank * 104_729) % 10_007) / 997 - 4.7 }
    }

    @Test(arguments: [1, 2, 3, 8], [1, 15, 100, 5_003])
    func sumsAreTakenInTheOrderOfTheRanks(size: Int, count: Int) throws {
        var wanted = Self.numbers(0, count)
        for rank in 1..<max(size, 2) where rank < size {
            for (index, number) in Self.numbers(rank, count).enumerated() { wanted[index] += number }
        }
        let sums = LocalRanks.run(size) { ranks -> [Float] in
            var own = Self.numbers(ranks.rank, count)
            try own.withUnsafeMutableBufferPointer { own in
                if let work = ranks.beginSum(own, of: ranks) { try ranks.wait(work) }
            }
            return own
        }
        // The same bits everywhere.
        for sum in sums { #expect(try sum.result.get() == wanted) }
    }

    @Test func aScatteredSumIsInTheShareAndGatheringGivesAll() throws {
        let (size, count) = (3, 1_000)
        let whole = LocalRanks.run(size) { ranks -> ([Float], [Float]) in
            var own = Self.numbers(ranks.rank, count)
            let before = own
            return try own.withUnsafeMutableBufferPointer { own in
                guard let sum = ranks.beginSum(own, of: ranks, isScattered: true) else { return ([], []) }
                try ranks.wait(sum)
                let share = Communicator.share(of: ranks.rank, among: size, count: count)
                for index in own.indices where !share.contains(index) { #expect(own[index] == before[index]) }
                let scattered = Array(own[share])
                guard let gather = ranks.beginGather(own, of: ranks) else { return ([], []) }
                try ranks.wait(gather)
                return (scattered, Array(own))
            }
        }
        let results = try whole.map { try $0.result.get() }
        #expect(results.flatMap(\.0) == results[0].1)
        for result in results { #expect(result.1 == results[0].1) }
    }

    @Test(arguments: [1, 2, 5], [0, 1, 17, 160, 1_001])
    func sharesCoverEverythingOnce(size: Int, count: Int) {
        let shares = (0..<size).map { Communicator.share(of: $0, among: size, count: count) }
        #expect(shares.flatMap(Array.init) == Array(0..<count))
        for share in shares where !share.isEmpty { #expect(share.lowerBound % 16 == 0) }
    }

    /// Longer than a message's head, shorter, and none.
    @Test func everyRankGetsEverybodysBytesAndTheFirstOnesMemory() throws {
        let lengths = [3_000, 0, 248, 249]
        let results = LocalRanks.run(4) { ranks -> Bool in
            func bytes(_ rank: Int) -> [UInt8] { (0..<lengths[rank]).map { UInt8(($0 + 31 * rank) % 251) } }
            var isRight = try ranks.exchange(bytes(ranks.rank)) == (0..<4).map(bytes)
            let told = try ranks.fromFirst {
                #expect(ranks.isFirst)
                return [7, 8]
            }
            isRight = isRight && told == [7, 8]
            var memory = (0..<777).map { Int32($0 * (ranks.rank + 1)) }
            try memory.withUnsafeMutableBytes { try ranks.broadcast($0) }
            return isRight && memory == (0..<777).map { Int32($0) }
        }
        for result in results { #expect(try result.result.get()) }
    }

    @Test func sharesAreCollectedOnTheFirstRank() throws {
        let results = LocalRanks.run(3) { ranks -> [UInt16] in
            var memory = [UInt16](repeating: UInt16(ranks.rank + 1), count: 100)
            try memory.withUnsafeMutableBytes { try ranks.collect($0, count: 100, elementSize: 2) }
            return memory
        }
        let wanted = (0..<3).flatMap { rank in
            Communicator.share(of: rank, among: 3, count: 100).map { _ in UInt16(rank + 1) }
        }
        #expect(try results[0].result.get() == wanted)
    }

    /// In bf16 a sum is rounded; what is left out is sent later, so that the mean over many sums is exact.
    @Test func roundingIsMadeUpForLater() throws {
        let (size, count, rounds) = (3, 200, 64)
        let results = LocalRanks.run(size) { ranks -> [[Float]] in
            var residual = [Float](repeating: 0, count: count)
            return try (0..<rounds).map { _ in
                var own = Self.numbers(ranks.rank, count)
                try own.withUnsafeMutableBufferPointer { own in
                    try residual.withUnsafeMutableBufferPointer { residual in
                        guard let work = ranks.beginSum(own, of: ranks, residual: residual) else { return }
                        try ranks.wait(work)
                    }
                }
                return own
            }
        }.map { try! $0.result.get() }
        for result in results { #expect(result == results[0]) }
        for index in 0..<count {
            let exact = (0..<size).reduce(Float(0)) { $0 + Self.numbers($1, count)[index] }
            let largest = (0..<size).map { abs(Self.numbers($0, count)[index]) }.reduce(abs(exact), max)
            let single = results[0][0][index]
            let mean = results[0].reduce(Float(0)) { $0 + $1[index] } / Float(rounds)
            // A rounding is half of 2^-8 of a number, of each sent and of the sum; over the rounds they nearly cancel.
            #expect(abs(single - exact) <= largest / 64)
            #expect(abs(mean - exact) <= largest / 1_000)
        }
        #expect(results[0][0] != results[0][1], "nothing was rounded")
    }
}
