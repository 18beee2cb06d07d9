import BasicTestSupport
import Basics
import Foundation
import Testing

@Suite struct JSONTests {
    @Test func documentsSurviveARoundTrip() throws {
        let text =
            #"{"b": [1, -2.5, 1e3, true, null], "a": {"é\n\"\\\u0001😀": "x"}, "n": 9007199254740993, "e": [], "o": {}}"#
        let value = try JSONParser.parse(text)
        #expect(value.object?.members.map(\.key) == ["b", "a", "n", "e", "o"])
        #expect(value["n"]?.integer == 9_007_199_254_740_993)
        #expect(value["b"]?.array?[1].number == -2.5)
        #expect(value["b"]?.array?[2].integer == 1000)
        for indented in [true, false] {
            #expect(try JSONParser.parse(value.text(indented: indented)) == value)
        }
        // Foundation reads what is written here in the same way.
        let foundation = try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? [String: Any]
        #expect((foundation?["a"] as? [String: String])?.keys.first == "é\n\"\\\u{1}😀")
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "-", "1.", "1e", ".5", "+1", "nul", "tru", "\"a", "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "[1 2]", "{\"a\" 1}", "1 2", "NaN", "Infinity", "1e999",
        "{\"a\":1,\"a\":2}",
    ])
    func brokenDocumentsAreRefused(text: String) {
        #expect(failure { _ = try JSONParser.parse(text) }?.kind == .badData)
    }

    @Test func excessIsRefused() {
        for text in ["[", "{\"a\":", "9"].map({ String(repeating: $0, count: 100_000) }) {
            #expect(failure { _ = try JSONParser.parse(text) }?.kind == .badData)
        }
    }

    /// Two spellings that Swift's `String` takes for one, a byte order mark, and a number that only Python's integers
    /// hold.
    @Test func keysAreBytes() throws {
        let object = try #require(JSONParser.parse("\u{FEFF}{\"\u{E9}\": 1, \"e\u{301}\": 2}").object)
        #expect(object.count == 2 && object["\u{E9}"] == 1 && object["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(Set<ExactString>(["\u{212B}", "\u{C5}", "A\u{30A}"]).count == 3)
        #expect(try JSONParser.parse("1000000000000000019884624838656").text() == "1000000000000000019884624838656")
    }

    @Test func errorsSayWhere() {
        #expect(failure { _ = try JSONParser.parse("{\n  \"a\": x}", name: "f.json") }?.location == "f.json:2:8")
    }

    @Test func invalidUTF8IsRefused() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(bytes.withUnsafeBytes { b in failure { _ = try JSONParser.parse(b, name: "x") } }?.kind == .badData)
    }

    @Test func sizesAreCapped() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.json")
            try JSONFile.write(["a": [1, 2, 3]], to: file)
            #expect(try JSONFile.readObject(file)["a"]?.array?.count == 3)
            #expect(failure { _ = try JSONFile.read(file, maximumBytes: 5) }?.kind == .badData)
            #expect(failure { _ = try JSONFile.readObject(folder.appendingPathComponent("b.json")) }?.kind == .notFound)
        }
    }

    @Test func membersCanBeReplacedAndRemoved() {
        var object = JSONObject([("a", 1), ("b", 2), ("c", 3)])
        object["a"] = nil
        object["c"] = 4
        object["d"] = 5
        #expect(object.members.map(\.key) == ["b", "c", "d"])
        #expect(object["c"] == 4 && object["b"] == 2 && object["a"] == nil)
    }
}
