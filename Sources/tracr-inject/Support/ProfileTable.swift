import Basics
import TensorCore

/// Where a step's time goes, operation by operation.
enum ProfileTable {
    static func text(_ profile: [(name: String, entry: Profile.Entry)]) -> String {
        let total = profile.reduce(0) { $0 + $1.entry.seconds }
        var table = Table(["operation", "calls", "time", "share", "GFLOP", "GFLOP/s"], rightAligned: [1, 2, 3, 4, 5])
        for (name, entry) in profile {
            let isProduct = entry.operations > 0
            table.add([
                name, String(entry.calls), Quantity.fixed(entry.seconds * 1000, 1) + " ms",
                Quantity.percent(entry.seconds / total), isProduct ? Quantity.fixed(entry.operations / 1e9, 2) : "",
                isProduct ? Quantity.fixed(entry.operations / entry.seconds / 1e9, 0) : "",
            ])
        }
        return table.text
    }

    static func json(_ profile: [(name: String, entry: Profile.Entry)]) -> JSONValue {
        .array(
            profile.map { name, entry in
                [
                    "operation": .string(name), "calls": .integer(entry.calls), "seconds": .real(entry.seconds),
                    "operations": .real(entry.operations),
                ]
            })
    }
}
