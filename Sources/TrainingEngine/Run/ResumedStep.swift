import Basics
import Foundation
import Ranks

/// Where a run goes on: known to every rank, though only the first one reads the checkpoint.
package struct ResumedStep {
    package let step: Int
    /// What the trainer wrote beside the buffers.
    package let record: JSONValue
    /// nil on the other ranks.
    package let checkpoint: Checkpoint?

    /// The newest checkpoint that is whole; nil where there is none.
    ///
    /// - Parameter check: holds the record against the settings.
    package static func newest(
        of run: RunDirectory, ranks: Communicator, check: (JSONValue) throws -> Void
    ) throws -> ResumedStep? {
        let checkpoint =
            try ranks.isFirst ? Checkpoint.newest(in: run.checkpoints) { Narration.warn($0) } : nil
        let text = try ranks.fromFirst {
            guard let checkpoint else { return [] }
            try check(checkpoint.record)
            let told: JSONValue = ["step": .integer(checkpoint.step), "record": checkpoint.record]
            return Array(told.text(indented: false).utf8)
        }
        guard !text.isEmpty else { return nil }
        let told = try JSONParser.parse(String(decoding: text, as: UTF8.self), name: run.checkpoints.path)
        guard let step = told["step"]?.integer, let record = told["record"] else {
            throw Failure(.internalError, "the first rank has sent no step to go on from")
        }
        return ResumedStep(step: step, record: record, checkpoint: checkpoint)
    }

}
