/// One hidden unit of an MLP: `ReLU(reads)` times `writes`, added to the residual stream.
struct HiddenUnit {
    var reads: LinearForm
    /// `writes.bias` is not used: the MLP has no output bias.
    var writes = LinearForm()
    var role = UnitRole.linear
}

/// The hidden units of one layer, units that read alike made one.
struct HiddenUnits {
    private(set) var units: [HiddenUnit] = []
    private var numbers: [LinearForm: Int] = [:]

    mutating func add(_ reads: LinearForm, writing writes: LinearForm, as role: UnitRole) {
        guard writes != LinearForm() else { return }
        if let number = numbers[reads] {
            units[number].writes.add(writes)
            units[number].role = units[number].role.merged(with: role)
        } else {
            numbers[reads] = units.count
            units.append(HiddenUnit(reads: reads, writes: writes, role: role))
        }
    }
}
