import Passes

/// Last pass: variables with directions and times become embeddings, heads and hidden units.
struct Assembly {
    let variables: PerVariable<CompilerVariable>
    let liveness: Liveness
    let layout: Layout
    let reader: Reader
    let setting: CompilationSetting

    init(
        _ variables: PerVariable<CompilerVariable>, _ liveness: Liveness, _ layout: Layout,
        _ setting: CompilationSetting
    ) {
        self.variables = variables
        self.liveness = liveness
        self.layout = layout
        self.setting = setting
        reader = Reader(variables: variables, layout: layout)
    }

    private func live(at time: Int) -> [VariableNumber] {
        variables.indices.filter { liveness.isLive[$0] && variables[$0].time == time }
    }

    var layerCount: Int {
        ((variables.indices.filter { liveness.isLive[$0] }.map { variables[$0].time }.max() ?? 0) + 1) / 2
    }

    /// Rows for the vocabulary, then BOS.
    func tokenEmbedding() -> [LinearForm] {
        var rows = [LinearForm](repeating: LinearForm(), count: setting.vocabulary.count + 1)
        rows[setting.vocabulary.count].add(1, layout.bos)
        for number in live(at: 0) {
            switch variables[number].origin {
            case .tokens: for token in setting.vocabulary.indices { rows[token].add(reader.writing(number, token)) }
            case .table(let table), .state(let table):
                guard table.axes.first?.variable != .indices else { continue }
                for token in setting.vocabulary.indices {
                    let output = table.axes.isEmpty ? table.function.outputs[0] : table.outputByValue[token]
                    rows[token].add(reader.writing(number, output))
                }
            default: break
            }
        }
        return rows
    }

    /// Rows for positions 0 ... maxLength; position 0 is BOS and has none of its own.
    func positionEmbedding() -> [LinearForm] {
        var rows = [LinearForm](repeating: LinearForm(), count: setting.maxLength + 1)
        for number in live(at: 0) {
            switch variables[number].origin {
            case .indices: for index in 0..<setting.maxLength { rows[index + 1].add(reader.writing(number, index)) }
            case .table(let table), .state(let table):
                guard table.axes.first?.variable == .indices else { continue }
                for index in 0..<setting.maxLength {
                    rows[index + 1].add(reader.writing(number, table.outputByValue[index]))
                }
            default: break
            }
        }
        return rows
    }

    /// One head for each selector, which reads everything that is aggregated by that selector. Widths take a head of
    /// their own, in which BOS scores higher.
    func heads(layer: Int) -> [HeadPlan] {
        struct Pattern: Hashable {
            let selector: SelectorForm
            let countsBOS: Bool
        }
        let construction = AttentionHead(reader: reader)
        var patterns: [Pattern: Int] = [:]
        var heads: [HeadPlan] = []
        func head(_ selector: SelectorForm, countsBOS: Bool) -> Int {
            let pattern = Pattern(selector: selector, countsBOS: countsBOS)
            if let known = patterns[pattern] { return known }
            patterns[pattern] = heads.count
            heads.append(construction.plan(selector, countsBOS: countsBOS))
            return heads.count - 1
        }
        for number in live(at: 2 * layer - 1) {
            switch variables[number].origin {
            case .gather(let read):
                construction.addGather(read, into: number, to: &heads[head(read.selector, countsBOS: false)])
            case .mean(let read):
                construction.addMean(read, into: number, to: &heads[head(read.selector, countsBOS: false)])
            case .width(let selector):
                construction.addWidth(into: number, to: &heads[head(selector, countsBOS: true)])
            case .balance(let read):
                construction.addBalance(
                    read, into: number, to: &heads[head(.everything(within: setting.maxLength), countsBOS: true)])
            case .tokens, .indices, .table, .state, .weightedWidths: break
            }
        }
        return heads
    }

    /// - Parameter noise: how noisy the stream is that the units read.
    func hiddenUnits(layer: Int, noise: NoisePass) -> [HiddenUnit] {
        let time = 2 * layer
        let construction = LookupMLP(reader: reader, atBOS: atBOS(time), noise: noise)
        var units = HiddenUnits()
        for number in live(at: time) {
            switch variables[number].origin {
            case .table(let table), .state(let table): construction.write(table, into: number, units: &units)
            case .weightedWidths(let parts): construction.writeSum(parts, into: number, units: &units)
            case .tokens, .indices, .gather, .mean, .width, .balance: break
            }
        }
        clearScratch(time, &units)
        clearBOS(time, &units)
        return units.units
    }

    private func clearScratch(_ time: Int, _ units: inout HiddenUnits) {
        for number in variables.indices where layout.clearedAt[number] == time {
            let variable = variables[number]
            guard !variable.isOneHot else {
                for direction in layout.all(number) { subtract(direction, 1, &units) }
                continue
            }
            for sign in [1.0, -1.0]
            where variable.mayHold(sign: sign) {
                subtract(layout.scalar(number), sign, &units)
            }
            if let flag = layout.flag(number) { subtract(flag, 1, &units) }
        }
    }

    /// `-sign ReLU(sign x)` on the direction x itself.
    private func subtract(_ direction: Direction, _ sign: Double, _ units: inout HiddenUnits) {
        var (reads, writes) = (LinearForm(), LinearForm())
        reads.add(sign, direction)
        writes.add(-sign, direction)
        units.add(reads, writing: writes, as: .linear)
    }

    /// At BOS every head attends to BOS itself and writes what an empty row gets, and hidden units read that. One
    /// further unit subtracts whatever they have written there, so that the row of BOS holds nothing but BOS in every
    /// state.
    private func clearBOS(_ time: Int, _ units: inout HiddenUnits) {
        let stream = atBOS(time)
        var after = stream
        for unit in units.units {
            let level = unit.reads.value(at: stream)
            if level > 0 { after.add(unit.writes, times: level) }
        }
        after.add(-1, layout.bos)
        var (reads, writes) = (LinearForm(), LinearForm())
        reads.add(1, layout.bos)
        // What is below the size of rounding errors need not be subtracted.
        for term in after.terms where abs(term.weight) > 1e-9 { writes.add(-term.weight, term.direction) }
        units.add(reads, writing: writes, as: .exact)
    }

    /// The stream at BOS between the attention before `time` and the MLP.
    private func atBOS(_ time: Int) -> LinearForm {
        var stream = LinearForm()
        for number in live(at: time - 1) {
            switch variables[number].origin {
            case .gather(let read):
                if read.defaultOutput >= 0 { stream.add(reader.writing(number, read.defaultOutput)) }
            case .mean(let read):
                stream.add(read.defaultNumber, layout.scalar(number))
                if let flag = layout.flag(number) { stream.add(1, flag) }
            case .width: stream.add(1, layout.scalar(number))
            case .balance(let read): stream.add(read.constant, layout.scalar(number))
            case .tokens, .indices, .table, .state, .weightedWidths: break
            }
        }
        stream.add(1, layout.bos)
        return stream
    }
}
