import Basics
import Foundation

/// Which program this is: what a run says it was made by.
public enum Release {
    public static let version = "0.2.0"

    /// The commit of the checkout that the executable lies in, or of the one that it was installed from; nil where
    /// neither is known.
    public static var commit: String? {
        guard let folder = BundledFiles.currentExecutable?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            return nil
        }
        let installed = folder.deletingLastPathComponent().appendingPathComponent("share/tracr-inject/commit")
        if let commit = line(installed), isCommit(commit) { return commit }
        return BundledFiles.checkout(above: folder).first.flatMap { head(ofCheckout: $0) }
    }

    /// The checksum of the executable, which tells two builds of one commit apart.
    public static let executable: String? = BundledFiles.currentExecutable.flatMap {
        try? XXHash64.hex(contentsOf: $0)
    }

    /// The commit that a checkout is at: what `.git/HEAD` says, or the branch that it names.
    static func head(ofCheckout folder: URL) -> String? {
        var git = folder.appendingPathComponent(".git")
        // In a worktree `.git` is a file that names the folder.
        if let text = line(git), text.begins(with: "gitdir: ") {
            git = URL(fileURLWithPath: String(text.dropFirst(8)), relativeTo: folder)
        }
        guard let head = line(git.appendingPathComponent("HEAD")) else { return nil }
        guard head.begins(with: "ref: ") else { return isCommit(head) ? head : nil }
        let branch = String(head.dropFirst(5))
        // The branches of a worktree are those of the checkout that it belongs to.
        let common = line(git.appendingPathComponent("commondir")).map { URL(fileURLWithPath: $0, relativeTo: git) }
        for place in [git, common].compactMap(\.self) {
            if let commit = line(place.appendingPathComponent(branch)), isCommit(commit) { return commit }
            let packed = (try? String(contentsOf: place.appendingPathComponent("packed-refs"), encoding: .utf8)) ?? ""
            let named = packed.split(separator: "\n").first { $0.utf8.elementsEqual("\($0.prefix(40)) \(branch)".utf8) }
            if let commit = named?.prefix(40), isCommit(String(commit)) { return String(commit) }
        }
        return nil
    }

    private static func line(_ file: URL) -> String? {
        let text = try? RegularFile.text(file, maximumBytes: 4096, called: "it")
        return text?.split(separator: "\n").first.map(String.init)
    }

    private static func isCommit(_ text: String) -> Bool {
        (40...64).contains(text.utf8.count) && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}
