import Basics
import Foundation

/// JSON objects that are read back by later runs: a checksum of everything else in the object stands in its last key.
package enum SealedJSON {
    private static let key = "seal"

    package static func write(_ object: JSONObject, to url: URL) throws(Failure) {
        try JSONFile.write(.object(sealed(object)), to: url)
    }

    package static func sealed(_ object: JSONObject) -> JSONObject {
        var sealed = object
        sealed[key] = nil
        sealed[key] = .string(seal(of: sealed))
        return sealed
    }

    /// - Throws: `.badData` when the object is not what was written.
    package static func read(_ url: URL) throws(Failure) -> JSONObject {
        var object = try JSONFile.readObject(url)
        let written = object[key]
        object[key] = nil
        guard written == .string(seal(of: object)) else {
            throw Failure(.badData, "\(url.lastPathComponent) does not match its checksum", at: url.path)
        }
        return object
    }

    private static func seal(of object: JSONObject) -> String {
        XXHash64.hex(Data(JSONValue.object(object).text(indented: false).utf8))
    }
}
