import Foundation

/// A file that another one names, as a program names what it loads, and where it was found.
///
/// A copy of a program together with its references is read from any place: the names in it are not looked up again.
public struct SourceReference: Sendable {
    /// The file that names the other, its symbolic links followed.
    public let source: URL
    /// The name as it is written there.
    public let name: String
    /// Where the named file is.
    public let file: URL

    public init(source: URL, name: String, file: URL) {
        (self.source, self.name, self.file) = (source.resolvingSymlinksInPath(), name, file)
    }
}

extension [SourceReference] {
    /// Where the file is that `source` names so; nil where it names none.
    public func file(named name: String, in source: URL) -> URL? {
        let path = source.resolvingSymlinksInPath().path
        return first { $0.name.utf8.elementsEqual(name.utf8) && $0.source.path.utf8.elementsEqual(path.utf8) }?.file
    }
}
