import Compiler
import Foundation
import Injection
import InjectionSettings
import LanguageModels

/// Which student and which program the method `gate` puts beside each other: a run's, before its training, or any student
/// and any task.
struct GateSubject {
    var student: Student
    let task: LoadedTask
    let compiled: CompiledModel

    /// - Throws: where the run's original student is not there any more.
    init(_ run: LoadedRun) throws {
        (student, task, compiled) = (try run.originalStudent(), run.task, run.compiled)
    }

    /// - Parameters:
    ///   - folder: of the student.
    ///   - name: the task's, or the path of its file.
    init(student folder: URL, task name: String) throws {
        var student = try Student.load(from: folder, gradients: false)
        var settings = Settings()
        settings.task = name
        task = try LoadedTask(settings: settings, tokenizer: student.tokenizer)
        student.tokenizer = task.tokenizer
        self.student = student
        compiled = try task.compile()
    }
}
