import Basics

/// How far the injected circuit is the student's mechanism: what the student says when components and edges carry something
/// else than what they compute.
///
/// Test prompts are paired by length. Training sees neither these pairs nor means and zeros in the place of outputs.
public struct CircuitCertificate: Sendable {
    /// What stands in the place of a component's output.
    public enum Ablation: String, Sendable, CaseIterable {
        /// The component's output for another prompt of the same length, token by token.
        case resample
        /// Its mean over all tokens of the test prompts.
        case mean
        case zero
    }

    /// What is replaced.
    public enum Kind: String, Sendable, CaseIterable {
        case nothing
        /// Each component outside the circuit by itself.
        case outsideComponent = "outside-component"
        /// All of them together.
        case outside
        /// All edges outside the circuit together.
        case outsideEdges = "outside-edges"
        /// The student's components for one of the compiled model's.
        case step
        /// The student's edges for one of the compiled model's.
        case edge
        /// All but one of the sets of components that do the same step.
        case backup
        /// Nothing: tokens at which a decoy gives out the value of its variable.
        case decoy
    }

    /// What followed one replacement, over all prompts.
    public struct Cell: Sendable {
        public var kind: Kind
        public var ablation: Ablation
        /// The component or the edge.
        public var what: String
        /// Prompts after which every token of the answer is what the program says after the same exchange; outside the
        /// circuit that is the answer itself.
        public var all = Proportion()
        /// Of those, the ones for which the exchange changes what the program says.
        public var changing = Proportion()
    }

    public var prompts: Int
    /// Components and edges of the student that belong to the circuit, but for the input and the logits.
    public var components: Int
    public var edges: Int
    public var cells: [Cell]

    /// The cells of one kind.
    public func cells(_ kind: Kind, _ ablation: Ablation = .resample) -> [Cell] {
        cells.filter { $0.kind == kind && $0.ablation == ablation }
    }

    /// The least share of a kind's cells; nil where there are none.
    public func worst(_ kind: Kind, _ ablation: Ablation = .resample) -> Cell? {
        cells(kind, ablation).filter { $0.all.n > 0 }.min { $0.all.value < $1.all.value }
    }
}

extension CircuitCertificate: SuiteResult {
    public var json: JSONValue {
        [
            "prompts": .integer(prompts), "components": .integer(components), "edges": .integer(edges),
            "cells": .array(
                cells.map { cell in
                    .object(
                        JSONObject(
                            [
                                ("kind", .string(cell.kind.rawValue)), ("ablation", .string(cell.ablation.rawValue)),
                                ("what", .string(cell.what)),
                            ] + cell.all.members + [("changing", .object(JSONObject(cell.changing.members)))]))
                }),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let prompts = json["prompts"]?.count, let components = json["components"]?.count,
            let edges = json["edges"]?.count, let array = json["cells"]?.array
        else { return nil }
        (self.prompts, self.components, self.edges, cells) = (prompts, components, edges, [])
        for cell in array {
            guard let kind = cell["kind"]?.string.flatMap(Kind.init), let what = cell["what"]?.string,
                let ablation = cell["ablation"]?.string.flatMap(Ablation.init), let all = Proportion(cell),
                let changing = cell["changing"].flatMap(Proportion.init)
            else { return nil }
            cells.append(Cell(kind: kind, ablation: ablation, what: what, all: all, changing: changing))
        }
    }
}
