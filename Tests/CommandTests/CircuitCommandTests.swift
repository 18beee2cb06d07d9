import Foundation
import Testing

/// `circuit` of a program: what it prints, draws and writes.
@Suite struct CircuitCommandTests {
    let scratch: Scratch
    let program: String

    init() throws {
        scratch = try Scratch()
        program = scratch.file("induction.rasp", CompileTests.induction).path
    }

    @Test func theDocumentedKeys() throws {
        let outcome = try Tool.run("circuit", "count", "--pairs", "20", "--search", "0", "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let report = try outcome.json()
        #expect(report["name"] as? String == "count")
        let nodes = try #require(report["nodes"] as? [String: [String: Any]])
        #expect(nodes.keys.sorted() == ["a0.h0", "a0.h1", "a0.h2", "a0.h3", "input", "logits", "m0"])
        let head = try #require(nodes["a0.h0"]?["reads"] as? [String: [String]])
        #expect(head["q"] == ["indices", "bos"] && head["k"] == ["indices", "bos"] && head["v"] == ["tokens"])
        #expect((nodes["m0"]?["writes"] as? [String])?.contains("next") == true)
        #expect((nodes["logits"]?["reads"] as? [String: [String]]) == ["in": ["next"]])
        #expect(nodes["a0.h2"]?["in_circuit"] as? Bool == false && nodes["a0.h0"]?["in_circuit"] as? Bool == true)
        let edges = try #require(report["edges"] as? [String])
        #expect(edges.contains("a0.h0->m0") && edges.contains("input->a0.h3<k>") && edges.last == "m0->logits")
        let connections = try #require(report["connections"] as? [String: [String: Any]])
        #expect(connections["input->a0.h0<q>"]?["varies"] as? Bool == false)
        let effect = try #require(connections["m0->logits"]?["effect"] as? [String: Any])
        #expect(effect["pairs"] as? Int == 20 && effect["fraction"] as? Double ?? 0 > 0)
        let outside = try #require((report["certificates"] as? [String: Any])?["outside_exchanged"] as? [String: Any])
        #expect(outside["accuracy"] as? Double == 1 && outside["n"] as? Int == 20)
    }

    @Test func optionsOfTheCompilerApply() throws {
        let outcome = try Tool.run(
            "circuit", "count", "--no-fuse", "--max-length", "12", "--pairs", "0", "--json")
        let report = try outcome.json()
        #expect(outcome.status == 0 && report["certificates"] is NSNull)
        let nodes = try #require(report["nodes"] as? [String: [String: Any]])
        #expect(nodes["m1"]?["writes"] as? [String] == ["next"])
        #expect((nodes["m1"]?["reads"] as? [String: [String]])?["in"]?.starts(with: ["n", "offset"]) == true)
    }

    @Test func theTable() throws {
        let outcome = try Tool.run("circuit", program, "--pairs", "10", "--search", "10", in: scratch.root)
        #expect(outcome.status == 0, "\(outcome.error)")
        for text in ["outside exchanged", "no output changes on 10 pairs", "logits", "a0.h0->"] {
            #expect(outcome.output.contains(text), "\(outcome.output)")
        }
    }

    @Test func thePicture() throws {
        let outcome = try Tool.run(
            "circuit", "int_sum", "--pairs", "0", "--draw", "sum.svg", in: scratch.root)
        #expect(outcome.status == 0, "\(outcome.error)")
        let picture = try String(contentsOfFile: scratch.path("sum.svg"), encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.hasSuffix("</svg>\n"))
        for text in [">a1.h0<", ">logits<", ">first_units<", ">m3<"] { #expect(picture.contains(text), "\(text)") }
        #expect(Self.overlaps(of: picture) == 0)
        let nowhere = try Tool.run("circuit", program, "--pairs", "0", "--draw", "no/where.svg", in: scratch.root)
        #expect(nowhere.status == 73)
    }

    /// How many pairs of edges' labels lie over each other, by the advance of a monospaced font.
    private static func overlaps(of picture: String) -> Int {
        let label = /<text class="halo[^>]* x="([0-9.]+)" y="([0-9.]+)">([^<]*)</
        let boxes = picture.matches(of: label).compactMap { match -> (left: Double, right: Double, line: Double)? in
            guard let x = Double(match.1), let y = Double(match.2) else { return nil }
            let half = Double(match.3.count) * 3.0
            return (x - half, x + half, y)
        }
        return boxes.indices.reduce(0) { sum, first in
            sum
                + boxes[..<first].count { other in
                    let own = boxes[first]
                    return abs(own.line - other.line) < 9 && min(own.right, other.right) - max(own.left, other.left) > 1
                }
        }
    }

    @Test func theCase() throws {
        let folder = scratch.path("case")
        for _ in 0..<2 {
            let outcome = try Tool.run("circuit", program, "--pairs", "20", "--output", folder)
            #expect(outcome.status == 0, "\(outcome.error)")
        }
        func json(_ name: String) throws -> Any {
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        }
        let model = try #require(try json("config.json") as? [String: Any])
        let graph = try #require(try json("graph.json") as? [String: Any])
        let shape = try #require(graph["cfg"] as? [String: Any])
        #expect(shape["n_layers"] as? Int == model["n_layer"] as? Int)
        #expect(shape["n_heads"] as? Int == model["n_head"] as? Int)
        #expect(shape["d_model"] as? Int == model["n_embd"] as? Int)
        let marked = try #require(graph["edges"] as? [String: [String: Any]])
        let circuit = Set(marked.filter { $1["in_graph"] as? Bool == true }.keys)
        let description = try #require(try json("case.json") as? [String: Any])
        let report = try #require(description["circuit"] as? [String: Any])
        #expect(circuit == Set(try #require(report["edges"] as? [String])) && !circuit.isEmpty)
        let edges = try #require(try json("edges.json") as? [[String]])
        #expect(edges.count == circuit.count && edges.allSatisfy { $0.count == 2 })
        #expect(edges.contains { $0[0] == "hook_embed" })
        let variables = try #require(try json("variables.json") as? [[String: Any]])
        let seen = try #require(variables.first { $0["name"] as? String == "seen" })
        #expect(seen["readers"] as? [String] == ["logits"] && seen["writer"] is String)
        // Pairs in the program's words, with the answers at their ends.
        let pairs = try #require(description["pairs"] as? [String: Int])
        #expect(Set(pairs.keys) == ["random-dev", "random-test", "variable-dev", "variable-test"])
        let tokenizer = try #require(try json("tokenizer.json") as? [String: Any])
        let words = try #require((tokenizer["model"] as? [String: Any])?["vocab"] as? [String: Int])
        for (name, count) in pairs {
            let table = try String(contentsOfFile: "\(folder)/pairs/\(name).csv", encoding: .utf8)
            let rows = table.split(separator: "\n").dropFirst()
            #expect(rows.count == count && (count > 0 || name.hasPrefix("variable")), "\(name)")
            for row in rows {
                let texts = row.split(separator: "\"", omittingEmptySubsequences: false)
                let prompts = [texts[1], texts[3]].map { $0.split(separator: " ").map(String.init) }
                #expect(prompts[0].count == prompts[1].count && prompts.joined().allSatisfy { words[$0] != nil })
            }
        }
    }

    /// Exchanging each edge by itself finds the circuit of a compiled program, in the folder that was written of it.
    @Test func theCaseIsSearched() throws {
        let written = try Tool.run("circuit", program, "--pairs", "20", "--output", "case", in: scratch.root)
        #expect(written.status == 0, "\(written.error)")
        func discover(_ more: String...) throws -> Outcome {
            try Tool.run(
                ["discover", "case", "--method", "exact", "--pairs", "case/pairs/random-test.csv"]
                    + ["--output", "found.json"] + more, in: scratch.root)
        }
        let found = try discover("--json")
        #expect(found.status == 0, "\(found.error)")
        let report = try found.json()
        #expect(report["pairs"] as? Int ?? 0 > 20)
        let scores = try #require(report["scores"] as? [String: Double])
        let scored = try Tool.run("score", "found.json", "--truth", "case", "--json", in: scratch.root)
        #expect(scored.status == 0, "\(scored.error)")
        #expect(try scored.json()["auroc"] as? Double ?? 0 > 0.95)
        // What lies outside the circuit changes nothing, by proof.
        let graph = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: scratch.path("case/graph.json"))))
        let edges = try #require((graph as? [String: Any])?["edges"] as? [String: [String: Any]])
        let outside = scores.filter { edges[$0.key]?["in_graph"] as? Bool == false }
        let largest = try #require(outside.values.map(abs).max())
        #expect(largest < 1e-2)

        // The five largest scores as a picture: each edge's reader and writer has a box, and its score stands on it.
        #expect(try discover("--draw", "found.svg", "--drawn", "5").status == 0)
        let picture = try String(contentsOfFile: scratch.path("found.svg"), encoding: .utf8)
        #expect(picture.contains("case: 5 of \(scores.count) edges by exact"))
        for (edge, score) in scores.sorted(by: { abs($0.value) > abs($1.value) }).prefix(4) {
            let ends = edge.split(separator: "<")[0].split(separator: "-")
            for node in [ends[0], ends[1].dropFirst()] { #expect(picture.contains(">\(node)</text>"), "\(edge)") }
            #expect(picture.contains(String(format: ">%.3g<", score)), "\(edge)")
        }
        let components = try discover("--level", "node", "--draw", "nodes.svg", "--json").json()
        let strongest = try #require(
            (components["scores"] as? [String: Double])?.max { abs($0.value) < abs($1.value) })
        let nodes = try String(contentsOfFile: scratch.path("nodes.svg"), encoding: .utf8)
        #expect(nodes.contains(">\(strongest.key)</text>") && !nodes.contains("<path"))

        #expect(try discover("--prepend-bos").status == 64)
        scratch.file("other.csv", "clean,corrupted,correct_idx,incorrect_idx\na b,a zebra,0,1\n")
        let stranger = try Tool.run(
            "discover", "case", "--method", "exact", "--pairs", "other.csv", in: scratch.root)
        #expect(stranger.status == 65 && stranger.error.contains("'zebra'") && stranger.error.contains("other.csv"))
    }

    @Test func whatCannotBeOne() throws {
        let both = try Tool.run("circuit", "sort", "--pairs", "5", "--output", scratch.path("sort"))
        #expect(both.status == 65 && both.error.contains("--causal"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("sort")))
        #expect(try Tool.run("circuit", "nothing").status == 66)
        #expect(try Tool.run("circuit", "count", "--pairs", "-1").status == 64)
        try FileManager.default.createDirectory(atPath: scratch.path("kept"), withIntermediateDirectories: false)
        scratch.file("kept/thesis.txt", "words\n")
        let other = try Tool.run("circuit", program, "--pairs", "5", "--output", "kept", in: scratch.root)
        #expect(other.status == 73)
    }
}
