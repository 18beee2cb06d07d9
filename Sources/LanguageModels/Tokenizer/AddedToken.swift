import Basics

/// A token that text is searched for before it is cut into words, as the `tokenizers` library has it.
public struct AddedToken: Sendable, Equatable {
    public var content: String
    /// Found only where no letter, digit or underscore touches it.
    public var isSingleWord = false
    /// Takes the white space on its left.
    public var stripsLeft = false
    /// Takes the white space on its right.
    public var stripsRight = false
    /// Searched for in the normalized text, after all tokens that are not.
    public var isNormalized = false
    /// Stands for no text, and is left out where text alone is wanted.
    public var isSpecial = true

    public init(special content: String) { self.content = content }

    public static func == (left: AddedToken, right: AddedToken) -> Bool {
        left.content.hasSameBytes(as: right.content) && left.flags == right.flags
    }

    private var flags: [Bool] { [isSingleWord, stripsLeft, stripsRight, isNormalized, isSpecial] }

    /// A token as the files describe it: its content alone, or an object with its flags.
    ///
    /// - Parameter special: what it is where the object does not say. A token that is not special is normalized, where
    ///   the object does not say otherwise.
    init(_ json: JSONValue, special: Bool, called role: String, at place: String) throws(Failure) {
        if let text = json.string {
            self.init(special: text)
            (isSpecial, isNormalized) = (special, !special)
            return
        }
        guard let object = json.object, let text = object["content"]?.string else {
            throw Failure(.badData, "\(role) is \(json.kind) without a content, and not a token", at: place)
        }
        func flag(_ key: String, _ absent: Bool) throws(Failure) -> Bool {
            guard let value = object[key], value != .null else { return absent }
            guard let flag = value.bool else {
                throw Failure(.badData, "\(role) \(quoted(text)) has \(value.kind) for \(key)", at: place)
            }
            return flag
        }
        self.init(special: text)
        isSpecial = try flag("special", special)
        isNormalized = try flag("normalized", !isSpecial)
        isSingleWord = try flag("single_word", false)
        stripsLeft = try flag("lstrip", false)
        stripsRight = try flag("rstrip", false)
    }

    /// The token as an item of `added_tokens` in tokenizer.json.
    func json(id: Int) -> JSONValue {
        [
            "id": .integer(id), "content": .string(content), "single_word": .bool(isSingleWord),
            "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
            "special": .bool(isSpecial),
        ]
    }
}
