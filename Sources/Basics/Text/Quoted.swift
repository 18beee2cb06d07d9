/// The text in quotes for a message: shortened, control characters escaped.
package func quoted(_ text: String) -> String {
    text.count <= 80 ? text.debugDescription : String(text.prefix(77)).debugDescription + "…"
}
