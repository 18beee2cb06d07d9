/// Hashes of the prompts of a task's test settings, which no training may see, in whatever form.
package struct HeldOutPrompts: Sendable {
    /// Prompts of a setting that are known; as many as any evaluation draws, and all of a small setting.
    static let perSetting = 5_000

    private var hashes: Set<UInt64> = []

    /// - Parameter seeds: those of the evaluations to come; each draws its own prompts.
    package init(_ task: InjectionTask, seeds: Set<Int>) throws {
        for seed in seeds.sorted() {
            for setting in task.testSettings {
                for example in try task.examples(.testSetting(setting.name), count: Self.perSetting, seed: seed) {
                    hashes.insert(Problem(example.prompt, "").stableHash)
                }
            }
        }
    }

    package func contains(_ prompt: String) -> Bool { hashes.contains(Problem(prompt, "").stableHash) }
}
