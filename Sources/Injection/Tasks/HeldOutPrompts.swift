import InjectionSettings
import Synchronization

/// Hashes of the prompts of a task's test settings, which no training may see, in whatever form.
package struct HeldOutPrompts: Sendable {
    /// Prompts of a setting that are known; as many as any evaluation draws, and all of a small setting.
    static let perSetting = 5_000

    private var hashes: Set<UInt64> = []

    /// - Parameter seeds: those of the evaluations to come; each draws its own prompts.
    package init(_ task: InjectionTask, seeds: Set<Int>) throws {
        for seed in seeds.sorted() { hashes.formUnion(try Self.hashes(of: task, seed: seed)) }
    }

    package func contains(_ prompt: String) -> Bool { hashes.contains(Problem(prompt, "").stableHash) }

    private static func drawn(_ task: InjectionTask, seed: Int) throws -> Set<UInt64> {
        var hashes: Set<UInt64> = []
        for setting in task.testSettings {
            for example in try task.examples(.testSetting(setting.name), count: perSetting, seed: seed) {
                hashes.insert(Problem(example.prompt, "").stableHash)
            }
        }
        return hashes
    }

    // Built-in tasks' prompts are drawn once a process: they take half a second, and several runs, or several ranks of
    // one, ask for the same.

    private struct Key: Hashable {
        let task: String
        let prompts: Settings.Data.Prompts
        let seed: Int
    }

    private static let known = Mutex<[Key: Set<UInt64>]>([:])

    private static func hashes(of task: InjectionTask, seed: Int) throws -> Set<UInt64> {
        guard let prompts = task.madeWith else { return try drawn(task, seed: seed) }
        let key = Key(task: task.name, prompts: prompts, seed: seed)
        return try known.withLock { known in
            if let hashes = known[key] { return hashes }
            let hashes = try drawn(task, seed: seed)
            known[key] = hashes
            return hashes
        }
    }
}
