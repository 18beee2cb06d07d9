import Basics
import Foundation

/// How long a rank may be silent before it is taken for lost.
enum Patience {
    /// Seconds: long enough for a machine that swaps, and short enough that all ends within a minute.
    static let standard = 30.0
    /// The environment variable that sets another.
    static let variable = "TRACR_INJECT_PATIENCE"

    /// What the environment asks for.
    ///
    /// - Throws: `.usage` where the variable holds no number of seconds in which a sign of life would arrive.
    static func asked(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Double {
        guard let asked = environment[variable] else { return standard }
        guard let seconds = Double(asked), seconds >= 3, seconds.isFinite else {
            throw Failure(
                .usage, "\(variable) is '\(asked.prefix(100))', and wants seconds, 3 at least",
                remedy: "Ranks send a sign of life every second. Leave it out for \(Int(standard)).")
        }
        return seconds
    }
}
