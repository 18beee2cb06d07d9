import Serialization

/// Which tokens a folder adds to its vocabulary, and which of them begin, end and pad texts.
///
/// The files overlap, and one wins over another as in `transformers` 5: `added_tokens_decoder` of tokenizer_config.json
/// makes special_tokens_map.json and added_tokens.json count for nothing; else special_tokens_map.json wins over the names in
/// tokenizer_config.json, and tokenizer.json over added_tokens.json.
struct SpecialTokens {
    private static let roles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]
    private static let extras = ["extra_special_tokens", "additional_special_tokens"]

    /// Tokens with a role, one each.
    private var named: [(role: String, token: AddedToken)] = []
    private var extra: [AddedToken] = []
    private var numbered: [(id: Int, token: AddedToken)] = []

    /// - Parameters:
    ///   - single: `added_tokens` of tokenizer.json, where there is one.
    ///   - defaults: roles that a token has where the files do not speak of them.
    init(
        files: TokenizerFiles, settings: JSONObject, single: [(id: Int, token: AddedToken)], defaults: [(String, String)]
    ) throws(Failure) {
        let place = files.path(TokenizerFiles.settings)
        var spoken: Set<ExactString> = []
        for (key, value) in settings.members {
            spoken.insert(ExactString(key))
            try read(key, value, at: place)
        }
        if let list = Self.extras.lazy.compactMap({ settings[$0] }).first(where: { $0.array?.isEmpty != true }) {
            try readExtra(list, at: place)
        }
        for (key, value) in settings["model_specific_special_tokens"]?.object?.members ?? [] {
            try name(key, value, at: place)
        }
        if let list = settings["added_tokens_decoder"] {
            numbered = try Self.decoder(list, at: place)
        } else {
            try readSpecialTokensMap(files, hasExtra: !extra.isEmpty, &spoken)
            try readAddedTokens(files)
            for (id, token) in single { number(id, token) }
        }
        takeFlags()
        for (role, content) in defaults where !spoken.contains(ExactString(role)) {
            named.append((role, AddedToken(special: content)))
        }
        // The roles in their own order, then others as they came.
        let order = Dictionary(uniqueKeysWithValues: Self.roles.enumerated().map { ($1, $0) })
        named = named.enumerated().sorted {
            (order[$0.element.role] ?? Self.roles.count, $0.offset) < (order[$1.element.role] ?? Self.roles.count, $1.offset)
        }.map(\.element)
    }

    /// The token of a role such as `eos_token`.
    func content(_ role: String) -> String? { named.last { $0.role == role }?.token.content }

    /// What is added, in order, to a vocabulary with these added tokens.
    func list(after known: [AddedToken]) -> [AddedToken] {
        var list = numbered.sorted { $0.id < $1.id }.map(\.token)
        let present = Set((known + list).map { ExactString($0.content) })
        for token in named.map(\.token) + extra where !present.contains(ExactString(token.content)) && !list.contains(token) {
            list.append(token)
        }
        let names = Set(named.map { ExactString($0.token.content) })
        return known + list.map { token in
            var token = token
            if names.contains(ExactString(token.content)) { token.isSpecial = true }
            return token
        }
    }

    /// A member of tokenizer_config.json or special_tokens_map.json.
    private mutating func read(_ key: String, _ value: JSONValue, at place: String) throws(Failure) {
        let isRole = Self.roles.contains(key) || key.hasSuffix("_token") && (value.string != nil || value.object != nil)
        if isRole { try name(key, value, at: place) }
    }

    private mutating func name(_ role: String, _ value: JSONValue, at place: String) throws(Failure) {
        named.removeAll { $0.role == role }
        guard value != .null else { return }
        let token = try AddedToken(value, special: true, called: role, at: place)
        named.append((role, token))
    }

    /// A list of tokens, or tokens by names of their own.
    private mutating func readExtra(_ value: JSONValue, at place: String) throws(Failure) {
        if let object = value.object {
            for (key, value) in object.members { try name(key, value, at: place) }
        }
        for item in value.array ?? [] {
            let token = try AddedToken(item, special: true, called: "an extra special token", at: place)
            if !extra.contains(token) { extra.append(token) }
        }
    }

    private mutating func readSpecialTokensMap(
        _ files: TokenizerFiles, hasExtra: Bool, _ spoken: inout Set<ExactString>
    ) throws(Failure) {
        let place = files.path(TokenizerFiles.specials)
        guard let map = try files.object(TokenizerFiles.specials) else { return }
        for (key, value) in map.members {
            spoken.insert(ExactString(key))
            if key == "extra_special_tokens" || key == "additional_special_tokens" && !hasExtra {
                try readExtra(value, at: place)
            } else {
                try read(key, value, at: place)
            }
        }
    }

    private mutating func readAddedTokens(_ files: TokenizerFiles) throws(Failure) {
        let place = files.path(TokenizerFiles.added)
        guard let map = try files.object(TokenizerFiles.added) else { return }
        let special = Set((named.map(\.token) + extra).map { ExactString($0.content) })
        for (content, value) in map.members {
            guard let id = value.integer else {
                throw Failure(.badData, "token \(quoted(content)) has \(value.kind) for its number", at: place)
            }
            let isSpecial = special.contains(ExactString(content))
            number(id, try AddedToken(.string(content), special: isSpecial, called: "a token", at: place))
        }
    }

    private static func decoder(_ json: JSONValue, at place: String) throws(Failure) -> [(id: Int, token: AddedToken)] {
        var tokens: [(Int, AddedToken)] = []
        for (key, value) in json.object?.members ?? [] {
            guard let id = Int(key), value.object != nil else {
                throw Failure(.badData, "added_tokens_decoder maps \(quoted(key)) to \(value.kind), not a number to a token", at: place)
            }
            tokens.append((id, try AddedToken(value, special: false, called: "an added token", at: place)))
        }
        return tokens
    }

    private mutating func number(_ id: Int, _ token: AddedToken) {
        if let position = numbered.firstIndex(where: { $0.id == id }) {
            numbered[position].token = token
        } else {
            numbered.append((id, token))
        }
    }

    /// A token with a role has the flags that the list of added tokens gives it.
    private mutating func takeFlags() {
        var known: [ExactString: AddedToken] = [:]
        for (_, token) in numbered { known[ExactString(token.content)] = token }
        for index in named.indices {
            if let token = known[ExactString(named[index].token.content)] { named[index].token = token }
        }
    }
}
