/// What a student still gets right of a public task.
package struct Retained {
    package var proportion = Proportion()
    /// Prompts that are longer than the student's context: their beginning was cut off, as the harness does.
    package var cut = 0

    /// What a table says of the prompts that were cut; empty where none was.
    var remark: String { cut == 0 ? "" : ", \(cut) prompts longer than the student's context lost their beginning" }
}
