import Foundation

/// The weights of a model folder: one `model.safetensors`, or the shards that `model.safetensors.index.json` names.
public struct SafeTensorsFolder: Sendable {
    public let url: URL
    public let files: [SafeTensorsFile]
    private let positions: [ExactString: Int]

    /// The largest number of shards an index may name; the largest models of the field have a few hundred.
    private static let maximumShards = 4096

    /// - Throws: `.notFound` when there are no weights, `.badData` when the index or a file breaks a rule.
    public init(contentsOf folder: URL) throws(Failure) {
        url = folder
        let single = folder.appendingPathComponent("model.safetensors")
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        if FileManager.default.fileExists(atPath: single.path) {
            files = [try SafeTensorsFile(contentsOf: single)]
            positions = [:]
        } else if FileManager.default.fileExists(atPath: index.path) {
            (files, positions) = try Self.readShards(index: index, in: folder)
        } else {
            throw Failure(
                .notFound, "\(folder.path) holds neither model.safetensors nor model.safetensors.index.json",
                remedy: "Weights in other formats (pytorch_model.bin) can be converted with the safetensors package.")
        }
    }

    private static func readShards(
        index: URL, in folder: URL
    ) throws(Failure) -> (files: [SafeTensorsFile], positions: [ExactString: Int]) {
        guard let map = try JSONFile.readObject(index)["weight_map"]?.object else {
            throw Failure(.badData, "the index has no weight_map", at: index.path)
        }
        var files: [SafeTensorsFile] = []
        var positions: [ExactString: Int] = [:]
        var opened: [ExactString: Int] = [:]
        for (tensor, value) in map.members {
            guard let name = value.string else {
                throw Failure(
                    .badData, "the index maps \(quoted(tensor)) to \(value.kind), not to a file", at: index.path)
            }
            if opened[ExactString(name)] == nil {
                guard files.count < maximumShards else {
                    throw Failure(.badData, "the index names more than \(maximumShards) files", at: index.path)
                }
                opened[ExactString(name)] = files.count
                files.append(try SafeTensorsFile(contentsOf: shard(name, in: folder, index: index)))
            }
            let position = opened[ExactString(name), default: 0]
            guard files[position].entries[ExactString(tensor)] != nil else {
                throw Failure(
                    .badData, "\(name) has no tensor \(quoted(tensor)), which the index promises", at: index.path)
            }
            positions[ExactString(tensor)] = position
        }
        return (files, positions)
    }

    /// The file of a shard: a plain name, and not a link that leads to anywhere but the Hub cache's own blobs.
    private static func shard(_ name: String, in folder: URL, index: URL) throws(Failure) -> URL {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
        else {
            throw Failure(
                .badData, "the index names the file \(quoted(name)), which is not in its folder", at: index.path)
        }
        let file = folder.appendingPathComponent(name)
        let home = folder.resolvingSymlinksInPath()
        let place = file.resolvingSymlinksInPath().deletingLastPathComponent().path
        guard place.hasSameBytes(as: home.path) || place.hasSameBytes(as: blobs(of: home) ?? home.path) else {
            throw Failure(
                .badData, "the index names the file \(quoted(name)), a symbolic link that leads out of its folder",
                at: index.path, remedy: "Copy the folder with its links followed: cp -rL.")
        }
        return file
    }

    /// Where the Hub cache keeps the content of a revision's files: `MODEL/snapshots/REVISION/NAME` is a link to a file
    /// in `MODEL/blobs`. Nil for a folder that does not lie in such a place.
    private static func blobs(of home: URL) -> String? {
        let snapshots = home.deletingLastPathComponent()
        guard snapshots.lastPathComponent == "snapshots" else { return nil }
        return snapshots.deletingLastPathComponent().appendingPathComponent("blobs").path
    }

    /// All tensors' names, shard by shard.
    public var names: [String] {
        files.enumerated().flatMap { number, file in
            files.count == 1 ? file.names : file.names.filter { positions[ExactString($0)] == number }
        }
    }

    /// The file that holds a tensor.
    public func file(holding name: String) -> SafeTensorsFile? {
        if files.count == 1, positions.isEmpty { return files[0].entries[ExactString(name)] == nil ? nil : files[0] }
        return positions[ExactString(name)].map { files[$0] }
    }
}
