extension LanguageModel {
    /// The parameters of each layer, as they lie in `parameters`: the sections of a forward pass on a tape
    /// (`Tape.begin(section:)`). No other part of the model uses them.
    public var sections: [Range<Int>] {
        let tensors = configuration.tensors
        return (0..<configuration.layers).map { layer in
            let own = tensors.indices.filter { tensors[$0].layer == layer }
            guard let first = own.first, let last = own.last else { return 0..<0 }
            precondition(own.count == last - first + 1, "a layer's tensors follow each other")
            return first..<(last + 1)
        }
    }
}
