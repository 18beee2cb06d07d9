/// The version that `--version`, `doctor` and run directories show.
enum Version {
    static let current = "0.2.0"

    /// The Swift release this was built with.
    static var compiler: String {
        #if compiler(>=6.4)
            "Swift 6.4 or later"
        #elseif compiler(>=6.3)
            "Swift 6.3"
        #elseif compiler(>=6.2)
            "Swift 6.2"
        #else
            "Swift 6.1"
        #endif
    }
}
