/// What one of several processes that train the same parameters does with its part of their gradients.
package protocol GradientShare {
    /// The stretches of the flat buffers that this process changes, ascending; nil: all.
    var owned: [Range<Int>]? { get }

    /// Every process's numbers, in an order that is the same for all.
    ///
    /// - Throws: what says that another process is gone.
    func exchange(_ numbers: [Double]) throws -> [[Double]]

    /// Sends the parameters that this process has changed to all others, where each changes its own stretches only, and
    /// waits for theirs.
    func shareValues() throws
}
