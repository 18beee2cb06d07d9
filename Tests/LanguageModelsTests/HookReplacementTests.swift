import LanguageModels
import TensorCore
import Testing

/// What a hook returns takes the activation's place: zeros at each point are the same as other weights without a hook.
@Suite struct HookReplacementTests {
    private static let rounding: Float = 1e-5

    private func zeros(at point: HookPoint) -> Hooks { Hooks([point: { $0.scale($1, by: 0) }]) }

    private func expect(
        _ model: any LanguageModel, zerosAt point: HookPoint, areTheWeights change: (any LanguageModel) -> Void
    ) {
        let plain = model.final()
        let hooked = model.final(zeros(at: point))
        let changed = model.frozenCopy()
        change(changed)
        #expect(relativeDifference(hooked, changed.final()) < Self.rounding, "\(point)")
        #expect(relativeDifference(hooked, plain) > 1e-3, "\(point)")
    }

    /// Rows and columns of a matrix set to zero, or of a vector, which is one row.
    private func clear(_ tensor: Tensor, rows: Range<Int>? = nil, columns: Range<Int>? = nil) {
        for row in rows ?? 0..<tensor.rows {
            for column in columns ?? 0..<tensor.columns { tensor[row, column] = 0 }
        }
    }

    /// The layer norm of zeros is its bias: a map W, b after it gives the constant bias W + b.
    private func readZeros(_ model: any LanguageModel, norm: String, map: String, columns: Range<Int>) {
        let beta = model.parameters["\(norm).bias"].value
        let (weight, bias) = (model.parameters["\(map).weight"].value, model.parameters["\(map).bias"].value)
        for column in columns {
            bias[column] += (0..<weight.rows).reduce(0) { $0 + beta[$1] * weight[$1, column] }
        }
        clear(weight, columns: columns)
    }

    @Test func zerosInGPT2() {
        let model = FormulaModel.make()
        let (width, layer) = (FormulaModel.configuration.headWidth, 1)
        let name = "h.\(layer)"
        for head in 0..<FormulaModel.configuration.heads {
            let own = head * width..<(head + 1) * width
            for (number, reader) in HookPoint.Reader.allCases.enumerated() {
                let start = number * FormulaModel.configuration.width + own.lowerBound
                expect(model, zerosAt: .headInput(layer: layer, head: head, reader)) {
                    readZeros($0, norm: "\(name).ln_1", map: "\(name).attn.c_attn", columns: start..<start + width)
                }
            }
            for point in [HookPoint.headMix(layer: layer, head: head), .head(layer: layer, head: head)] {
                expect(model, zerosAt: point) {
                    clear($0.parameters["\(name).attn.c_proj.weight"].value, rows: own)
                }
            }
        }
        expect(model, zerosAt: .mlpInput(layer: layer)) {
            readZeros($0, norm: "\(name).ln_2", map: "\(name).mlp.c_fc", columns: 0..<40)
        }
        expect(model, zerosAt: .mlp(layer: layer)) {
            clear($0.parameters["\(name).mlp.c_proj.weight"].value)
            clear($0.parameters["\(name).mlp.c_proj.bias"].value)
        }
    }

    /// The norm of zeros is zero. A head without keys attends as one without queries, evenly; one without values
    /// gathers nothing. Neither touches the other head that shares its keys and values.
    @Test(arguments: [FamilyFormula.llama, .wideHeads, .qwen3])
    func zerosInLlama(formula: FamilyFormula) {
        let model = formula.make()
        let (width, layer) = (formula.configuration.headWidth, 0)
        let name = "layers.\(layer)"
        for head in 0..<formula.configuration.heads {
            let own = head * width..<(head + 1) * width
            for reader in [HookPoint.Reader.query, .key] {
                expect(model, zerosAt: .headInput(layer: layer, head: head, reader)) {
                    clear($0.parameters["\(name).self_attn.q_proj.weight"].value, rows: own)
                }
            }
            for point in [
                HookPoint.headInput(layer: layer, head: head, .value), .headMix(layer: layer, head: head),
                .head(layer: layer, head: head),
            ] {
                expect(model, zerosAt: point) {
                    clear($0.parameters["\(name).self_attn.o_proj.weight"].value, columns: own)
                }
            }
        }
        for point in [HookPoint.mlpInput(layer: layer), .mlp(layer: layer)] {
            expect(model, zerosAt: point) { clear($0.parameters["\(name).mlp.down_proj.weight"].value) }
        }
    }

    /// A head that reads another prompt's stream for its queries, keys and values gathers what it gathers there.
    @Test(arguments: HookedModel.all)
    func aHeadThatReadsAnotherRunIsThatRunsHead(hooked: HookedModel) {
        let model = hooked.make()
        let sequence = FormulaModel.sequences[0]
        let other = PackedBatch([sequence.reversed()])
        let point = HookPoint.head(layer: 1, head: 1)
        var (stream, expected): (Tensor?, [Float]) = (nil, [])
        var reading = Hooks()
        reading.observe(at: .residual(1)) { stream = $0.value }
        reading.observe(at: point) { expected = $0.value.values }
        let arena = Arena()
        _ = model.forward(Tape(arena: arena, recording: false), other, hooks: reading)

        var replacing = Hooks()
        for reader in HookPoint.Reader.allCases {
            replacing.add(at: .headInput(layer: 1, head: 1, reader)) { tape, x in
                stream.map { tape.constant($0) } ?? x
            }
        }
        var gathered: [Float] = []
        replacing.observe(at: point) { gathered = $0.value.values }
        _ = model.forward(Tape(arena: Arena(), recording: false), PackedBatch([sequence]), hooks: replacing)
        #expect(relativeDifference(gathered, expected) < Self.rounding)
    }
}
