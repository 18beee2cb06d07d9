import InjectionSettings

/// What the paper reports (arXiv 2505.10719, tables 1 to 3), in percent, for GPT-2-large.
enum PaperResults {
    struct Row {
        var accuracy, perplexity, sst2, mrpc, lambada: Double
    }

    static let original = Row(accuracy: 0, perplexity: 569.7, sst2: 67.4, mrpc: 63.7, lambada: 58.8)

    /// Tables 1 and 3.
    static func row(_ task: String, _ method: Settings.Method) -> Row? {
        switch (task, method) {
        case ("shuffle-dyck", .finetune): Row(accuracy: 100, perplexity: 569.3, sst2: 65.1, mrpc: 58.8, lambada: 58.8)
        case ("shuffle-dyck", .tracr): Row(accuracy: 99.9, perplexity: 569.9, sst2: 75.2, mrpc: 66.7, lambada: 58.8)
        case ("int-sum", .finetune): Row(accuracy: 99.7, perplexity: 570.1, sst2: 67.2, mrpc: 66.2, lambada: 58.7)
        case ("int-sum", .tracr): Row(accuracy: 95, perplexity: 572.4, sst2: 65, mrpc: 65.9, lambada: 58.9)
        case ("count", .finetune): Row(accuracy: 99.8, perplexity: 571.2, sst2: 71, mrpc: 61.8, lambada: 58.7)
        case ("count", .tracr): Row(accuracy: 99.2, perplexity: 571.4, sst2: 64, mrpc: 65.7, lambada: 58.8)
        default: nil
        }
    }

    /// Table 2.
    static func testSetting(_ task: String, _ setting: String, _ method: Settings.Method) -> Double? {
        let both: (tracr: Double, finetune: Double)? =
            switch (task, setting) {
            case ("int-sum", "cascading-overflow"): (47.8, 49.1)
            case ("int-sum", "four-digit"): (0.9, 6.6)
            case ("int-sum", "decimals"): (0, 0)
            case ("shuffle-dyck", "almost-balanced"): (96.6, 75.28)
            case ("shuffle-dyck", "length-3x"): (98.5, 88.6)
            case ("shuffle-dyck", "extra-family"): (99.1, 84.3)
            case ("count", "x-only"): (21.9, 33.3)
            case ("count", "length-3x"): (2.8, 3.5)
            case ("count", "y-to-z"): (4.6, 3)
            default: nil
            }
        return both.map { method == .tracr ? $0.tracr : $0.finetune }
    }
}
