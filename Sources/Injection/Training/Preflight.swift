import Basics
import Foundation
import LanguageModels

/// What a run will take of the machine, estimated before its first byte is written and held against what there is.
package struct Preflight {
    let plan: MemoryPlan
    /// Bytes of main memory.
    var memory: Int { plan.bytes }
    /// Bytes of one checkpoint, and of everything that the run writes.
    let checkpoint: Int
    let disk: Int

    init(_ inputs: TrainingInputs, _ division: StepDivision) throws {
        plan = try inputs.memoryPlan(division)
        let settings = inputs.settings
        let width = inputs.student.model.configuration.width
        let student = inputs.student.model.configuration.parameterCount
        let projection = VariableLayout(inputs.compiled).width * (width + 1)
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
        return
            "needs about \(DiskSpace.mebibytes(memory)) of memory\(usable): \(plan.description); \(DiskSpace.mebibytes(disk)) of disk\(free) "
            + "(a checkpoint is \(DiskSpace.mebibytes(checkpoint)))"
    }

    /// - Throws: `.badData` for a run that this machine cannot hold.
    package func requireMemory() throws(Failure) { try Self.require(memory) }

    /// Values, gradients and two moments of a student: the least that training it takes.
    package static func requireMemory(forTraining shape: any ModelConfiguration) throws(Failure) {
        let (bytes, overflows) = shape.parameterCount.multipliedReportingOverflow(by: 4 * 4)
        try require(overflows ? .max : bytes)
    }

    /// How a run takes less memory.
    package static let remedy =
        "Set memory.recompute, memory.moments or memory.original, lower batch.task, batch.text or text.tokens, take a smaller student, "
        + "or raise the limit (doctor shows it)."

    package static func require(_ memory: Int, most: Int? = MemoryLimits.most) throws(Failure) {
        guard let most, memory > most else { return }
        throw Failure(
            .badData,
            "the run needs about \(DiskSpace.mebibytes(memory)) of memory, and there are \(DiskSpace.mebibytes(most))",
            remedy: remedy)
    }

    /// For a run that fits into the machine and not into what others leave of it.
    func memoryWarning(usable: Int? = MemoryLimits.usable) -> String? {
        guard let usable, memory > usable else { return nil }
        return
            "the run needs about \(DiskSpace.mebibytes(memory)) of memory, and \(DiskSpace.mebibytes(usable)) can be had now"
    }

    /// - Throws: `.writeFailed` when the disk that holds `place` has not the room.
    func requireDisk(at place: URL) throws(Failure) {
        try DiskSpace.require(
            bytes: disk, for: "the run's checkpoints and student", at: place,
            remedy: "Free some space, choose another disk with --output, or lower checkpoint.keep_last.")
    }
}
