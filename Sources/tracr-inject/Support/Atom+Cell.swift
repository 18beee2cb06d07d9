import Basics
import RASP

extension JSONValue {
    /// Atoms as JSON; undefined is null.
    init(_ atoms: [Atom?]) {
        self = .array(atoms.map { $0.map(JSONValue.init(atom:)) ?? .null })
    }
}

extension Atom {
    /// A cell of a table: what the value is, with blanks and the empty string made visible.
    static func cell(_ atom: Atom?) -> String {
        guard let atom else { return "–" }
        guard case .string(let text) = atom else { return VisibleText.cell(atom.shown) }
        return VisibleText.isPlain(text) ? VisibleText.cell(text) : VisibleText.quoted(text)
    }
}
