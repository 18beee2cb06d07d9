import Foundation

/// Numbers as people read them.
enum Quantity {
    static func bytes(_ count: Int) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) bytes" : "\(fixed(value, value < 10 ? 2 : 1)) \(units[unit])"
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    static func percent(_ share: Double, _ digits: Int = 1) -> String {
        fixed(share * 100, digits) + " %"
    }

    /// 12345678 as 12,345,678.
    static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    static func seconds(_ value: Double) -> String {
        if value < 1 { return "\(fixed(value * 1000, 0)) ms" }
        if value < 60 { return "\(fixed(value, 1)) s" }
        return "\(Int(value) / 60) min \(Int(value) % 60) s"
    }
}
