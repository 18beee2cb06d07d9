import Basics
import Compiler
import Injection
import LanguageModels
import RASP
import Resources
import TensorCore
import Testing

/// What is exchanged between task examples in training, and what the compiled model says of it.
@Suite struct VariableExchangeTests {
    private func oracle() throws -> CompiledOracle {
        let program = try BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).program("count")
        return CompiledOracle(
            try RASPCompiler.compile(
                Program.load(contentsOf: program),
                options: CompilerOptions(maxLength: 12, fuseThroughNamedVariables: false)))
    }

    private func source(_ oracle: CompiledOracle, pairs: Int) -> ExchangeSource {
        ExchangeSource(layout: oracle.variables.layout, layers: [0, 5, 10], pairs: pairs, seed: 3)
    }

    @Test func pairsAreMutualAndPromptsEndTogether() throws {
        let source = source(try oracle(), pairs: 3)
        let promptCounts = [4, 9, 6, 5, 7, 8, 3]
        var states: [String: Set<Int>] = [:]
        for position in 0..<100 {
            let exchange = try #require(source.exchange(promptCounts: promptCounts, at: position))
            #expect(exchange.partners.count == 6)
            states[exchange.variable.name, default: []].insert(exchange.state)
            #expect(exchange.layer == source.layers[exchange.state])
            for (sequence, partner) in exchange.partners {
                #expect(exchange.partners[partner.sequence]?.sequence == sequence)
                #expect(promptCounts[sequence] + partner.offset == promptCounts[partner.sequence])
            }
        }
        // Tokens and indices are read by the first layer alone, count and offset by the second; the output by none.
        #expect(states == ["tokens": [0], "indices": [0], "n": [1], "offset": [1]])
        // The choice is that of the seed and the step, whatever was asked for before.
        func choices(_ source: ExchangeSource) -> [String] {
            (0..<20).map { position in
                let exchange = source.exchange(promptCounts: promptCounts, at: position)
                let partners = exchange?.partners.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.sequence)" }
                return "\(exchange?.variable.name ?? "") \(partners ?? [])"
            }
        }
        let own = choices(source)
        #expect(choices(self.source(try oracle(), pairs: 3)) == own && Set(own).count > 10)
        let other = ExchangeSource(layout: source.layout, layers: source.layers, pairs: 3, seed: 4)
        #expect(choices(other) != own)
        #expect(source.exchange(promptCounts: [4], at: 0) == nil)
    }

    @Test func rowsFollowTheOffset() {
        let entry = VariableLayout.Entry(
            name: "v", encoding: .numerical([]), rows: 0..<1, writtenByLayer: 0, readByLayer: 1)
        let partners = [
            0: VariableExchange.Partner(sequence: 1, offset: 2),
            1: VariableExchange.Partner(sequence: 0, offset: -2),
        ]
        let exchange = VariableExchange(variable: entry, state: 0, layer: 0, partners: partners)
        let packed = PackedBatch([[1, 1, 1], [2, 2, 2, 2], [3, 3]])
        #expect(
            exchange.sources(packed, contexts: Array(repeating: 0, count: packed.count)) == [
                5, 6, -1, -1, -1, 0, 1, -1, -1,
            ])
        // First tokens neither take nor give.
        let later = VariableExchange(variable: entry, state: 0, layer: 0, partners: partners, firstToken: 1)
        #expect(later.sources(packed, contexts: [0, 0, 0]) == [-1, 6, -1, -1, -1, -1, 1, -1, -1])
    }

    /// Labels before the exchange are each sequence's own, those after it the compiled model's run with the other's
    /// values.
    @Test func targetsAreTheCompiledModelsAfterTheExchange() throws {
        let oracle = try oracle()
        let layout = oracle.variables.layout
        let n = try #require(layout.variables.first { $0.name == "n" })
        let sequences = ["xx_x:", "_x_:"].map { $0.map { Atom.string(String($0)) } }
        let exchange = VariableExchange(
            variable: n, state: n.writtenByLayer, layer: 5,
            partners: [
                0: VariableExchange.Partner(sequence: 1, offset: -1),
                1: VariableExchange.Partner(sequence: 0, offset: 1),
            ])
        let targets = try oracle.targets(for: sequences, dense: false, arena: Arena(), exchange: exchange)
        func label(_ name: String, row: Int, state: Int) throws -> Atom {
            let index = try #require(oracle.variables.categorical.firstIndex { $0.name == name })
            guard case .categorical(let values) = oracle.variables.categorical[index].encoding else {
                throw Failure(.internalError, "")
            }
            return values[Int(targets.labels(at: state)[row * oracle.variables.categorical.count + index])]
        }
        // The colons are the last tokens: rows 4 and 8, with three and one x before them.
        for (row, own, other) in [(4, "3", "1"), (8, "1", "3")] {
            #expect(try label("next", row: row, state: exchange.state) == .string(own))
            #expect(try label("next", row: row, state: layout.layers) == .string(other))
            #expect(try label("n", row: row, state: layout.layers) == .int(Int(other) ?? 0))
            #expect(try label("offset", row: row, state: layout.layers) == .int(0))
        }
        let outputs = try #require(targets.exchanged?.outputs)
        #expect(outputs.mapValues { $0.last ?? nil } == [0: "1", 1: "3"])
        // The first token of the longer one has no partner and keeps its count.
        #expect(try label("n", row: 0, state: layout.layers) == .int(1))
    }
}
