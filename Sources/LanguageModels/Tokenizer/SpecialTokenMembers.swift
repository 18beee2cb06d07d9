import Basics

/// The members of tokenizer_config.json and special_tokens_map.json that name tokens, put together as `transformers` 5
/// does before a tokenizer sees them.
///
/// Tokens that have no role are listed under `extra_special_tokens`, or under `additional_special_tokens`, its name in
/// earlier versions. The earlier name counts only where the later one is missing, and that is asked three times: in the
/// settings, when special_tokens_map.json has been read, and in the end. In between, an `extra_special_tokens` that is
/// an object is taken away, because its tokens have names of their own. So a list under the earlier name counts beside
/// such an object, and not beside a list.
struct SpecialTokenMembers {
    static let roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
    private static let extra = "extra_special_tokens"
    private static let earlierExtra = "additional_special_tokens"
    private static let ownNames = "model_specific_special_tokens"

    /// By role, by another name that ends in `_token`, and the two lists.
    private var values = JSONObject()
    /// Tokens by names that only this folder has, such as `image_token`.
    private(set) var own = JSONObject()
    /// What the settings call the list that counts as `extra_special_tokens`.
    private var extraName = extra
    /// The members that special_tokens_map.json decides. Its objects are tokens whatever they say of themselves.
    private var mapped: Set<ExactString> = []
    private let (settingsPlace, mapPlace): (String, String)

    /// - Parameter readsMap: whether special_tokens_map.json counts.
    init(files: TokenizerFiles, settings: JSONObject, readsMap: Bool) throws(Failure) {
        settingsPlace = files.path(TokenizerFiles.settings)
        mapPlace = files.path(TokenizerFiles.specials)
        for (key, value) in settings.members where Self.namesTokens(key) {
            if Self.isOwnName(key), value.string != nil { own[key] = value } else { values[key] = value }
        }
        if Self.isNothing(values[Self.extra]), let list = values[Self.earlierExtra] {
            (values[Self.extra], values[Self.earlierExtra]) = (list, nil)
            extraName = Self.earlierExtra
        }
        takeObject()
        // `transformers` has the other names replace these, and not join them.
        if own.count == 0, let named = settings[Self.ownNames]?.object { own = named }
        if readsMap { try readMap(files) }
    }

    private mutating func readMap(_ files: TokenizerFiles) throws(Failure) {
        guard let map = try files.object(TokenizerFiles.specials) else { return }
        for (key, value) in map.members where Self.namesTokens(key) {
            mapped.insert(ExactString(key))
            if ExactString(key) == ExactString(Self.extra), let items = value.array {
                values[key] = .array((values[key]?.array ?? []) + items)
            } else {
                values[key] = value
            }
        }
        takeObject()
    }

    /// Takes an `extra_special_tokens` that is an object for tokens by names of their own.
    private mutating func takeObject() {
        guard let object = values[Self.extra]?.object else { return }
        for (key, value) in object.members { own[key] = value }
        values[Self.extra] = nil
    }

    private static func namesTokens(_ key: String) -> Bool {
        key.utf8.suffix(6).elementsEqual("_token".utf8) || [extra, earlierExtra].contains { key.hasSameBytes(as: $0) }
    }

    private static func isOwnName(_ key: String) -> Bool {
        !(roles + [extra, earlierExtra]).contains { key.hasSameBytes(as: $0) }
    }

    /// What Python takes for false.
    private static func isNothing(_ value: JSONValue?) -> Bool {
        guard let value else { return true }
        return [.null, "", false, 0, [], [:]].contains(value)
    }
}

extension SpecialTokenMembers {
    /// Whether the files speak of a role, be it to say null.
    func has(_ role: String) -> Bool { values[role] != nil }

    /// The token of a role; nil where it is null or missing.
    func role(_ key: String) throws(Failure) -> AddedToken? {
        guard let value = values[key], value != .null else { return nil }
        return try token(value, of: key)
    }

    /// All tokens that have another name than a role, in order: a name that comes again keeps its place.
    func others() throws(Failure) -> [(name: String, token: AddedToken)] {
        var found = JSONObject()
        for (key, value) in list?.object?.members ?? [] { found[key] = value }
        for (key, value) in values.members where Self.isOwnName(key) && isToken(value, under: key) {
            found[key] = value
        }
        for (key, value) in own.members { found[key] = value }
        var others: [(String, AddedToken)] = []
        for (key, value) in found.members { others.append((key, try token(value, of: key))) }
        return others
    }

    /// The tokens without a name.
    func extras() throws(Failure) -> [AddedToken] {
        guard let list, list != .null, list.object == nil else { return [] }
        let key = listKey
        let name = ExactString(key) == ExactString(Self.extra) && !mapped.contains(ExactString(key)) ? extraName : key
        guard let items = list.array else {
            throw Failure(
                .badData, "\(name) is \(list.kind), and neither a list of tokens nor an object of names and tokens",
                at: place(of: key))
        }
        var tokens: [AddedToken] = []
        for item in items { tokens.append(try token(item, of: key)) }
        return tokens
    }

    /// The tokens that added_tokens.json takes to be special: those spelt as text, and the objects of
    /// special_tokens_map.json.
    func specials() throws(Failure) -> Set<ExactString> {
        var specials: Set<ExactString> = []
        for key in Self.roles + [Self.extra] {
            guard let value = values[key] else { continue }
            let isMapped = mapped.contains(ExactString(key))
            for item in value.array ?? [value] where item.string != nil || isMapped && item.object != nil {
                specials.insert(ExactString(try token(item, of: key).content))
            }
        }
        return specials
    }

    private var listKey: String { values[Self.extra] != nil ? Self.extra : Self.earlierExtra }
    private var list: JSONValue? { values[listKey] }

    private func place(of key: String) -> String { mapped.contains(ExactString(key)) ? mapPlace : settingsPlace }

    /// Whether the settings mark an object as a token; special_tokens_map.json need not.
    private func isToken(_ value: JSONValue, under key: String) -> Bool {
        guard let object = value.object else { return value.string != nil }
        return mapped.contains(ExactString(key)) || object["__type"] == "AddedToken"
    }

    private func token(_ value: JSONValue, of key: String) throws(Failure) -> AddedToken {
        let isMapped = mapped.contains(ExactString(key))
        var token = try AddedToken(value, special: isMapped || value.object == nil, called: key, at: place(of: key))
        if isMapped { token.isSpecial = true }
        return token
    }
}
