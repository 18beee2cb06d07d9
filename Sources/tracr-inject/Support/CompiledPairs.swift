import Basics
import Compiler
import Discovery
import Foundation

/// Pairs of inputs of a compiled program, in the words of its export. A program has no wording around its input, so
/// that there are no pairs of the kind `template`.
struct CompiledPairs {
    let circuit: CompiledCircuit
    let export: GPT2Export
    /// Of each kind and part, at most.
    let count: Int
    let seed: UInt64

    /// Writes them, each pair in one part alone.
    ///
    /// - Returns: how many there are, by name.
    func write(to folder: URL) throws -> JSONValue {
        let place = folder.appendingPathComponent("pairs")
        try AtomicFile.createDirectory(place)
        var members: [(String, JSONValue)] = []
        var used: Set<CircuitPair> = []
        for (number, part) in PairPart.allCases.enumerated() {
            let candidates = try circuit.model.circuitPairs(count * 8, seed: seed &+ UInt64(number) &+ 2)
            for kind in [PairKind.random, .variable] {
                let rows = try rows(kind, candidates.filter { !used.contains($0) })
                used.formUnion(rows.map(\.pair))
                let name = "\(kind.rawValue)-\(part.rawValue)"
                try PairTable(rows.map(\.row)).write(to: place, name: name, split: part.split)
                members.append((name, .integer(rows.count)))
            }
        }
        return .object(JSONObject(members))
    }

    private func rows(
        _ kind: PairKind, _ candidates: [CircuitPair]
    ) throws -> [(pair: CircuitPair, row: PairTable.Row)] {
        let variables = kind == .variable ? circuit.computedVariables : []
        var quota = DecisiveQuota(total: count, variables: variables.count)
        var rows: [(CircuitPair, PairTable.Row)] = []
        // Each variable takes a run of the program.
        for pair in kind == .variable ? candidates.prefix(2 * count) : candidates[...] where rows.count < count {
            var name: String?
            if kind == .variable {
                name = quota.rarest(of: try circuit.model.decisiveVariables(pair, among: variables))
                if name == nil { continue }
            }
            guard let row = try row(pair, variable: name) else { continue }
            if let name { quota.count(name) }
            rows.append((pair, row))
        }
        return rows
    }

    /// nil where both inputs have the same answer, or a word with a blank in it.
    private func row(_ pair: CircuitPair, variable: String?) throws -> PairTable.Row? {
        let model = circuit.model
        let answers = try [pair.base, pair.source].map { export.token(of: try model.run($0).last ?? nil) }
        guard answers[0] != answers[1] else { return nil }
        // BOS comes by itself.
        let words = try [pair.base, pair.source].map { input in
            try export.encode(input).dropFirst().map { export.tokens[Int($0)] }
        }
        guard (words.joined() + answers.map { export.tokens[$0] }).allSatisfy({ !$0.contains(where: \.isWhitespace) })
        else { return nil }
        func told(_ token: Int) -> PairTable.Answer {
            PairTable.Answer(token: Int32(token), text: " " + export.tokens[token])
        }
        return PairTable.Row(
            clean: words[0].joined(separator: " "), corrupted: words[1].joined(separator: " "),
            correct: told(answers[0]), incorrect: told(answers[1]), variable: variable)
    }
}
