import Basics
import Foundation

/// Paths as a person reads them: relative where they lie under the working directory.
enum Path {
    static func shown(_ url: URL) -> String {
        let base = FileManager.default.currentDirectoryPath + "/"
        return url.path.begins(with: base) ? url.path.parted(at: base).behind : url.path
    }
}
