import Basics
import Foundation

/// Changes valid documents in their structure, and now and then in their bytes, by a seed alone.
struct Mutator {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed, stream: "fuzz") }

    mutating func chance(_ share: Double) -> Bool { random.uniform() < share }

    mutating func below(_ count: Int) -> Int { random.integer(below: max(count, 1)) }

    mutating func pick<C: Collection>(_ choices: C) -> C.Element {
        choices[choices.index(choices.startIndex, offsetBy: below(choices.count))]
    }

    /// Numbers at the edges of types, and sizes that are no sizes.
    private static let integers = [
        0, 1, -1, 2, 3, 7, 8, 63, 64, 127, 255, 256, 257, 65_535, 65_536, 1 << 24, Int(Int32.max), Int(Int32.max) + 1,
        -Int(Int32.max), 1 << 53, 1 << 62, .max, .min,
    ]
    private static let strings = [
        "", " ", "a", "F32", "F16", "BF16", "I64", "F8_E4M3", "..", "../x", "/etc/passwd", "\u{0}", "\u{FEFF}", "Ġ",
        "<|endoftext|>",
        "é\u{301}", "\u{202E}x", "true", "null", "NaN", "-inf", "1e999", "__metadata__", "\u{1F468}\u{200D}\u{1F469}",
        String(repeating: "x", count: 300),
    ]

    /// A value that has nothing to do with its place.
    mutating func anything(depth: Int = 0) -> JSONValue {
        switch below(depth > 2 ? 6 : 9) {
        case 0: return .null
        case 1: return .bool(chance(0.5))
        case 2: return .integer(pick(Self.integers))
        case 3: return .number([0.5, -0.0, 1e308, -1e-308, 2, 4_294_967_296.5][below(6)])
        case 4, 5: return .string(pick(Self.strings))
        case 6: return .array((0..<below(4)).map { _ in anything(depth: depth + 1) })
        case 7:
            var nested = anything(depth: depth + 1)
            for _ in 0..<below(80) { nested = .array([nested]) }
            return nested
        default:
            return .object(JSONObject((0..<below(4)).map { _ in (pick(Self.strings), anything(depth: depth + 1)) }))
        }
    }

    /// One change somewhere in the tree; deeper places are as likely as the root's.
    mutating func mutate(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items) where !items.isEmpty && chance(0.8):
            return .array(mutate(items))
        case .object(let object) where object.count > 0 && chance(0.85):
            return .object(mutate(object))
        case .integer(let number) where chance(0.6):
            return .integer(number &+ [1, -1, 2, -2, 1 << 31, 1 << 40][below(6)])
        case .string(let text) where chance(0.5):
            return .string(mutate(text))
        default: return anything()
        }
    }

    private mutating func mutate(_ items: [JSONValue]) -> [JSONValue] {
        var items = items
        let place = below(items.count)
        switch below(7) {
        case 0: items.remove(at: place)
        case 1: items.insert(items[place], at: below(items.count))
        case 2: items.swapAt(place, below(items.count))
        case 3: items.insert(anything(), at: place)
        case 4: items = Array(items.prefix(place))
        default: items[place] = mutate(items[place])
        }
        return items
    }

    private mutating func mutate(_ object: JSONObject) -> JSONObject {
        var members = object.members
        let place = below(members.count)
        switch below(9) {
        case 0: members.remove(at: place)
        case 1: members[place].key = pick(Self.strings)
        case 2: members[place].key = mutate(members[place].key)
        case 3: members[place].value = members[below(members.count)].value
        case 4: members.append((pick(Self.strings), anything()))
        default: members[place].value = mutate(members[place].value)
        }
        return JSONObject(members.map { ($0.key, $0.value) })
    }

    mutating func mutate(_ text: String) -> String {
        var characters = Array(text.unicodeScalars)
        switch below(4) {
        case 0 where !characters.isEmpty: characters.remove(at: below(characters.count))
        case 1: characters.insert(contentsOf: pick(Self.strings).unicodeScalars, at: below(characters.count + 1))
        case 2 where !characters.isEmpty:
            characters[below(characters.count)] = ["\u{0}", "/", "\"", "\n", "\u{10FFFF}", "ß"][below(6)]
        default: characters += characters
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: characters.prefix(1000))
        return String(result)
    }

    /// The JSON text of a document after a few changes; seldom with a key twice, or broken as text.
    mutating func document(_ value: JSONValue) -> [UInt8] {
        var value = value
        for _ in 0..<below(4) { value = mutate(value) }
        var bytes = Array(value.text(indented: chance(0.2)).utf8)
        if chance(0.05), let comma = bytes.firstIndex(of: UInt8(ascii: ",")),
            let brace = bytes.firstIndex(of: UInt8(ascii: "{")),
            brace < comma
        {
            bytes.insert(contentsOf: bytes[(brace + 1)...comma], at: brace + 1)
        }
        return chance(0.25) ? damage(bytes) : bytes
    }

    /// Changes in the bytes: flips, cuts, insertions, pieces repeated or moved.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(3) where !bytes.isEmpty {
            let place = below(bytes.count)
            let end = min(bytes.count, place + 1 + below(16))
            switch below(6) {
            case 0: bytes[place] ^= 1 << UInt8(below(8))
            case 1: bytes[place] = [0, 0xFF, 0x80, 0xC0, 0xED, 0xF4, 0x22, 0x5C, 0x7B, 0x5B, 0x0A, 0x0D][below(12)]
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count))
            case 4: bytes.insert(UInt8(below(256)), at: place)
            default: if chance(0.3) { bytes = Array(bytes.prefix(place)) }
            }
        }
        return bytes
    }
}
