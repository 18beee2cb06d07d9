import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

/// The pre-tokenizer `Digits` before `ByteLevel`: every digit by itself, and what is between two digits cut as a text.
@Suite struct DigitsTests {
    private func load(_ steps: String, _ body: (Tokenizer?, Tokenizer, Failure?) throws -> Void) throws {
        try withFolder { folder in
            let plain = try Tokenizer.train(on: TrainingText.chunks(count: 5), vocabularySize: 360)
            try plain.save(to: folder)
            let (single, settings) = ("tokenizer.json", "tokenizer_config.json")
            var root = try JSONFile.readObject(folder.appendingPathComponent(single))
            root["pre_tokenizer"] = ["type": "Sequence", "pretokenizers": try JSONParser.parse(steps)]
            try JSONFile.write(.object(root), to: folder.appendingPathComponent(single))
            var config = try JSONFile.readObject(folder.appendingPathComponent(settings))
            config["tokenizer_class"] = "PreTrainedTokenizerFast"
            try JSONFile.write(.object(config), to: folder.appendingPathComponent(settings))
            var loaded: Tokenizer?
            let failure = failure { loaded = try Tokenizer.load(folder) }
            try body(loaded, plain, failure)
        }
    }

    @Test func digitsStandAlone() throws {
        let steps = #"""
            [{"type": "Digits", "individual_digits": true},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]
            """#
        try load(steps) { loaded, plain, failure in
            #expect(failure == nil)
            let tokenizer = try #require(loaded)
            // "years  " ends its stretch, so that its spaces are one word; a number's space is no part of it.
            for pieces in [
                ["in ", "2", "0", "2", "4", " the years  ", "7", "7", "  "], ["1"], ["a b"], [" ", "١", "½", "x"],
                ["0", "0"],
            ] {
                #expect(tokenizer.encode(pieces.joined()) == pieces.flatMap { plain.encode($0) })
            }
        }
    }

    @Test(arguments: [
        #"[{"type": "Digits", "individual_digits": false}, {"type": "ByteLevel", "add_prefix_space": false}]"#,
        #"[{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": true}]"#,
        #"[{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]"#,
        #"[{"type": "ByteLevel", "add_prefix_space": false}, {"type": "Digits", "individual_digits": true}]"#,
        #"""
        [{"type": "Punctuation"}, {"type": "Digits", "individual_digits": true},
         {"type": "ByteLevel", "add_prefix_space": false}]
        """#,
    ])
    func otherSequencesAreRefused(steps: String) throws {
        try load(steps) { _, _, failure in
            #expect(failure?.kind == .badData && failure?.message.contains("pre_tokenizer") == true)
        }
    }
}
