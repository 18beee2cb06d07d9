import Basics

extension Settings: KeyedSettings {
    public static let command = "train"

    /// What a recipe says depends on the task.
    public static let leadingKeys: Set = ["recipe", "task"]

    public mutating func applyLeadingKeys() throws { try apply(recipe: recipe) }

    private mutating func apply(recipe name: String) throws {
        guard let recipe = Recipe.all.first(where: { $0.name == name }) else {
            preconditionFailure("the key `recipe` accepts known names only")
        }
        for difference in recipe.differences + recipe.taskDifferences[task, default: []] {
            let place = "recipe \(name)"
            try Settings.key(difference.key, kind: .internalError, at: place).assign(
                SettingValue(commandLine: difference.value), to: &self, kind: .internalError, at: place)
        }
    }

    /// Settings that differ from what the recipe has for this task, as `--set` takes them, but for those that belong to
    /// one run rather than to an experiment.
    package func deviations() throws -> [String] {
        var plain = Settings()
        (plain.task, plain.method, plain.recipe) = (task, method, recipe)
        try plain.apply(recipe: recipe)
        return Settings.keys.filter { !["seed", "threads"].contains($0.path) && !$0.path.hasPrefix("checkpoint.") }
            .filter { !value(of: $0).hasSameBytes(as: plain.value(of: $0)) }.map { "\($0.path)=\(value(of: $0))" }
    }
}
