import Foundation

/// The terminal handing over every key as it is pressed, until `end`.
struct RawMode {
    private var original = termios()

    /// - Returns: nil when standard input is no terminal.
    init?() {
        guard tcgetattr(STDIN_FILENO, &original) == 0 else { return nil }
        var raw = original
        cfmakeraw(&raw)
        // What was typed ahead is kept.
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return nil }
    }

    func end() {
        var mode = original
        tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
    }

    /// The terminal's width; 80 where it does not say.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
