import TensorCore

extension LanguageModel {
    /// Whether several passes, each on a thread of its own, are faster than one pass whose operations are divided among
    /// threads. The weights of a small model stay in every processor's cache, and threads that do not wait for each other
    /// are faster; those of a large one are better read once for all.
    package var runsPassesSideBySide: Bool { 4 * configuration.parameterCount <= 32 << 20 }

    /// `map`, where each element takes forward passes of its own: side by side for a small model, one after another for a
    /// large one.
    ///
    /// - Parameter body: gets an arena for its passes, which is empty and its own while it runs.
    /// - Returns: the results in order. The first error is thrown.
    package func mapSideBySide<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ body: (Element, Arena) throws -> Result
    ) throws -> [Result] {
        if runsPassesSideBySide { return try Parallel.map(elements) { try body($0, Arena()) } }
        let arena = Arena()
        return try elements.map { element in
            arena.reset()
            return try body(element, arena)
        }
    }
}
