import Basics
import Foundation

/// What `doctor` and `bench` say about the machine. Everything is read from /proc and /sys; what is not there is nil.
enum Machine {
    static var processor: String? { cpuField("model name") }

    static var logicalProcessors: Int { ProcessInfo.processInfo.processorCount }

    /// The vector extensions that matter to the kernels, widest last.
    static var vectorExtensions: [String] {
        let flags = Set((cpuField("flags") ?? "").split(separator: " ").map(String.init))
        return ["avx", "fma", "avx2", "avx512f", "avx512_bf16", "amx_bf16"].filter(flags.contains)
    }

    static var totalMemory: Int? { MemoryLimits.total }

    static var availableMemory: Int? { MemoryLimits.available }

    /// The tightest limit on this process: of its control groups (a container, a batch system), or of `ulimit`.
    static var memoryLimit: Int? { [MemoryLimits.controlGroup, MemoryLimits.process].compactMap(\.self).min() }

    static var system: String { ProcessInfo.processInfo.operatingSystemVersionString }

    private static func cpuField(_ name: String) -> String? {
        field(name, in: "/proc/cpuinfo", separator: ":")
    }

    private static func field(_ name: String, in file: String, separator: Character) -> String? {
        guard let content = text(of: file) else { return nil }
        for line in content.split(separator: "\n") where line.hasPrefix(name) {
            guard let mark = line.firstIndex(of: separator) else { continue }
            return line[line.index(after: mark)...].trimmingCharacters(in: .whitespaces)
        }
        return nil
    }

    /// /proc files have no size, which some readers mistake for emptiness.
    private static func text(of file: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.readToEnd() else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}

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
