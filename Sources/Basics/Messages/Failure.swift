/// What every error that a user can cause carries: what is wrong, where, and what to do about it.
///
/// The command line prints `tracr-inject: error: message`, then the location, then the remedy, and ends with the
/// exit code of the kind (the codes are those of `sysexits.h`).
public struct Failure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The command line or a setting is wrong.
        case usage
        /// An input file was found, and its content is not what it has to be.
        case badData
        /// An input file or folder is not there or cannot be read.
        case notFound
        /// A promise of this program to itself is broken.
        case internalError
        /// An output file or folder cannot be created.
        case cannotCreate
        /// Writing broke off: the disk is full or failing.
        case writeFailed
        /// Everything ran, and the check that was asked for does not hold.
        case verificationFailed

        public var exitCode: Int32 {
            switch self {
            case .usage: 64
            case .badData: 65
            case .notFound: 66
            case .internalError: 70
            case .cannotCreate: 73
            case .writeFailed: 74
            case .verificationFailed: 1
            }
        }
    }

    public var kind: Kind
    public var message: String
    /// A file, `file:line:column`, or the name of a setting.
    public var location: String?
    /// What the user can do, as a sentence.
    public var remedy: String?

    public init(_ kind: Kind, _ message: String, at location: String? = nil, remedy: String? = nil) {
        self.kind = kind
        self.message = message
        self.location = location
        self.remedy = remedy
    }

    /// The same failure at a place, where it does not name one yet.
    public func located(at place: String) -> Failure {
        var copy = self
        if copy.location == nil { copy.location = place }
        return copy
    }
}

extension Failure: CustomStringConvertible {
    public var description: String {
        var text = message
        if let location { text += "\n  at \(location)" }
        if let remedy { text += "\n  \(remedy)" }
        return text
    }
}
