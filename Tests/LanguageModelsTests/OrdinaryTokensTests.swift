import LanguageModels
import Testing

@Suite struct OrdinaryTokensTests {
    @Test func addedTokensAreLeftOutWhereverTheyStand() {
        #expect(Array(OrdinaryTokens(of: 8, leavingOut: [0, 3, 4, 7])) == [1, 2, 5, 6])
        #expect(Array(OrdinaryTokens(of: 3, leavingOut: [])) == [0, 1, 2])
        #expect(Array(OrdinaryTokens(of: 4, leavingOut: [3, 2, 9])) == [0, 1])
        #expect(OrdinaryTokens(of: 2, leavingOut: [0, 1]).isEmpty)
    }

    /// Llama's tokenizers begin with the marks of texts, GPT-2's ends with its only one.
    @Test(arguments: [["<s>", "a", "b"], ["a", "b", "<s>"], ["a", "<s>", "b"]])
    func aTokenizerSaysWhichTheyAre(symbols: [String]) throws {
        let tokenizer = try Tokenizer(symbols: symbols, merges: [], specials: ["<s>"])
        #expect(tokenizer.ordinary.map(tokenizer.piece) == ["a", "b"])
    }

    @Test func allThatWereAddedAreBetterThanNone() throws {
        let tokenizer = try Tokenizer(symbols: ["a", "b"], merges: [], specials: ["a", "b"])
        #expect(Array(tokenizer.ordinary) == [0, 1])
    }
}
