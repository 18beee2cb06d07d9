/// A prompt as a row of a table shows it: whole where it fits, else without its middle.
///
/// The middle is what a reader can do without: a prompt begins with the question and ends with what is asked of it, and
/// both are needed to tell which prompt it is.
package func excerpt(_ prompt: String, longest: Int = 160) -> String {
    guard prompt.count > longest else { return prompt }
    // What says how much is left out takes room as well.
    let kept = max(longest - 20, 2)
    let end = kept / 3
    return "\(prompt.prefix(kept - end)) … (\(prompt.count - kept) characters) … \(prompt.suffix(end))"
}
