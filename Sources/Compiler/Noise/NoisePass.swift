import Passes

/// The noise of the residual stream, followed through the layers as they are assembled.
///
/// It is followed twice: as a bound for this package's executor, which decides whether a program can be compiled, and
/// as an estimate for readers of the weights that form sums in fp32, which decides how clean the units have to be.
struct NoisePass {
    let variables: PerVariable<CompilerVariable>
    let layout: Layout
    let liveness: Liveness
    private let positions: Double
    private let ranges: PerVariable<ClosedRange<Double>>
    /// For means of numbers that can cancel: where rounding moves one by more than numbers may differ.
    private(set) var cancellations: [VariableNumber: Cancellation] = [:]
    private(set) var exact: StreamNoise
    private var single: StreamNoise
    private(set) var bound = NoiseBound(states: [])

    init(
        _ variables: PerVariable<CompilerVariable>, _ liveness: Liveness, _ layout: Layout,
        _ setting: CompilationSetting
    ) {
        self.variables = variables
        self.liveness = liveness
        self.layout = layout
        positions = Double(setting.maxLength + 1)
        ranges = Self.ranges(variables)
        exact = StreamNoise(width: layout.basis.count, bos: layout.bos, sums: .exact)
        single = StreamNoise(width: layout.basis.count, bos: layout.bos, sums: .single, readError: setting.readError)
        begin(0)
        note([0])
    }

    /// How far a form may be off, for either reader.
    func error(of form: LinearForm) -> Double {
        let form = SortedForm(form)
        return max(exact.error(of: form).anywhere, single.error(of: form).anywhere)
    }

    mutating func attend(_ heads: [HeadPlan], layer: Int) {
        let passed = [exact, single].map { stream in
            heads.map { AttentionNoise(stream: stream, positions: positions).increments(of: $0) }
        }
        begin(2 * layer - 1)
        for (head, plan) in heads.enumerated() {
            for (index, outputs) in plan.outputs.enumerated() {
                for (direction, _) in outputs {
                    exact.add(passed[0][head][index], to: direction)
                    single.add(passed[1][head][index], to: direction)
                }
            }
        }
        for number in live(at: 2 * layer - 1) where isSuspect(number) {
            if case .mean(let read) = variables[number].origin {
                cancellations[number] = cancellation(in: number, read)
            }
        }
    }

    /// - Throws: `RASPError` where the noise could change a value.
    mutating func feedForward(_ units: [HiddenUnit], after heads: [HeadPlan], layer: Int) throws {
        let time = 2 * layer
        let forms = units.map { SortedForm($0.reads) }
        let writes = units.map { SortedForm($0.writes) }
        let cleared = Set(variables.indices.filter { layout.clearedAt[$0] == time }.flatMap(layout.all))
        let passed = [exact, single].map { FeedForwardNoise(units, forms, writes, $0, cleared: cleared) }
        if let excess = passed[0].excess { throw tooNoisy(excess, layer) }
        for stream in [\NoisePass.exact, \NoisePass.single] {
            var row = BOSRow(self[keyPath: stream], bos: layout.bos)
            row.attend(heads)
            row.feedForward(units, forms, writes)
            self[keyPath: stream].atBOS = row.residues
            for direction in cleared { self[keyPath: stream].clear(direction) }
        }
        begin(time)
        for (direction, increment) in passed[0].increments { exact.add(increment, to: direction) }
        for (direction, increment) in passed[1].increments { single.add(increment, to: direction) }
        note([time - 1, time])
        for number in live(at: time - 1) + live(at: time) {
            if let loss = lost(number) { throw unresolved(number, loss, layer) }
        }
    }

    private func live(at time: Int) -> [VariableNumber] {
        variables.indices.filter { liveness.isLive[$0] && variables[$0].time == time }
    }

    /// The variables of a half-layer take their directions.
    private mutating func begin(_ time: Int) {
        for number in live(at: time) {
            begin(number, \.exact)
            begin(number, \.single)
        }
    }

    private mutating func begin(_ number: VariableNumber, _ stream: WritableKeyPath<NoisePass, StreamNoise>) {
        let variable = variables[number]
        guard !variable.isOneHot else {
            for direction in layout.all(number) { self[keyPath: stream].begin(direction, group: .variable(number)) }
            return
        }
        self[keyPath: stream].begin(
            layout.scalar(number), group: .variable(number), numbers: variable.scalars, in: ranges[number],
            areListed: !variable.isOpen && variable.extent == nil)
        guard let flag = layout.flag(number) else { return }
        self[keyPath: stream].begin(flag, group: .flag(number))
    }

    /// What the numbers of each scalar variable lie between; a mean whose values are not listed lies between those that
    /// it averages.
    private static func ranges(_ variables: PerVariable<CompilerVariable>) -> PerVariable<ClosedRange<Double>> {
        var ranges: PerVariable<ClosedRange<Double>> = []
        for variable in variables {
            if let extent = variable.extent {
                ranges.append(extent)
                continue
            }
            var numbers = variable.scalars
            if variable.isOpen, case .mean(let read) = variable.origin {
                let averaged = ranges[read.source]
                numbers +=
                    [read.defaultNumber]
                    + (read.numberOfValue.isEmpty ? [averaged.lowerBound, averaged.upperBound] : read.numberOfValue)
            }
            ranges.append((numbers.min() ?? 0)...(numbers.max() ?? 0))
        }
        return ranges
    }

    /// Records what the noise takes from the margins of the variables of these half-layers.
    private mutating func note(_ times: [Int]) { bound.states.append(times.flatMap(live).map(loss).max() ?? 0) }
}
