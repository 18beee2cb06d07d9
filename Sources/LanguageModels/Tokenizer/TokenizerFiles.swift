import Basics
import Foundation

/// The files of a tokenizer as they lie in a Hugging Face folder, kept so that a saved student is the student.
struct TokenizerFiles: Sendable {
    static let single = "tokenizer.json"
    static let settings = "tokenizer_config.json"
    static let specials = "special_tokens_map.json"
    static let added = "added_tokens.json"
    static let vocabulary = "vocab.json"
    static let merges = "merges.txt"
    /// The files that texts are cut by.
    static let deciding = [single, settings, specials, added, vocabulary, merges]
    private static let names = deciding + ["chat_template.jinja", "chat_template.json"]
    private static let templates = "additional_chat_templates"
    /// GPT-2's own have 1 and 0.5 MB.
    private static let maximumBytes = 64_000_000

    let folder: URL
    /// By their path in the folder.
    private(set) var contents: [ExactString: Data] = [:]

    /// - Throws: `.notFound` when there is neither tokenizer.json nor vocab.json.
    init(_ folder: URL) throws(Failure) {
        self.folder = folder
        var paths = Self.names
        let templates = folder.appendingPathComponent(Self.templates).path
        let found: [String]
        do { found = try Folder.names(at: templates) } catch {
            throw Failure(
                .notFound, "cannot list \(templates): \(error.reason)", remedy: Failure.remedy(of: error.code))
        }
        paths += found.filter { $0.hasSuffix(".jinja") }.sorted().map { "\(Self.templates)/\($0)" }
        for path in paths {
            let url = folder.appendingPathComponent(path)
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            contents[ExactString(path)] = try MappedFile(contentsOf: url, maximumBytes: Self.maximumBytes).data
        }
        guard has(Self.single) || has(Self.vocabulary) else {
            throw Failure(.notFound, "\(folder.path) holds no tokenizer: neither tokenizer.json nor vocab.json")
        }
    }

    func has(_ name: String) -> Bool { contents[ExactString(name)] != nil }

    /// Whether tokenizer.json has the type `ByteLevel` anywhere, which is what `transformers` asks.
    var mentionByteLevel: Bool {
        contents[ExactString(Self.single)]?.range(of: Data("\"ByteLevel\"".utf8)) != nil
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A JSON object of the folder; nil where the file is not there.
    func object(_ name: String) throws(Failure) -> JSONObject? {
        guard let data = contents[ExactString(name)] else { return nil }
        let path = path(name)
        let value: Result<JSONValue, Failure> = data.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try JSONParser.parse(bytes, name: path) }
        }
        guard let object = try value.get().object else {
            throw Failure(.badData, "the file holds something else where an object is due", at: path)
        }
        return object
    }

    /// The pairs of merges.txt in order of rank, one a line.
    func mergePairs() throws(Failure) -> [(String, String)] {
        let path = path(Self.merges)
        guard let data = contents[ExactString(Self.merges)] else {
            throw Failure(.notFound, "there is no \(path), which vocab.json needs")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.badData, "the file is not valid UTF-8", at: path)
        }
        var pairs: [(String, String)] = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { continue }
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, let left = String(parts[0]),
                let right = String(parts[1])
            else {
                throw Failure(.badData, "the line is not two symbols with a space between", at: "\(path):\(number + 1)")
            }
            pairs.append((left, right))
        }
        return pairs
    }

    /// Writes the files into another folder as they are, but for the merges.
    ///
    /// - Parameter merges: those that are left, where some were left out.
    func write(to target: URL, merges: [TokenizerDescription.Merge]?) throws(Failure) {
        for (path, data) in contents.sorted(by: { $0.key < $1.key }) {
            let url = target.appendingPathComponent(path.text)
            if path.text.hasPrefix(Self.templates) { try AtomicFile.createDirectory(url.deletingLastPathComponent()) }
            switch (path.text, merges) {
            case (Self.single, let merges?): try JSONFile.write(.object(edited(merges)), to: url)
            case (Self.merges, let merges?): try AtomicFile.write(Self.mergesFile(merges), to: url)
            default: try AtomicFile.write(data, to: url)
            }
        }
    }

    /// tokenizer.json with these merges, spelt as they were.
    private func edited(_ merges: [TokenizerDescription.Merge]) throws(Failure) -> JSONObject {
        var root = try object(Self.single) ?? JSONObject()
        var model = root["model"]?.object ?? JSONObject()
        let old = model["merges"]?.array ?? []
        model["merges"] = .array(merges.compactMap { old.indices.contains($0.line) ? old[$0.line] : nil })
        if model["ignore_merges"]?.bool == true { model["ignore_merges"] = false }
        root["model"] = .object(model)
        return root
    }

    static func mergesFile(_ merges: [TokenizerDescription.Merge]) -> Data {
        Data(("#version: 0.2\n" + merges.map { "\($0.left) \($0.right)\n" }.joined()).utf8)
    }
}
