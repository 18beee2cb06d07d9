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
