import Injection
import Testing

@Suite struct TasksGeneratorTests {
    @Test(arguments: InjectionTask.builtInNames)
    func splitsAreSeededDistinctAndDisjoint(name: String) throws {
        let task = try InjectionTask.named(name)
        let train = try task.examples(.train, count: 5_000, seed: 1)
        #expect(try task.examples(.train, count: 5_000, seed: 1) == train)
        #expect(try task.examples(.train, count: 100, seed: 2) != Array(train.prefix(100)))
        let test = try task.examples(.test, count: 1_000, seed: 2)
        #expect(train.count == 5_000)
        #expect(test.count == 1_000)
        #expect(Set(test.map(\.prompt)).count == test.count, "the test split repeats")
        // Seeds differ, so this holds by the split itself, not by the order of drawing.
        #expect(Set(train.map(\.prompt)).isDisjoint(with: test.map(\.prompt)))
        for setting in task.testSettings where setting.name != "y-to-z" {
            let prompts = try task.examples(.testSetting(setting.name), count: 300).map(\.prompt)
            #expect(!prompts.isEmpty)
            #expect(Set(prompts).count == prompts.count)
            if setting.name != "length-3x" || name == "count" {
                #expect(
                    Set(prompts).isDisjoint(with: train.map(\.prompt) + test.map(\.prompt)), "\(setting.name) is seen")
            }
        }
    }

    @Test func countIsEvenOverLengthsAndCounts() throws {
        var stream = try InjectionTask.count().stream(.train, seed: 7)
        var counts = [Int](repeating: 0, count: 41)
        var lengths = [Int](repeating: 0, count: 41)
        var prompts: Set<String> = []
        let total = 16_000
        for _ in 0..<total {
            let next = stream.next()
            let example = try #require(next)
            let text = try #require(example.prompt.split(separator: "? ").last?.prefix { $0 != "." })
            let characters = text.split(separator: " ")
            #expect(characters.allSatisfy { $0 == "x" || $0 == "y" })
            let count = characters.filter { $0 == "x" }.count
            #expect(example.answer == " \(count)")
            #expect(count < characters.count, "x alone is a test setting")
            counts[count] += 1
            lengths[characters.count] += 1
            prompts.insert(example.prompt)
        }
        // Each has at least 1 in 80, 200 of 16,000, with a standard deviation of 14: five of them below is 130.
        #expect(counts[0..<40].allSatisfy { $0 > 130 }, "\(counts)")
        #expect(lengths[1...40].allSatisfy { $0 > 130 }, "\(lengths)")
        // Only classes with next to no strings repeat: lengths 1 to 8, and counts near 0 or the length.
        #expect(prompts.count > total * 8 / 10, "\(prompts.count) distinct of \(total)")
    }

    @Test func intSumIsAllPairsOnce() throws {
        let task = InjectionTask.intSum()
        let test = try task.examples(.test, count: 300_000)
        var stream = try task.stream(.train, seed: 3)
        var seen: Set<String> = []
        var first: String?
        while let prompt = stream.next()?.prompt, seen.insert(prompt).inserted { first = first ?? prompt }
        // 451^2 pairs; those with a sum that is a positive multiple of 100 are a setting's.
        let reserved = (0...450).reduce(0) { total, a in
            total + (0...450).filter { ($0 + a) % 100 == 0 && $0 + a > 0 }.count
        }
        #expect(seen.count + test.count == 451 * 451 - reserved)
        // One in 40 by a hash: 5,034 expected, 70 the standard deviation.
        #expect((4_650...5_420).contains(test.count), "\(test.count)")
        #expect(test.allSatisfy { $0.prompt.hasSuffix(" =") })
        let cascade = try task.examples(.testSetting("cascading-overflow"), count: 10_000)
        #expect(cascade.count == 4_500)
        #expect(cascade.contains { $0.prompt == "299 + 1 =" && $0.answer == " 300" })
    }

    @Test func dyckIsHalfMatched() throws {
        let examples = try InjectionTask.shuffleDyck().examples(.train, count: 4_000)
        let yes = examples.filter { $0.answer == " Yes" }.count
        // Half of 4,000 with a standard deviation of 32, less the matched ones of which there are too few (length 2).
        #expect((1_850...2_150).contains(yes), "\(yes)")
        #expect(examples.contains { $0.prompt.contains("[") && $0.answer == " Yes" })
        let almost = try InjectionTask.shuffleDyck().examples(.testSetting("almost-balanced"), count: 500)
        #expect(almost.allSatisfy { $0.answer == " No" })
        let extra = try InjectionTask.shuffleDyck().examples(.testSetting("extra-family"), count: 500)
        #expect(extra.allSatisfy { $0.prompt.contains("<") || $0.prompt.contains(">") })
    }

    @Test func testSettingsByName() throws {
        #expect(InjectionTask.count().testSettings.map(\.name) == ["x-only", "length-3x", "y-to-z"])
        #expect(InjectionTask.intSum().testSettings.map(\.name) == ["cascading-overflow", "four-digit", "decimals"])
        #expect(
            InjectionTask.shuffleDyck().testSettings.map(\.name) == ["almost-balanced", "length-3x", "extra-family"])
        let only = try InjectionTask.count().examples(.testSetting("x-only"), count: 100)
        #expect(Set(only.map(\.answer)) == Set((1...40).map { " \($0)" }))
        let test = try InjectionTask.count().examples(.test, count: 200)
        let replaced = try InjectionTask.count().examples(.testSetting("y-to-z"), count: 200)
        #expect(replaced.map(\.answer) == test.map(\.answer))
        #expect(replaced.map(\.prompt) == test.map { $0.prompt.replacing("y", with: "z") })
        let decimals = try InjectionTask.intSum().examples(.testSetting("decimals"), count: 20)
        for example in decimals {
            let numbers = example.prompt.split(separator: " ").compactMap { Double($0) }
            #expect(numbers.count == 2)
            // Two decimals each: sums below 1,000 are exact to far less than half a hundredth.
            #expect(abs(numbers.reduce(0, +) - (Double(example.answer.dropFirst()) ?? .nan)) < 1e-9)
        }
        #expect(failure { _ = try InjectionTask.named("cuont") }?.remedy?.contains("'count'") == true)
        #expect(failure { _ = try InjectionTask.count().examples(.testSetting("x-onyl"), count: 1) }?.kind == .usage)
    }

    @Test(arguments: InjectionTask.builtInNames)
    func streamsResume(name: String) throws {
        let task = try InjectionTask.named(name)
        var whole = try task.stream(.train, seed: 5)
        for _ in 0..<700 { _ = whole.next() }
        var resumed = try task.stream(.train, seed: 5)
        resumed.advance(to: 700)
        #expect(resumed.position == 700)
        for _ in 0..<50 { #expect(resumed.next() == whole.next()) }
    }
}
