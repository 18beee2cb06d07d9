import Basics
import Foundation

/// The folder that `compile` or `circuit` writes, which takes the place of what was there.
enum ModelFolder {
    /// What `compile` writes, as plain weights or as a GPT-2.
    private static let files: Set<String> = [
        "config.json", "model.safetensors", "generation_config.json", "labels.json", "vocab.json", "merges.txt",
        "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json",
        // And what `circuit` writes beside a GPT-2.
        "graph.json", "edges.json", "variables.json", "variables.safetensors", "case.json", "pairs", "README.md",
        // And what methods have found in it.
        "found",
    ]

    /// The folder of that name, its links followed, which must not exist, be empty, or hold an earlier model and
    /// nothing else.
    ///
    /// - Throws: `.usage` for an empty name; `.cannotCreate` for a file, or for a folder that holds other things.
    static func replaceable(_ name: String) throws(Failure) -> URL {
        guard !name.isEmpty else {
            throw Failure(.usage, "the name of the output directory is empty", remedy: "Give a folder with --output.")
        }
        let folder = URL(fileURLWithPath: name).resolvingSymlinksInPath()
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory) else { return folder }
        guard isDirectory.boolValue else {
            throw Failure(.cannotCreate, "the output is a file, not a directory", at: folder.path)
        }
        let contents = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        // What a `compile` that was killed left half-written is removed by the next one.
        let others = contents.filter {
            !files.contains($0) && !$0.hasPrefix("compressed-") && TemporarySibling.owner(of: $0) == nil
        }
        if let first = others.min() {
            throw Failure(
                .cannotCreate, "the output directory holds other files, such as '\(first.prefix(100))'",
                at: folder.path,
                remedy: "Choose a new directory with --output; what is in this one would be lost.")
        }
        return folder
    }
}
