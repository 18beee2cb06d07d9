import Basics

/// Which tokens a folder adds to its vocabulary, and which of them begin, end and pad texts.
///
/// The files overlap, and one wins over another as in `transformers` 5: `added_tokens_decoder` of tokenizer_config.json
/// makes special_tokens_map.json and added_tokens.json count for nothing; else special_tokens_map.json wins over the
/// names in tokenizer_config.json, and tokenizer.json over added_tokens.json.
struct SpecialTokens {
    /// Tokens with a role or another name, one each, the roles first.
    private var named: [(name: String, token: AddedToken)] = []
    private var extra: [AddedToken] = []
    private var numbered: [Int: AddedToken] = [:]

    /// - Parameters:
    ///   - single: `added_tokens` of tokenizer.json, where there is one.
    ///   - defaults: roles that a token has where the files do not speak of them.
    init(
        files: TokenizerFiles, settings: JSONObject, single: [(id: Int, token: AddedToken)],
        defaults: [(String, String)]
    ) throws(Failure) {
        let decoder = settings["added_tokens_decoder"]
        let members = try SpecialTokenMembers(files: files, settings: settings, readsMap: decoder == nil)
        for role in SpecialTokenMembers.roles {
            if let token = try members.role(role) { named.append((role, token)) }
        }
        extra = try members.extras()
        if let decoder {
            numbered = try Self.decoder(decoder, at: files.path(TokenizerFiles.settings))
        } else {
            try readAddedTokens(files, specials: members.specials())
            for (id, token) in single { numbered[id] = token }
        }
        takeFlags()
        for (role, content) in defaults where !members.has(role) { named.append((role, AddedToken(special: content))) }
        let others = try members.others()
        let replaced = Set(others.map { ExactString($0.name) })
        named = named.filter { !replaced.contains(ExactString($0.name)) } + others
        // The roles in their own order, then others as they came.
        let roles = SpecialTokenMembers.roles.enumerated()
        let order = Dictionary(uniqueKeysWithValues: roles.map { (ExactString($1), $0) })
        named = named.enumerated().sorted {
            let (left, right) = (order[ExactString($0.element.name)], order[ExactString($1.element.name)])
            return (left ?? order.count, $0.offset) < (right ?? order.count, $1.offset)
        }.map(\.element)
    }

    /// The token of a role such as `eos_token`.
    func content(_ role: String) -> String? { named.first { $0.name.hasSameBytes(as: role) }?.token.content }

    /// What is added, in order, to a vocabulary with these added tokens.
    func list(after known: [AddedToken]) -> [AddedToken] {
        var list = numbered.sorted { $0.key < $1.key }.map(\.value)
        let present = Set((known + list).map { ExactString($0.content) })
        var appended: [ExactString: [AddedToken]] = [:]
        for token in named.map(\.token) + extra where !present.contains(ExactString(token.content)) {
            // The same token with other flags is added again, and takes those on.
            if appended[ExactString(token.content), default: []].contains(token) { continue }
            appended[ExactString(token.content), default: []].append(token)
            list.append(token)
        }
        let names = Set(named.map { ExactString($0.token.content) })
        return known
            + list.map { token in
                var token = token
                if names.contains(ExactString(token.content)) { token.isSpecial = true }
                return token
            }
    }

    private mutating func readAddedTokens(_ files: TokenizerFiles, specials: Set<ExactString>) throws(Failure) {
        let place = files.path(TokenizerFiles.added)
        guard let map = try files.object(TokenizerFiles.added) else { return }
        for (content, value) in map.members {
            guard let id = value.integer else {
                throw Failure(.badData, "token \(quoted(content)) has \(value.kind) for its number", at: place)
            }
            let isSpecial = specials.contains(ExactString(content))
            numbered[id] = try AddedToken(.string(content), special: isSpecial, called: "a token", at: place)
        }
    }

    private static func decoder(_ json: JSONValue, at place: String) throws(Failure) -> [Int: AddedToken] {
        var tokens: [Int: AddedToken] = [:]
        for (key, value) in json.object?.members ?? [] {
            guard let id = Int(key), value.object != nil else {
                throw Failure(
                    .badData, "added_tokens_decoder maps \(quoted(key)) to \(value.kind), not a number to a token",
                    at: place)
            }
            tokens[id] = try AddedToken(value, special: false, called: "an added token", at: place)
        }
        return tokens
    }

    /// A token with a role has the flags that the list of added tokens gives it.
    private mutating func takeFlags() {
        var known: [ExactString: AddedToken] = [:]
        // Of two numbers with one content, the later one speaks.
        for (_, token) in numbered.sorted(by: { $0.key < $1.key }) { known[ExactString(token.content)] = token }
        for index in named.indices {
            if let token = known[ExactString(named[index].token.content)] { named[index].token = token }
        }
    }
}
