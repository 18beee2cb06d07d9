import BasicTestSupport
import LanguageModels
import Testing

/// The names of hook points.
@Suite struct HookPointTests {
    @Test func textsAreThoseOfTheVocabulary() {
        let named: [(HookPoint, String)] = [
            (.residual(0), "resid.0"), (.headInput(layer: 3, head: 7, .query), "a3.h7<q>"),
            (.headInput(layer: 3, head: 7, .key), "a3.h7<k>"), (.headInput(layer: 3, head: 7, .value), "a3.h7<v>"),
            (.headMix(layer: 3, head: 7), "a3.h7.z"), (.head(layer: 10, head: 11), "a10.h11"),
            (.mlpInput(layer: 3), "m3<in>"), (.mlp(layer: 3), "m3"),
        ]
        for (point, text) in named {
            #expect("\(point)" == text)
            #expect(HookPoint(text) == point)
        }
    }

    @Test(arguments: HookedModel.all)
    func everyPointOfAModelComesBack(hooked: HookedModel) throws {
        let configuration = hooked.make().configuration
        let points = configuration.hookPoints
        // Three readers, the gathered values and the output of each head; input and output of each MLP; the states.
        #expect(points.count == configuration.layers * (5 * configuration.heads + 3) + 1)
        #expect(Set(points).count == points.count)
        #expect(Set(points.map(\.description)).count == points.count)
        #expect(Set(points.map(\.transformerLens)).count == points.count)
        for point in points {
            #expect(try HookPoint(parsing: point.description) == point)
            #expect(HookPoint(point.transformerLens) == point)
            try configuration.check(point)
        }
    }

    @Test(arguments: [
        "", "resid", "resid.", "resid.-1", "resid.01", "resid.+1", "resid.1 ", "Resid.1", "a3", "a3.h", "a3.h7<o>",
        "a3.h7<q", "a3.h7.q", "a3.h07", "h7.a3", "m", "m3<q>", "m3.in", "m٣", "input", "logits",
        "m99999999999999999999", "a3.h7<q>\n",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(HookPoint(text) == nil)
        let error = failure { _ = try HookPoint(parsing: text) }
        #expect(error?.kind == .usage)
        #expect(error?.message.contains("'\(text)'") == true && error?.remedy?.contains("a3.h7<q>") == true)
    }

    @Test func namesOfTransformerLens() {
        let named: [(HookPoint, String, Int?)] = [
            (.residual(0), "blocks.0.hook_resid_pre", nil), (.residual(4), "blocks.3.hook_resid_post", nil),
            (.headInput(layer: 3, head: 7, .key), "blocks.3.hook_k_input", 7),
            (.headMix(layer: 3, head: 7), "blocks.3.attn.hook_z", 7),
            (.head(layer: 3, head: 7), "blocks.3.attn.hook_result", 7),
            (.mlpInput(layer: 3), "blocks.3.hook_mlp_in", nil), (.mlp(layer: 3), "blocks.3.hook_mlp_out", nil),
        ]
        for (point, name, head) in named {
            let hook = TransformerLensHook(name: name, head: head)
            #expect(point.transformerLens == hook)
            #expect(HookPoint(hook) == point)
            // A head where none belongs, or none where one does.
            #expect(HookPoint(TransformerLensHook(name: name, head: head == nil ? 0 : nil)) == nil)
        }
        // The other name of the stream between two layers.
        #expect(HookPoint(TransformerLensHook(name: "blocks.4.hook_resid_pre")) == .residual(4))
        for name in ["hook_embed", "blocks.3.hook_resid_mid", "blocks.3.mlp.hook_post", "blocks.03.hook_mlp_out"] {
            #expect(HookPoint(TransformerLensHook(name: name)) == nil)
        }
        #expect(HookPoint(TransformerLensHook(name: "blocks.3.attn.hook_z", head: -1)) == nil)
    }

    @Test func pointsOutsideTheModelAreRefused() {
        let configuration = FormulaModel.configuration
        let outside: [HookPoint] = [
            .residual(3), .residual(-1), .head(layer: 2, head: 0), .head(layer: 0, head: 3), .mlp(layer: -1),
            .headInput(layer: 0, head: -1, .query), .headMix(layer: 0, head: 3), .mlpInput(layer: 2),
        ]
        for point in outside {
            let error = failure { try configuration.check(point) }
            #expect(error?.kind == .usage && error?.message.contains("\(point)") == true)
            #expect(error?.remedy?.contains("resid.2") == true)
        }
    }
}
