/// The weights of one layer: attention, then an MLP with ReLU, each added to the residual stream; no normalisation.
package struct CompiledLayer: Sendable, Equatable {
    package var heads: [CompiledHead]
    /// Residual stream to hidden units, with bias.
    package var hidden: SparseMap
    /// Hidden units to residual stream, no bias.
    package var output: SparseMap

    package var hiddenCount: Int { hidden.rows }
    package var nonzeroCount: Int { heads.reduce(hidden.nonzeroCount + output.nonzeroCount) { $0 + $1.nonzeroCount } }
}

package struct CompiledHead: Sendable, Equatable {
    package var query: SparseMap
    package var key: SparseMap
    package var value: SparseMap
    /// Values to residual stream, no bias.
    package var output: SparseMap

    package var keySize: Int { query.rows }
    package var valueSize: Int { value.rows }
    package var nonzeroCount: Int { query.nonzeroCount + key.nonzeroCount + value.nonzeroCount + output.nonzeroCount }
}

extension CompiledModel {
    /// For each basis direction the last layer, from 1, that reads it; 0 where none does.
    package var lastReaders: [Int] {
        var readers = [Int](repeating: 0, count: width)
        for (index, layer) in layers.enumerated() {
            for map in layer.heads.flatMap({ [$0.query, $0.key, $0.value] }) + [layer.hidden] {
                for entry in map.entries { readers[entry.column] = index + 1 }
            }
        }
        return readers
    }
}

extension CompiledModel {
    /// The same model with attention that is less steep, for readers of the stream that are less exact
    /// (`HeadPlan.softening`).
    package var softened: CompiledModel {
        let layers = storedLayers.map { layer in
            var layer = layer
            for head in layer.heads.indices {
                layer.heads[head].query = layer.heads[head].query.scaled(by: HeadPlan.softening)
            }
            return layer
        }
        return CompiledModel(
            name: name, vocabulary: vocabulary, maxLength: maxLength, causal: causal, basis: basis,
            variables: variables,
            output: output, tokenEmbedding: tokenEmbedding, positionEmbedding: positionEmbedding, layers: layers,
            repeated: repeatedLayers, noise: noise)
    }
}

extension CompiledHead {
    init(_ plan: HeadPlan, width: Int) {
        query = SparseMap(plan.queries, columns: width)
        key = SparseMap(plan.keys, columns: width)
        value = SparseMap(plan.values, columns: width)
        let writes = plan.outputs.enumerated().flatMap { index, targets in
            targets.map { (row: $0.direction.index, column: index, weight: Float($0.weight)) }
        }
        output = SparseMap(
            rows: width, columns: plan.values.count, bias: [Float](repeating: 0, count: width), entries: writes)
    }
}

extension CompiledLayer {
    init(_ heads: [HeadPlan], _ units: [HiddenUnit], width: Int) {
        self.heads = heads.map { CompiledHead($0, width: width) }
        hidden = SparseMap(units.map(\.reads), columns: width)
        let writes = units.enumerated().flatMap { index, unit in
            unit.writes.terms.map { (row: $0.direction.index, column: index, weight: Float($0.weight)) }
        }
        output = SparseMap(
            rows: width, columns: units.count, bias: [Float](repeating: 0, count: width), entries: writes)
    }
}
