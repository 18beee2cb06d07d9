/// Weights that are not numbers are reported by the tensor they are in.
public enum FiniteCheck {
    /// The first element that is NaN or infinite.
    public static func firstNonFinite(_ values: UnsafeBufferPointer<Float>) -> Int? {
        let block = 4096
        var start = 0
        while start < values.count {
            let end = min(start + block, values.count)
            var worst: UInt32 = 0  // an all-ones exponent marks both NaN and infinity; the loop is vectorised
            for index in start..<end { worst = max(worst, values[index].bitPattern & 0x7F80_0000) }
            if worst == 0x7F80_0000 { return (start..<end).first { !values[$0].isFinite } }
            start = end
        }
        return nil
    }

    /// - Throws: `.badData` that names the tensor, the element and its value.
    public static func require(
        _ values: UnsafeBufferPointer<Float>, tensor: String, file: String
    ) throws(Failure) {
        guard let index = firstNonFinite(values) else { return }
        throw Failure(
            .badData, "tensor \(quoted(tensor)) holds \(values[index]) (element \(index) of \(values.count))", at: file,
            remedy: "The weights are damaged, or their training diverged.")
    }
}
