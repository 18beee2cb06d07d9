import Foundation
import InjectionSettings
import Serialization
import Yams

extension PretrainSettings {
    /// Reads YAML text, `name` standing for it in errors.
    ///
    /// The defaults are written as YAML, the user's values laid over them key by key, and the whole is decoded: a key
    /// that the defaults do not have is unknown.
    package init(yaml: String, name: String, overrides: [Settings.Override] = []) throws {
        guard var known = try Yams.compose(yaml: YAMLEncoder().encode(PretrainSettings())) else {
            preconditionFailure("the defaults are a mapping")
        }
        if let root = try YAMLDocument.compose(yaml, name: name), root.null == nil {
            known = try Self.overlay(root, on: known, path: "", name: name)
        }
        self = try Self.decode(known, name: name)
        try check(name: name)
        for override in overrides {
            let place = "--set \(override.key)"
            do {
                let value = try YAMLDocument.compose(override.value, name: place) ?? Node("")
                let nested = override.key.split(separator: ".").reversed().reduce(value) { inner, key in
                    Node([(Node(String(key)), inner)])
                }
                known = try Self.overlay(nested, on: known, path: "", name: place)
                self = try Self.decode(known, name: place)
                try check(name: place)
            } catch let failure as Failure {
                throw Failure(.usage, failure.message, at: place, remedy: failure.remedy)
            }
        }
    }

    private static func decode(_ node: Node, name: String) throws -> PretrainSettings {
        do {
            return try YAMLDecoder().decode(PretrainSettings.self, from: node)
        } catch let error as DecodingError {
            throw Failure(.badData, "\(describe(error)) has a value of the wrong type", at: name)
        }
    }

    private static func overlay(_ node: Node, on known: Node, path: String, name: String) throws -> Node {
        guard case .mapping(var result) = known else { return node }
        guard case .mapping(let mapping) = node else {
            throw Failure(
                .badData, "\(path.isEmpty ? "a configuration" : path) is a mapping of settings",
                at: YAMLDocument.place(name, node.mark))
        }
        for (key, value) in mapping {
            let word = key.string ?? ""
            let full = path.isEmpty ? word : "\(path).\(word)"
            guard let default_ = result[word] else {
                let names = result.keys.compactMap(\.string)
                throw Failure(
                    .badData, "unknown setting '\(full.prefix(100))'", at: YAMLDocument.place(name, key.mark),
                    remedy: Suggestion.nearest(to: word, among: names).map { "Did you mean '\($0)'?" }
                        ?? "Known here: \(names.joined(separator: ", "))")
            }
            result[word] = try overlay(value, on: default_, path: full, name: name)
        }
        return .mapping(result)
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath.map(\.stringValue).joined(separator: ".")
        @unknown default: "a setting"
        }
    }

    /// Refuses what no training could be done with.
    private func check(name: String) throws {
        func demand(_ holds: Bool, _ key: String, _ expectation: String) throws {
            if !holds { throw Failure(.badData, "\(key) has to be \(expectation)", at: name) }
        }
        try demand((1...1000).contains(model.layers), "model.layers", "from 1 to 1000")
        try demand((1...65536).contains(model.width), "model.width", "from 1 to 65536")
        try demand(model.heads >= 1 && model.width % max(model.heads, 1) == 0, "model.heads", "a divisor of model.width")
        try demand((2...65536).contains(model.context), "model.context", "from 2 to 65536")
        // Room for the bytes, for every printable character with a leading space, and for end-of-text.
        try demand((512...1 << 20).contains(model.vocabulary), "model.vocabulary", "from 512 to 1048576")
        try demand((1...65536).contains(batch.sequences), "batch.sequences", "from 1 to 65536")
        try demand((2...model.context).contains(batch.tokens), "batch.tokens", "from 2 to model.context")
        try demand((0...1 << 40).contains(steps), "steps", "at least 0")
        try demand(lr.peak > 0 && lr.peak.isFinite, "lr.peak", "above 0")
        try demand(lr.warmup >= 0, "lr.warmup", "at least 0")
        try demand((0...1).contains(lr.floor), "lr.floor", "from 0 to 1")
        try demand(optimizer.weight_decay >= 0, "optimizer.weight_decay", "at least 0")
        try demand(
            optimizer.betas.count == 2 && optimizer.betas.allSatisfy { $0 >= 0 && $0 < 1 }, "optimizer.betas",
            "a list of two numbers from 0 up to, but not including, 1")
        try demand(optimizer.epsilon > 0, "optimizer.epsilon", "above 0")
        try demand(optimizer.clip >= 0, "optimizer.clip", "at least 0")
        try demand(checkpoint.every >= 1, "checkpoint.every", "at least 1")
        try demand(heldout.every >= 1, "heldout.every", "at least 1")
        try demand((0...1024).contains(threads), "threads", "from 0 to 1024")
        try demand(!output.isEmpty, "output", "a path")
    }
}
