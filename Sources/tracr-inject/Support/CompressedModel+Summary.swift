import Basics
import Compression

extension CompressedModel {
    var json: JSONValue {
        [
            "width": .integer(width), "kept_directions": .integer(kept.count), "steps": .integer(steps),
            "accuracy": .real(trained.accuracy), "exact_inputs": .integer(trained.exactInputs),
            "inputs": .integer(trained.inputs),
            "cosine": .real(trained.cosine),
            "untrained": [
                "accuracy": .real(untrained.accuracy), "exact_inputs": .integer(untrained.exactInputs),
                "cosine": .real(untrained.cosine),
            ],
        ]
    }
}

extension [CompressedModel] {
    /// Accuracy of positions, inputs right throughout, and cosine of the states, each before and after training.
    var table: String {
        var table = Table(
            ["width", "accuracy", "exact inputs", "cosine", "(untrained:", "exact inputs", "cosine)"],
            rightAligned: Set(0...6))
        for model in self {
            let (now, before) = (model.trained, model.untrained)
            table.add([
                "\(model.width)", Quantity.percent(now.accuracy), "\(now.exactInputs)/\(now.inputs)",
                Quantity.fixed(now.cosine, 4),
                Quantity.percent(before.accuracy), "\(before.exactInputs)/\(before.inputs)",
                Quantity.fixed(before.cosine, 4),
            ])
        }
        return table.text
    }
}
