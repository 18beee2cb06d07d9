import Basics
import Logging
import RASP

/// An input as it was given, and where.
struct InputText {
    var text: String
    /// `standard input:line`; nil for an argument.
    var place: String?

    /// What errors call it.
    var name: String { place ?? "input \(text.prefix(80))" }

    /// Does what has to be done with this input; an error says which line of standard input it comes from.
    func blamed<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as Failure {
            guard let place, failure.location?.begins(with: place) != true else { throw failure }
            var copy = failure
            copy.location = failure.location.map { "\($0), for \(place)" } ?? place
            throw copy
        } catch let error as RASPError {
            guard let place else { throw error }
            var diagnostics = error.diagnostics
            if let last = diagnostics.indices.last { diagnostics[last].notes.append("for the input at \(place)") }
            throw RASPError(diagnostics)
        }
    }

    func name(column: some StringProtocol) -> String { place.map { "\($0):\(column)" } ?? "\(name), column \(column)" }
}

/// One input sequence as the command line takes it: a string, split into characters, or a JSON array of tokens.
struct InputSequence {
    let tokens: [Atom]

    /// - Throws: `Failure` (.badData) for an input without tokens, for what begins as a JSON array and is none, and for
    ///   an array that holds something other than tokens.
    init(parsing input: InputText) throws(Failure) {
        let scalars = input.text.unicodeScalars
        if let document = try Self.array(input) {
            var tokens: [Atom] = []
            for value in document { tokens.append(try Self.token(value, of: input)) }
            self.tokens = tokens
        } else {
            // By Unicode scalar, as the language iterates strings.
            tokens = scalars.map { .string(String($0)) }
        }
        guard tokens.isEmpty else { return }
        let needed = "A program needs at least one token."
        guard scalars.isEmpty else {
            throw Failure(
                .badData, "the input [] is an array without tokens", at: input.name,
                remedy: needed + " Two brackets as tokens are written [\"[\", \"]\"].")
        }
        throw Failure(.badData, "the input is empty", at: input.place, remedy: needed)
    }

    /// White space that may stand around a JSON value.
    private static func isJSONSpace(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\n", "\r"].contains(scalar) }

    /// The values of a JSON array; nil for a string that begins with a bracket, such as `[x][y]`.
    ///
    /// A language of brackets has strings such as `[(])` and `[[`, so what does not parse may be meant as a string. It
    /// is not when the brackets are followed by what begins a string or a number in JSON: then something is missing,
    /// and a broken array must not pass for a long string.
    private static func array(_ input: InputText) throws(Failure) -> [JSONValue]? {
        let text = input.text.unicodeScalars.drop { isJSONSpace($0) }
        guard text.first == "[" else { return nil }
        do {
            return try JSONParser.parse(input.text).array
        } catch {
            let first = text.first { $0 != "[" && !isJSONSpace($0) }
            if first == "\"" || first == "-" || first.map({ ("0"..."9").contains($0) }) == true {
                throw Failure(
                    .badData, "the input begins as a JSON array, and is \(error.message)",
                    at: input.name(column: error.location?.split(separator: ":").last ?? ""),
                    remedy: "Mend the array. A string that begins like this is given by its characters: [\"[\", …].")
            }
            if text.contains(","), text.last(where: { !isJSONSpace($0) }) == "]" {
                Logger(label: "input").warning(
                    """
                    \(input.name) is no JSON array and is taken for a string of characters; in an array, tokens that \
                    are text stand in double quotes
                    """)
            }
            return nil
        }
    }

    private static func token(_ value: JSONValue, of input: InputText) throws(Failure) -> Atom {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .number(let number): .float(number)
        case .bool(let flag): .bool(flag)
        case .null, .array, .object:
            throw Failure(
                .badData, "a token is a string, a number or a boolean, and this is \(value.kind)", at: input.name,
                remedy: "Each token of an input is one item of the array.")
        }
    }
}
