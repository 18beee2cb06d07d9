import Compiler
import Foundation
import LanguageModels
import RASP
import TensorCore
import Testing

/// The last stage for the table of programs: written as a GPT-2, read back and run.
@Suite struct ExportedTable {
    @Test func causalPrograms() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var exported = 0
        for test in TestProgram.table {
            var program = test.program
            // Numbers in one direction have no logits.
            program.encodings[program.outputName] = .categorical
            let options = CompilerOptions(causal: true)
            // Some select nothing but later positions.
            guard let model = try? RASPCompiler.compile(program, options: options),
                case .categorical = model.outputVariable.encoding
            else { continue }
            exported += 1
            let export = try GPT2Export(model)
            try export.save(to: folder)
            let student = try ModelRegistry.load(from: folder, gradients: false)
            for input in model.sampleInputs(count: 25, seed: 6) {
                let tape = Tape(arena: Arena(), recording: false)
                let states = student.forward(tape, PackedBatch([try export.encode(input)]), keepingStates: false)
                let logits = student.logits(tape, states).value
                for (position, atom) in try model.run(input).enumerated() {
                    let row = (0..<export.tokens.count).map { logits[position + 1, $0] }
                    let best = row.indices.max { row[$0] < row[$1] }
                    #expect(best == export.token(of: atom), "\(test.name), \(input), position \(position)")
                }
            }
        }
        #expect(exported > TestProgram.table.count * 3 / 4)
    }
}
