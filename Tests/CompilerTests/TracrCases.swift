import Basics
import Compiler
import Foundation
import RASP
import Testing

/// Programs given as nodes and tables with the outputs that an interpreter gave, one JSON file each, in the format of
/// `Cases/`. The environment variable `TRACR_CASES` names another folder.
@Suite struct TracrCases {
    static let files: [URL] = {
        let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
        let folder = ProcessInfo.processInfo.environment["TRACR_CASES"].map { URL(fileURLWithPath: $0) } ?? own
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") && $0 != "index.json" }.sorted().map(folder.appendingPathComponent)
    }()

    @Test func thereAreCases() { #expect(!Self.files.isEmpty) }

    @Test(arguments: files) func interpreterAndWeights(_ file: URL) throws {
        let json = try JSONFile.read(file)
        // Programs that tracr refuses come without nodes; those are written out below.
        guard json["nodes"] != nil else {
            let name = json["name"]?.string ?? ""
            let program = try #require(RefusedByTracr.programs[name], "no program is written here for '\(name)'")
            return try RefusedByTracr.check(program)
        }
        let test = try TracrCase(json)
        let model = try RASPCompiler.compile(test.program)
        for (input, expected) in test.cases {
            let interpreted = try Interpreter(causal: test.causal).run(test.program, on: input).output
            let compiled = try model.run(input)
            for position in input.indices {
                #expect(
                    TracrCase.agree(interpreted[position], expected[position]),
                    "interpreter, \(input), position \(position)")
                #expect(
                    TracrCase.agree(compiled[position], expected[position]), "weights, \(input), position \(position)")
            }
        }
        let report = try model.verify(against: test.program, count: 200, seed: 5)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        for column in CaseTable.columns(model, json) where column.tracr != nil {
            #expect(column.ours <= column.tracr ?? 0, "\(column.name)")
        }
    }
}

/// One file of cases: the program rebuilt from its nodes.
struct TracrCase {
    let program: Program
    let causal: Bool
    let cases: [(input: [Atom], expected: [Atom?])]

    struct Malformed: Error { let what: String }

    init(_ json: JSONValue) throws {
        causal = json["causal"]?.bool ?? false
        var sops: [Int: SOp] = [:]
        var selectors: [Int: Selector] = [:]
        var values: [Int: [Atom]] = [:]
        func sop(_ node: JSONValue, _ key: String) throws -> SOp {
            guard let number = node[key]?.integer, let sop = sops[number] else { throw Malformed(what: key) }
            return sop
        }
        for node in json["nodes"]?.array ?? [] {
            guard let id = node["id"]?.integer, let operation = node["op"]?.string else {
                throw Malformed(what: "node")
            }
            let children = node["children"]?.array?.compactMap(\.integer) ?? []
            let own = try (node["value_set"]?.array ?? []).compactMap { try Self.atom($0) }
            values[id] = own
            let encoding = node["encoding"]?.string.flatMap(Encoding.init(rawValue:))
            switch operation {
            case "TokensType": sops[id] = tokens
            case "IndicesType": sops[id] = indices
            case "Map", "SequenceMap":
                let inputs = children.compactMap { sops[$0] }
                let function = try Self.table(node, own, children.map { values[$0] ?? [] }, encoding)
                sops[id] = SOp(.elementwise(function, inputs), encoding: encoding)
            case "LinearSequenceMap":
                let factors = node["factors"]?.array?.compactMap(\.number) ?? []
                guard factors.count == 2, children.count == 2, let a = sops[children[0]], let b = sops[children[1]]
                else {
                    throw Malformed(what: "factors")
                }
                let linear = ElementwiseFunction("linear") {
                    .float(factors[0] * ($0[0].doubleValue ?? .nan) + factors[1] * ($0[1].doubleValue ?? .nan))
                }
                sops[id] = SOp(.elementwise(linear, [a, b]), encoding: encoding)
            case "Select":
                guard let keys = node["keys"]?.integer, let queries = node["queries"]?.integer,
                    let rows = node["matrix"]?.array?.compactMap({ $0.string.map { Array($0) } })
                else { throw Malformed(what: "matrix") }
                let keyNumbers = Self.numbers(values[keys] ?? [])
                let queryNumbers = Self.numbers(values[queries] ?? [])
                selectors[id] = try select(sop(node, "keys"), sop(node, "queries"), named: "matrix") { key, query in
                    guard let k = keyNumbers[key], let q = queryNumbers[query] else { return false }
                    return rows[k][q] == "1"
                }
            case "SelectorWidth", "Aggregate":
                guard let selector = node["selector"]?.integer.flatMap({ selectors[$0] }) else {
                    throw Malformed(what: "selector")
                }
                if operation == "SelectorWidth" {
                    sops[id] = SOp(.selectorWidth(selector), encoding: encoding)
                } else {
                    let defaultValue = try node["default"].flatMap { try Self.atom($0) }
                    sops[id] = SOp(.aggregate(selector, try sop(node, "sop"), defaultValue: defaultValue, .mean))
                }
            default: throw Malformed(what: operation)
            }
        }
        guard let output = json["output"]?.integer.flatMap({ sops[$0] }), let length = json["max_seq_len"]?.integer
        else {
            throw Malformed(what: "output")
        }
        program = Program(
            name: json["name"]?.string ?? "case", output: output, outputName: "out",
            vocabulary: try (json["vocab"]?.array ?? []).compactMap { try Self.atom($0) }, maxLength: length,
            causal: causal)
        cases = try (json["cases"]?.array ?? []).map { item in
            (
                try (item["input"]?.array ?? []).compactMap { try Self.atom($0) },
                try (item["interp"]?.array ?? []).map { try Self.atom($0) }
            )
        }
    }

    private static func numbers(_ values: [Atom]) -> [Atom: Int] {
        Dictionary(values.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// A function given by its values over the product of its inputs' value sets. A mean may take values that such a
    /// set lacks: there the nearest one stands in.
    private static func table(
        _ node: JSONValue, _ own: [Atom], _ inputs: [[Atom]], _ encoding: Encoding?
    ) throws -> ElementwiseFunction {
        guard let entries = node["table"]?.array else { throw Malformed(what: "table") }
        let results: [Atom?] = entries.map { entry in
            if encoding == .numerical { return entry.number.map(Atom.float) }
            return entry.integer.flatMap { own.indices.contains($0) ? own[$0] : nil }
        }
        let numbers = inputs.map(Self.numbers)
        return ElementwiseFunction(node["label"]?.string ?? "map") { arguments in
            var index = 0
            for (position, argument) in arguments.enumerated() {
                var number = numbers[position][argument]
                if number == nil, let value = argument.doubleValue {
                    number = inputs[position].indices.min {
                        abs((inputs[position][$0].doubleValue ?? .infinity) - value)
                            < abs((inputs[position][$1].doubleValue ?? .infinity) - value)
                    }
                }
                guard let number else { throw ValueError("\(argument.described) is not in the table") }
                index = index * inputs[position].count + number
            }
            guard results.indices.contains(index), let result = results[index] else { throw ValueError("no value") }
            return result
        }
    }

    /// Tagged text: `n` none, `b:1` bool, `i:5` int, `f:0.5` float, `s:abc` string, `t:[...]` tuple.
    static func atom(_ json: JSONValue) throws -> Atom? {
        guard let text = json.string else { throw Malformed(what: "atom") }
        if text == "n" { return nil }
        let body = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "b:": return .bool(body == "1")
        case "i:": if let value = Int(body) { return .int(value) }
        case "f:": if let value = Double(body) { return .float(value) }
        case "s:": return .string(body)
        case "t:": return .tuple(try (JSONParser.parse(body).array ?? []).compactMap { try atom($0) })
        default: break
        }
        throw Malformed(what: text)
    }

    /// Files hold seven digits.
    static func agree(_ a: Atom?, _ b: Atom?) -> Bool {
        if a == b { return true }
        guard let x = a?.doubleValue, let y = b?.doubleValue else { return false }
        return abs(x - y) < 1e-5
    }
}
