import Basics
import Foundation
import Logging
import RASP

/// Writes pictures of computations and circuits, and says where.
struct DrawingFile {
    /// How often each name was taken, so that two pictures of one name stand side by side.
    private var taken: [ExactString: Int] = [:]

    /// A `draw` statement's picture: `NAME.svg`, then `NAME-2.svg`, in the working directory.
    mutating func write(_ drawing: Drawing, causal: Bool? = nil, bos: Atom?) throws {
        let name = drawing.program.outputName
        let count = taken[ExactString(name), default: 0] + 1
        taken[ExactString(name)] = count
        let path = count == 1 ? "\(name).svg" : "\(name)-\(count).svg"
        try Self.write(drawing.program, on: drawing.input, causal: causal, bos: bos, to: path)
    }

    static func write(_ program: Program, on input: [Atom], causal: Bool? = nil, bos: Atom?, to path: String) throws {
        try write(SVGDrawing(program, on: input, causal: causal, bos: bos).render(), to: path)
    }

    static func write(_ svg: String, to path: String) throws {
        try AtomicFile.write(Data(svg.utf8), to: URL(fileURLWithPath: path))
        Logger(label: "draw").notice("drawn: \(path)")
    }
}
