import Basics
import Passes
import RASP

/// Checked access to a `config.json`.
struct ConfigurationReader {
    let root: JSONValue
    let path: String

    init(_ root: JSONValue, _ path: String) {
        self.root = root
        self.path = path
    }

    /// What transformers calls the model's family; nil in folders of labelled weights.
    var modelType: String? { root["model_type"]?.string }

    func failure(_ message: String) -> Failure {
        Failure(
            .badData, message, at: path, remedy: "this is no folder written by 'compile'; compile the program again")
    }

    private func value<T>(_ key: String, _ kind: String, _ read: (JSONValue) -> T?) throws -> T {
        guard let value = root[key].flatMap(read) else { throw failure("'\(key)' is missing or not \(kind)") }
        return value
    }

    func string(_ key: String) throws -> String { try value(key, "a string", \.string) }
    func bool(_ key: String) throws -> Bool { try value(key, "a boolean", \.bool) }
    func atoms(_ key: String) throws -> [Atom] { try value(key, "an array of tokens") { Self.atoms($0) } }

    func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int {
        let number = try value(key, "an integer", \.integer)
        guard range.contains(number) else { throw failure("'\(key)' is \(number), outside \(range)") }
        return number
    }

    func integers(_ key: String) throws -> [Int] {
        try value(key, "an array of sizes") { Self.all($0.array) { $0.integer.flatMap { $0 >= 0 ? $0 : nil } } }
    }

    /// Layers that are executed several times, each of them stored; none where nothing is said of any.
    func repeatedLayers(stored: Int) throws -> [RepeatedLayers] {
        guard root["repeated_layers"] != nil else { return [] }
        let blocks = try value("repeated_layers", "an array of blocks of layers") { list in
            Self.all(list.array) { item -> RepeatedLayers? in
                guard let first = item["first"]?.integer, let count = item["count"]?.integer,
                    let times = item["times"]?.integer
                else { return nil }
                return RepeatedLayers(first: first, count: count, times: times)
            }
        }
        var next = 0
        for block in blocks {
            guard block.first >= next, block.first <= stored, block.count >= 1, block.count <= stored - block.first,
                block.times >= 1
            else { throw failure("'repeated_layers' names layers that are not there, or one of them twice") }
            guard block.times <= TiedLowering.mostLayers / block.count else { throw tooManyLayers }
            next = block.first + block.count
        }
        guard blocks.executedCount(stored: stored) <= max(stored, TiedLowering.mostLayers) else { throw tooManyLayers }
        return blocks
    }

    private var tooManyLayers: Failure {
        failure("'repeated_layers' has more than \(TiedLowering.mostLayers) layers executed")
    }

    func headSizes() throws -> [[(key: Int, value: Int)]] {
        try value("head_sizes", "an array of pairs for each layer") { layers in
            Self.all(layers.array) { layer in
                Self.all(layer.array) { pair in
                    guard let sizes = pair.array, sizes.count == 2, let key = sizes[0].integer,
                        let size = sizes[1].integer,
                        key >= 0, size >= 0
                    else { return nil }
                    return (key, size)
                }
            }
        }
    }

    func basis() throws -> [BasisDirection] {
        try value("basis", "an array of labelled directions") { list in
            Self.all(list.array) { item in
                guard let variable = item["variable"]?.string, let scratch = item["scratch"]?.bool,
                    let json = item["value"]
                else { return nil }
                let former = (item["former"]?.array ?? []).compactMap { earlier -> BasisDirection.Former? in
                    guard let label = earlier["label"]?.string, let state = earlier["last_state"]?.integer else {
                        return nil
                    }
                    return .init(label: label, lastState: state)
                }
                return BasisDirection(variable: variable, value: Self.atom(json), isScratch: scratch, former: former)
            }
        }
    }

    func outputName() throws -> String {
        try value("output", "an object that names a variable") { $0["variable"]?.string }
    }

    func variables(width: Int, layers: Int) throws -> [CompiledVariable] {
        try value("variables", "an array of variables with directions below \(width)") { list in
            Self.all(list.array) { Self.variable($0, width, layers) }
        }
    }

    private static func variable(_ item: JSONValue, _ width: Int, _ layers: Int) -> CompiledVariable? {
        guard let name = item["name"]?.string, let state = item["state"]?.integer, (0...layers).contains(state),
            let scratch = item["scratch"]?.bool,
            let directions = all(
                item["directions"]?.array, { $0.integer.flatMap { (0..<width).contains($0) ? $0 : nil } })
        else { return nil }
        let encoding: CompiledVariable.Encoding
        var exception: CompiledVariable.Exception?
        if item["encoding"]?.string == "categorical" {
            guard let values = item["values"].flatMap(atoms), values.count == directions.count else { return nil }
            encoding = .categorical(values: values, directions: directions)
        } else {
            guard let direction = directions.first, let reachable = all(item["reachable"]?.array, \.number) else {
                return nil
            }
            encoding = .numerical(direction: direction, reachable: reachable)
            if let json = item["exception"] {
                guard let flag = json["direction"]?.integer, (0..<width).contains(flag) else { return nil }
                exception = .init(direction: flag, value: json["value"].flatMap(atom))
            }
        }
        return CompiledVariable(
            name: name, encoding: encoding, exception: exception, writtenByLayer: state,
            heldUntil: item["last_state"]?.integer.flatMap { (0...layers).contains($0) ? $0 : nil }, isScratch: scratch)
    }

    private static func atoms(_ json: JSONValue) -> [Atom]? { all(json.array, atom) }

    /// nil for null and for objects. Depth is capped by the parser.
    private static func atom(_ json: JSONValue) -> Atom? {
        switch json {
        case .bool(let value): .bool(value)
        case .integer(let value): .int(value)
        case .number(let value): .float(value)
        case .string(let value): .string(value)
        case .array(let items): all(items, atom).map(Atom.tuple)
        case .null, .object: nil
        }
    }

    /// The results for all items, or nil when one has none.
    private static func all<T>(_ items: [JSONValue]?, _ read: (JSONValue) -> T?) -> [T]? {
        guard let items else { return nil }
        let results = items.compactMap(read)
        return results.count == items.count ? results : nil
    }
}
