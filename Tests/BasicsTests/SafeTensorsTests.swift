import BasicTestSupport
import Basics
import Foundation
import Testing

@Suite struct SafeTensorsTests {
    @Test func writtenTensorsReadBack() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("model.safetensors")
            let values = (0..<6).map { Float($0) / 3 - 1 }
            var writer = SafeTensorsWriter()
            writer.add("a", shape: [2, 3], floats: values)
            writer.add("half", shape: [6], floats: values, type: .float16)
            writer.add("brain", shape: [6], floats: values, type: .bfloat16)
            writer.add("empty", shape: [0, 7], floats: [Float]())
            writer.add("scalar", shape: [], floats: [2.5])
            writer.add("step", shape: [1], type: .int64, bytes: Data([9, 0, 0, 0, 0, 0, 0, 0]))
            try writer.write(to: file, metadata: ["format": "pt"])

            let read = try SafeTensorsFile(contentsOf: file)
            #expect(read.metadata == ["format": "pt"])
            #expect(read.names.count == 6)
            #expect(try read.floats("a") == values)
            #expect(try read.entry("a").shape == [2, 3])
            #expect(try read.floats("scalar") == [2.5])
            #expect(try read.floats("empty") == [])
            // Half a unit in the last place: 11 and 8 significant bits.
            for (name, tolerance) in [("half", Float(0x1p-11)), ("brain", 0x1p-8)] {
                for (value, got) in zip(values, try read.floats(name)) {
                    #expect(abs(value - got) <= tolerance * abs(value))
                }
            }
            #expect(try read.withBytes("step") { Array($0) } == [9, 0, 0, 0, 0, 0, 0, 0])
            #expect(failure { _ = try read.floats("step") }?.kind == .badData)
            #expect(failure { _ = try read.floats("nothing") }?.kind == .badData)
            let mapped = try #require(read.mappedFloats("a"))
            #expect(Array(mapped) == values)
            #expect(read.mappedFloats("half") == nil)
            // Nothing is left beside the file.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
        }
    }

    @Test(arguments: [
        // header, bytes of data, what the message must say
        ("[]", 0, "does not start with '{'"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, 8, "not valid JSON"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "cut short"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "belong to no tensor"),
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "shape takes 12 bytes"),
        (#"{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}"#, 8, "dtype"),
        (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "other than sizes"),
        (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, "other than sizes"),
        (#"{"a":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,8]}}"#, 8, "overflows"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "do not lie within"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8, "do not lie within"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "two integers"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "belong to none"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
            6, "overlaps"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
            0, "occurs twice"
        ),
        (#"{"__metadata__":{"a":1}}"#, 0, "not to a string"),
        (#"{"__metadata__":[]}"#, 0, "not an object"),
        (#"{"a":[]}"#, 0, "not an object"),
        (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "no dtype"),
    ])
    func brokenHeadersAreRefused(header: String, data: Int, reason: String) throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("x.safetensors")
            var bytes = Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
            bytes.append(contentsOf: header.utf8)
            bytes.append(Data(count: data))
            try bytes.write(to: file)
            let failure = try #require(failure { _ = try SafeTensorsFile(contentsOf: file) })
            #expect(failure.kind == .badData)
            #expect(failure.message.contains(reason), "\(failure.message)")
        }
    }

    /// Types that only other programs use do not make a file unreadable, and neither does metadata that is null.
    @Test(arguments: [
        ("C64", 3, 24), ("F4", 4, 2), ("F6_E2M3", 4, 3), ("F6_E3M2", 8, 6), ("F8_E4M3FNUZ", 3, 3),
        ("F8_E5M2FNUZ", 3, 3),
        ("F8_E8M0", 3, 3),
    ])
    func unusedTypesAreRead(type: String, count: Int, bytes: Int) throws {
        let header = #"{"__metadata__":null,"a":{"dtype":"\#(type)","shape":[\#(count)],"data_offsets":[0,\#(bytes)]}}"#
        try withFolder { folder in
            let file = folder.appendingPathComponent("x.safetensors")
            var data = Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
            data.append(contentsOf: header.utf8)
            data.append(Data(count: bytes))
            try data.write(to: file)
            let read = try SafeTensorsFile(contentsOf: file)
            #expect(try read.entry("a").count == count && read.metadata.isEmpty)
            #expect(failure { _ = try read.floats("a") }?.message.contains(type) == true)
        }
    }

    @Test func brokenFilesAreRefused() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("x.safetensors")
            #expect(failure { _ = try SafeTensorsFile(contentsOf: file) }?.kind == .notFound)
            #expect(failure { _ = try SafeTensorsFile(contentsOf: folder) }?.kind == .notFound)
            for bytes in [
                Data(), Data(count: 7), Data(repeating: 0xFF, count: 64),
                Data([9, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8),
                Data([0, 0, 0, 0, 0, 0, 0, 0]), Data([1, 225, 245, 5, 0, 0, 0, 0]) + Data("{}".utf8),
                Data([2, 0, 0, 0, 0, 0, 0, 0]) + Data([0x7B, 0xFF]),
            ] {
                try bytes.write(to: file)
                #expect(failure { _ = try SafeTensorsFile(contentsOf: file) }?.kind == .badData)
            }
        }
    }

    /// Every prefix of a valid file is refused, and so is every file with one byte of its header changed to something
    /// that breaks a rule; nothing traps on the way.
    @Test func truncatedAndMutatedFilesNeverTrap() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("x.safetensors")
            var writer = SafeTensorsWriter()
            writer.add("a", shape: [2, 2], floats: [1, 2, 3, 4])
            writer.add("b", shape: [3], floats: [5, 6, 7], type: .bfloat16)
            try writer.write(to: file)
            let whole = try Data(contentsOf: file)
            for length in 0..<whole.count {
                try whole.prefix(length).write(to: file)
                #expect(failure { _ = try SafeTensorsFile(contentsOf: file) }?.kind == .badData)
            }
            var random = SeededRandom(seed: 1)
            for _ in 0..<2000 {
                var bytes = whole
                for _ in 0...random.integer(below: 3) {
                    bytes[random.integer(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                try bytes.write(to: file)
                if let read = try? SafeTensorsFile(contentsOf: file) {
                    for name in read.names { _ = try? read.floats(name) }
                }
            }
        }
    }

    @Test func weightsThatAreNoNumbersAreNamed() throws {
        var values = [Float](repeating: 1, count: 9000)
        try values.withUnsafeBufferPointer { try FiniteCheck.require($0, tensor: "h.0.w", file: "f") }
        for (index, value) in [(8999, Float.nan), (4096, -.infinity), (0, .infinity)] {
            values[index] = value
            let thrown = failure {
                try values.withUnsafeBufferPointer { try FiniteCheck.require($0, tensor: "h.0.w", file: "f") }
            }
            let failure = try #require(thrown)
            #expect(failure.message.contains("h.0.w") && failure.message.contains("element \(index) of 9000"))
        }
    }
}

@Suite struct ShardTests {
    private func write(_ name: String, _ tensors: [String], to folder: URL) throws {
        var writer = SafeTensorsWriter()
        for (index, tensor) in tensors.enumerated() { writer.add(tensor, shape: [1], floats: [Float(index)]) }
        try writer.write(to: folder.appendingPathComponent(name))
    }

    private func index(_ map: [(String, String)], in folder: URL) throws {
        let members = map.map { ($0.0, JSONValue.string($0.1)) }
        try JSONFile.write(
            ["metadata": ["total_size": 8], "weight_map": .object(JSONObject(members))],
            to: folder.appendingPathComponent("model.safetensors.index.json"))
    }

    @Test func shardsAreFound() throws {
        try withFolder { folder in
            try write("model-00001-of-00002.safetensors", ["a", "b"], to: folder)
            try write("model-00002-of-00002.safetensors", ["c"], to: folder)
            try index(
                [
                    ("a", "model-00001-of-00002.safetensors"), ("b", "model-00001-of-00002.safetensors"),
                    ("c", "model-00002-of-00002.safetensors"),
                ], in: folder)
            let read = try SafeTensorsFolder(contentsOf: folder)
            #expect(read.names == ["a", "b", "c"])
            #expect(try read.file(holding: "b")?.floats("b") == [1])
            #expect(try read.file(holding: "c")?.floats("c") == [0])
            #expect(read.file(holding: "d") == nil)
        }
    }

    /// The Hub cache: every file of `snapshots/REVISION` is a link into `blobs`, and a link to anywhere else is
    /// refused.
    @Test func linksIntoTheCacheAreFollowed() throws {
        try withFolder { outer in
            let model = outer.appendingPathComponent("models--x")
            let folder = model.appendingPathComponent("snapshots/abc")
            let files = FileManager.default
            for place in [folder, model.appendingPathComponent("blobs"), outer.appendingPathComponent("blobs")] {
                try files.createDirectory(at: place, withIntermediateDirectories: true)
            }
            try write("blobs/0", ["a"], to: model)
            try write("blobs/0", ["a"], to: outer)
            try index([("a", "s.safetensors")], in: folder)
            let link = folder.appendingPathComponent("s.safetensors").path
            for (target, isRead) in [("../../blobs/0", true), ("../../../blobs/0", false)] {
                try? files.removeItem(atPath: link)
                try files.createSymbolicLink(atPath: link, withDestinationPath: target)
                let failure = failure { _ = try SafeTensorsFolder(contentsOf: folder) }
                #expect((failure == nil) == isRead, "\(target)")
            }
        }
    }

    @Test func pathsOutOfTheFolderAreRefused() throws {
        try withFolder { outer in
            let folder = outer.appendingPathComponent("model")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try write("outside.safetensors", ["a"], to: outer)
            try write("inside.safetensors", ["a"], to: folder)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent("link.safetensors").path,
                withDestinationPath: "../outside.safetensors")
            for name in [
                "../outside.safetensors", "..", "", ".", outer.path + "/outside.safetensors", "link.safetensors",
            ] {
                try index([("a", name)], in: folder)
                #expect(failure { _ = try SafeTensorsFolder(contentsOf: folder) }?.kind == .badData, "\(name)")
            }
            try index([("b", "inside.safetensors")], in: folder)
            #expect(failure { _ = try SafeTensorsFolder(contentsOf: folder) }?.kind == .badData)
            try index([("a", "missing.safetensors")], in: folder)
            #expect(failure { _ = try SafeTensorsFolder(contentsOf: folder) }?.kind == .notFound)
            try index([("a", "inside.safetensors")], in: folder)
            #expect(try SafeTensorsFolder(contentsOf: folder).names == ["a"])
        }
    }
}
