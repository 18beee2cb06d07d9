import Logging
import RASP
import Serialization

extension JSONValue {
    /// Atoms as JSON; undefined is null.
    init(_ atoms: [Atom?]) {
        self = .array(atoms.map { $0.map(JSONValue.init(atom:)) ?? .null })
    }
}

/// One input sequence as the command line takes it: a string, split into characters, or a JSON array of tokens.
struct InputSequence {
    let tokens: [Atom]

    /// - Throws: `Failure` (.badData) for a JSON array that is none or holds something other than tokens.
    init(parsing text: String) throws {
        let scalars = text.unicodeScalars
        let trimmed = scalars.drop { Self.isJSONSpace($0) }.reversed().drop { Self.isJSONSpace($0) }.reversed()
        let array = String(String.UnicodeScalarView(trimmed))
        if array.hasSameBytes(as: "[]") {
            Logger(label: "input").warning(
                "the input [] is an empty JSON array; as two brackets it is written [\"[\", \"]\"]")
        }
        guard trimmed.first == "[", trimmed.last == "]", let document = Self.array(array) else {
            // By Unicode scalar, as the language iterates strings.
            tokens = text.unicodeScalars.map { .string(String($0)) }
            return
        }
        tokens = try document.map { value in
            switch value {
            case .string(let text): return .string(text)
            case .integer(let number): return .int(number)
            case .number(let number): return .float(number)
            case .bool(let flag): return .bool(flag)
            case .null, .array, .object:
                throw Failure(
                    .badData, "a token is a string, a number or a boolean, and this is \(value.kind)",
                    at: "input \(text.prefix(80))")
            }
        }
    }

    /// White space that may stand around a JSON value.
    private static func isJSONSpace(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\n", "\r"].contains(scalar) }

    /// `[x][y]` is a string of brackets, not JSON: whatever does not parse is taken as characters.
    private static func array(_ text: String) -> [JSONValue]? {
        (try? JSONParser.parse(text))?.array
    }
}

extension Atom {
    /// A cell of a table: what the value is, with blanks and the empty string made visible.
    static func cell(_ atom: Atom?) -> String {
        guard let atom else { return "–" }
        guard case .string(let text) = atom else { return VisibleText.cell(atom.displayed) }
        return VisibleText.isPlain(text) ? VisibleText.cell(text) : VisibleText.quoted(text)
    }
}
