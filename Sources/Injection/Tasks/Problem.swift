/// What a task's generator yields: the part of the prompt that varies, and what the algorithm makes of it.
public struct Problem: Sendable {
    public var input: String
    public var output: String

    public init(_ input: String, _ output: String) { (self.input, self.output) = (input, output) }

    /// A hash that is the same on every machine and in every run (FNV-1a 64 with a final mix), so that it can decide
    /// which side of the train/test split an input is on.
    var stableHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in input.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}
