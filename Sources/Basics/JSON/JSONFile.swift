import Foundation

/// JSON files of users: read with bounds on size and depth, written atomically.
public enum JSONFile {
    /// - Parameters:
    ///   - url: The file.
    ///   - maximumBytes: A larger file is refused before it is read.
    ///   - maximumDepth: How many arrays and objects may be inside one another.
    /// - Throws: `.notFound`, or `.badData` at `file:line:column`.
    public static func read(
        _ url: URL, maximumBytes: Int = 100_000_000, maximumDepth: Int = 64
    ) throws(Failure) -> JSONValue {
        let file = try MappedFile(contentsOf: url, maximumBytes: maximumBytes)
        let value = try JSONParser.parse(file.bytes, name: url.path, maximumDepth: maximumDepth)
        withExtendedLifetime(file) {}
        return value
    }

    /// The same, for a file that must hold an object.
    public static func readObject(
        _ url: URL, maximumBytes: Int = 100_000_000, maximumDepth: Int = 64
    ) throws(Failure) -> JSONObject {
        let value = try read(url, maximumBytes: maximumBytes, maximumDepth: maximumDepth)
        guard let object = value.object else {
            throw Failure(.badData, "the file holds \(value.kind) where an object is due", at: url.path)
        }
        return object
    }

    public static func write(_ value: JSONValue, to url: URL, indented: Bool = true) throws(Failure) {
        try AtomicFile.write(Data((value.text(indented: indented) + "\n").utf8), to: url)
    }
}
