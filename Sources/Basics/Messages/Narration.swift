/// What long work tells a person while it goes on.
///
/// The libraries say it here and write nothing themselves: who runs them decides where it goes. Until `listener` is
/// set, nothing is shown.
package enum Narration {
    package enum Message: Sendable {
        /// A line about what is being done.
        case note(String)
        /// A line about something that a person may want to mend.
        case warning(String)
        /// A line about what goes on inside, for `--verbose`.
        case detail(String)
        /// Text that redraws a progress line, with its line feeds and control characters.
        case progress(String)
    }

    /// Where messages go, and whether a line that is redrawn can be shown there.
    package struct Listener: Sendable {
        package let isTerminal: Bool
        package let receive: @Sendable (Message) -> Void

        package init(isTerminal: Bool, receive: @escaping @Sendable (Message) -> Void) {
            (self.isTerminal, self.receive) = (isTerminal, receive)
        }
    }

    /// Set once, before any work begins.
    nonisolated(unsafe) package static var listener: Listener?

    package static func note(_ line: String) { listener?.receive(.note(line)) }
    package static func warn(_ line: String) { listener?.receive(.warning(line)) }
    package static func detail(_ line: @autoclosure () -> String) {
        guard let listener else { return }
        listener.receive(.detail(line()))
    }
    package static func progress(_ text: String) { listener?.receive(.progress(text)) }
}
