import Foundation

extension JSONValue {
    /// The document as JSON text. Indented by two spaces, or on one line.
    public func text(indented: Bool = true) -> String {
        var output = ""
        write(to: &output, indent: indented ? 0 : nil)
        return output
    }

    private func write(to output: inout String, indent: Int?) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .number(let value):
            precondition(value.isFinite, "JSON has no infinities and no NaN")
            output += Self.text(of: value)
        case .string(let value): Self.write(value, to: &output)
        case .array(let elements):
            let leaves = elements.allSatisfy { $0.array == nil && $0.object == nil }
            Self.list(elements, "[", "]", indent: leaves ? nil : indent, to: &output) { element, indent, output in
                element.write(to: &output, indent: indent)
            }
        case .object(let object):
            Self.list(object.members, "{", "}", indent: indent, to: &output) { member, indent, output in
                Self.write(member.key, to: &output)
                output += ": "
                member.value.write(to: &output, indent: indent)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, indent: Int?, to output: inout String,
        _ body: (Element, Int?, inout String) -> Void
    ) {
        output += open
        for (index, element) in elements.enumerated() {
            if index > 0 { output += indent == nil ? ", " : "," }
            if let indent {
                output += "\n" + String(repeating: " ", count: indent + 2)
                body(element, indent + 2, &output)
            } else {
                body(element, nil, &output)
            }
        }
        if let indent, !elements.isEmpty { output += "\n" + String(repeating: " ", count: indent) }
        output += close
    }

    /// The shortest text that reads back as the number; a whole number beyond `Int` in all its digits, without an
    /// exponent: Python reads those as an integer, as it was (`model_max_length` is often 10 to the 30th).
    private static func text(of value: Double) -> String {
        let isLargeWhole = value.magnitude >= 0x1p63 && value.magnitude < 1e40
        return isLargeWhole ? String(format: "%.0f", value) : value.description
    }

    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
