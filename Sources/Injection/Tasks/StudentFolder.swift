import Basics
import Foundation
import Resources

/// Where a student is: the bundled one, or a folder.
public enum StudentFolder {
    public static func locate(_ name: String) throws -> URL {
        if name == "tiny" { return try BundledFiles().tinyStudent() }
        let url = URL(fileURLWithPath: name)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
            throw Failure(
                .notFound, "no student at '\(name)'", at: url.path,
                remedy: "give the Hugging Face folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT, or tiny")
        }
        guard isDirectory.boolValue else {
            throw Failure(
                .badData, "the student is a file, not the Hugging Face folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT",
                at: url.path)
        }
        return url
    }
}
