import Foundation
import GPT2
import Serialization
import TensorCore

/// What a run will take of the machine, estimated before its first byte is written and held against what there is.
package struct Preflight {
    /// Bytes of main memory.
    let memory: Int
    /// Bytes of one checkpoint, and of everything that the run writes.
    let checkpoint: Int
    let disk: Int

    init(_ inputs: TrainingInputs) {
        let settings = inputs.settings
        let width = inputs.student.model.configuration.width
        let student = inputs.student.model.configuration.parameterCount
        let projection = VariableLayout(inputs.compiled).width * (width + 1)
        memory = MemoryPlan(inputs).bytes
        // Values and two moments, in fp32.
        checkpoint = 3 * 4 * (student + projection) + 1 << 20
        let rarely = settings.checkpoint.keepEvery
        // One more than are kept: the newest is whole before the oldest goes.
        var kept = settings.checkpoint.keepLast + 1
        if rarely > 0 { kept += min(settings.steps / rarely, 1 << 20) }
        let interval = max(settings.checkpoint.every, 1)
        if settings.checkpoint.every == 0 || settings.steps / interval < kept {
            kept = settings.checkpoint.every == 0 ? 2 : settings.steps / interval + 1
        }
        disk = kept * checkpoint + 4 * (student + projection) + 1 << 20
    }

    /// For the run's header.
    func line(at place: URL?) -> String {
        let usable = MemoryLimits.usable.map { " of \(DiskSpace.mebibytes($0))" } ?? ""
        let free = place.flatMap(DiskSpace.free).map { " of \(DiskSpace.mebibytes($0))" } ?? ""
        return "needs about \(DiskSpace.mebibytes(memory)) of memory\(usable), \(DiskSpace.mebibytes(disk)) of disk\(free) "
            + "(a checkpoint is \(DiskSpace.mebibytes(checkpoint)))"
    }

    /// - Throws: `.badData` for a run that this machine cannot hold.
    func requireMemory() throws(Failure) { try Self.require(memory) }

    /// Values, gradients and two moments of a student: the least that training it takes.
    static func requireMemory(forTraining shape: GPT2Configuration) throws(Failure) {
        try require(shape.parameterCount * 4 * 4)
    }

    package static func require(_ memory: Int, most: Int? = MemoryLimits.most) throws(Failure) {
        guard let most, memory > most else { return }
        throw Failure(
            .badData, "the run needs about \(DiskSpace.mebibytes(memory)) of memory, and there are \(DiskSpace.mebibytes(most))",
            remedy: "Lower batch.task, batch.text or text.tokens, take a smaller student, or raise the limit (doctor shows it).")
    }

    /// For a run that fits into the machine and not into what others leave of it.
    func memoryWarning(usable: Int? = MemoryLimits.usable) -> String? {
        guard let usable, memory > usable else { return nil }
        return "the run needs about \(DiskSpace.mebibytes(memory)) of memory, and \(DiskSpace.mebibytes(usable)) are free now"
    }

    /// - Throws: `.writeFailed` when the disk that holds `place` has not the room.
    func requireDisk(at place: URL) throws(Failure) {
        try DiskSpace.require(
            bytes: disk, for: "the run's checkpoints and student", at: place,
            remedy: "Free some space, choose another disk with --output, or lower checkpoint.keep_last.")
    }
}

/// Roughly what a run needs in memory, from the sizes of what it holds.
struct MemoryPlan {
    /// Student values, gradients and two moments; the same for the projection; the teacher; activations of one step.
    let bytes: Int

    init(_ inputs: TrainingInputs) {
        let shape = inputs.student.model.configuration
        let settings = inputs.settings
        let width = VariableLayout(inputs.compiled).width
        let teacher = settings.loss.kl > 0 && settings.batch.text > 0
        let parameters = shape.parameterCount * (teacher ? 5 : 4) + width * shape.width * 4
        let rows =
            (settings.batch.task + inputs.perturbedCount) * inputs.task.encoder.longest + settings.batch.text * settings.text.tokens
        // Per layer: stream twice, two norms, queries, keys, values, attention's output and its projection, the MLP's two
        // inner activations and its output; each aligned state: its map and gradient.
        let perRow = shape.layers * (9 * shape.width + 2 * shape.innerWidth) * 5 / 4
        let aligned = (inputs.alignment?.layers.count ?? 0) * (2 * width + shape.width)
        let head = min(rows * shape.vocabularySize, (96 << 20) / 4) * 2
        bytes = 4 * (parameters + rows * (perRow + aligned) + head)
    }
}
