import Basics

extension ContextResult {
    /// `cells` as they were measured, and `totals`, all cells of each kind together, which are not read back.
    public var json: JSONValue {
        let kinds = Kind.allCases.compactMap { kind in total(of: kind).map { (kind.rawValue, $0.totals) } }
        return [
            "prompts": .integer(prompts), "student_context": .integer(studentContext),
            "program_length": .integer(programLength), "cells": .array(cells.map(\.json)),
            "totals": .object(JSONObject(kinds)),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let prompts = json["prompts"]?.count, let context = json["student_context"]?.count,
            let length = json["program_length"]?.count, let array = json["cells"]?.array
        else { return nil }
        let cells = array.compactMap(Cell.init)
        // Totals add the variables up one by one.
        guard cells.count == array.count,
            cells.allSatisfy({ $0.variables.map(\.name) == cells[0].variables.map(\.name) })
        else { return nil }
        self.init(prompts: prompts, studentContext: context, programLength: length, cells: cells)
    }
}

extension ContextResult.Cell {
    fileprivate var json: JSONValue {
        var object = JSONObject([
            ("kind", .string(kind.rawValue)), ("size", size.map { .integer($0) } ?? .null), ("fills", .bool(fills)),
            ("least_before", .integer(before.lowerBound)), ("most_before", .integer(before.upperBound)),
        ])
        for (key, value) in measures { object[key] = value }
        return .object(object)
    }

    fileprivate var totals: JSONValue { .object(JSONObject(measures)) }

    private var measures: [(String, JSONValue)] {
        accuracy.members + [
            ("unanswered", .integer(unanswered)), ("too_long", .integer(tooLong)),
            ("decoded", decoded?.json ?? .null), ("decoded_around", decodedAround?.json ?? .null),
            (
                "variables",
                .object(JSONObject(variables.map { ($0.name, ["own": $0.own.json, "around": $0.around.json]) }))
            ),
            ("exchanges", exchanges?.json ?? .null),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.string.flatMap(ContextResult.Kind.init(rawValue:)),
            let fills = json["fills"]?.bool, let least = json["least_before"]?.count,
            let most = json["most_before"]?.count, least <= most, let accuracy = Proportion(json),
            let unanswered = json["unanswered"]?.count, let tooLong = json["too_long"]?.count,
            let members = json["variables"]?.object?.members
        else { return nil }
        self.init(kind: kind, size: json["size"]?.count, fills: fills)
        (before, self.accuracy, self.unanswered, self.tooLong) = (least...most, accuracy, unanswered, tooLong)
        variables = members.compactMap { name, value in
            guard let own = value["own"].flatMap(ContextResult.Decoded.init),
                let around = value["around"].flatMap(ContextResult.Decoded.init)
            else { return nil }
            return ContextResult.Variable(name: name, own: own, around: around)
        }
        guard variables.count == members.count else { return nil }
        exchanges = json["exchanges"].flatMap(ContextResult.Exchanges.init)
    }
}

extension ContextResult.Decoded {
    fileprivate var json: JSONValue {
        ["agreement": .number(value), "n": .integer(n), "unrepresented": .integer(unrepresented)]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let agreement = json["agreement"]?.share, let n = json["n"]?.count,
            let unrepresented = json["unrepresented"]?.count
        else { return nil }
        self.init(equal: Int((agreement * Double(n)).rounded()), n: n, unrepresented: unrepresented)
    }
}

extension ContextResult.Exchanges {
    fileprivate var json: JSONValue {
        ["output": .object(JSONObject(output.members)), "others": .object(JSONObject(others.members))]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let output = json["output"].flatMap(Proportion.init), let others = json["others"].flatMap(Proportion.init)
        else { return nil }
        self.init(output: output, others: others)
    }
}
