/// A prompt as a row of a table shows it: whole where it fits, else without its middle.
///
/// The middle is what a reader can do without: a prompt begins with the question and ends with what is asked of it, and
/// both are needed to tell which prompt it is.
package func excerpt(_ prompt: String, longest: Int = 160) -> String {
    let left = prompt.count - longest
    guard left > 0 else { return prompt }
    let end = longest / 3
    return "\(prompt.prefix(longest - end)) … (\(left) characters) … \(prompt.suffix(end))"
}
