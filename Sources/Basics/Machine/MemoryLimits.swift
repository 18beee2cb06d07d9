import Foundation

/// How much memory there is for this process: the machine's, within its control groups and its own limits.
///
/// Everything is read from the system; what it does not say is nil.
public enum MemoryLimits {
    public static var total: Int? { field("MemTotal:") }

    public static var available: Int? { field("MemAvailable:") }

    /// The tightest limit of the control groups that the process is in (a container, a batch system, a systemd slice).
    public static var controlGroup: Int? {
        controlGroup(membership: text("/proc/self/cgroup") ?? "", root: "/sys/fs/cgroup")
    }

    /// `ulimit -v` and `ulimit -d`.
    public static var process: Int? {
        [RLIMIT_AS, RLIMIT_DATA].compactMap { resource in
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
            // "Unlimited" is all ones.
            return Int(exactly: limit.rlim_cur).flatMap { $0 < unlimited ? $0 : nil }
        }.min()
    }

    /// What can be had at the very most.
    public static var most: Int? { [total, controlGroup, process].compactMap(\.self).min() }

    /// What this process holds of its own: files that are mapped are not counted.
    public static var held: Int? { field("RssAnon:", of: "/proc/self/status") }

    /// What this process can hold now: what others leave free, and what it holds already, as a plan counts that too.
    public static var usable: Int? {
        [available.map { $0 + (held ?? 0) }, controlGroup, process].compactMap(\.self).min()
    }

    /// The most memory that this process has held, in bytes. (`getrusage` would count what the process that started it
    /// held as well.)
    public static var peak: Int? { field("VmHWM:", of: "/proc/self/status") }

    private static let unlimited = 1 << 50

    /// - Parameters:
    ///   - membership: the lines of `/proc/self/cgroup`, `HIERARCHY:CONTROLLERS:PATH`.
    ///   - root: where the control groups are mounted; in a container, the path may not be visible below it.
    package static func controlGroup(membership: String, root: String) -> Int? {
        var limits: [Int] = []
        for line in membership.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let file: String
            var folder: String
            if parts[1].isEmpty {  // version 2
                (folder, file) = (root, "memory.max")
            } else if parts[1].split(separator: ",").contains("memory") {
                (folder, file) = (root + "/memory", "memory.limit_in_bytes")
            } else {
                continue
            }
            // A limit of any group above holds too.
            let names = parts[2].split(separator: "/").map(String.init)
            for name in [""] + names where name != ".." {
                if !name.isEmpty { folder += "/" + name }
                guard
                    let limit = text(folder + "/" + file).flatMap({
                        Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
                    }),
                    limit < unlimited
                else { continue }  // "max", or version 1's huge number
                limits.append(limit)
            }
        }
        return limits.min()
    }

    private static func field(_ name: String, of file: String = "/proc/meminfo") -> Int? {
        for line in (text(file) ?? "").split(separator: "\n") where line.hasPrefix(name) {
            return line.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }.map {
                $0 * 1024
            }
        }
        return nil
    }

    /// Files of /proc have no size, which some readers mistake for emptiness.
    private static func text(_ file: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.readToEnd() else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
