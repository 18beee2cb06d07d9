/// Which examples of a task.
public enum Split: Hashable, Sendable, CustomStringConvertible {
    case train, test
    /// A setting outside the training distribution, by its name.
    case testSetting(String)

    public init(parsing name: String) {
        switch name {
        case "train": self = .train
        case "test": self = .test
        default: self = .testSetting(name)
        }
    }

    public var description: String {
        switch self {
        case .train: "train"
        case .test: "test"
        case .testSetting(let name): name
        }
    }
}
