import Foundation
import OrderedCollections

extension Evaluating {
    /// `load "path";`: runs `path.rasp` in a scope of its own and takes over what it assigns, names with a leading
    /// underscore excepted. The path is looked for beside the loading file, then in the working directory and the libraries.
    func load(_ path: String, at span: SourceSpan) throws {
        guard loading.count < options.limits.loadDepth else {
            throw error(.limit, "files load each other more than \(options.limits.loadDepth) deep", at: span)
        }
        let (url, file) = try open(path, at: span)
        loads += 1
        loadedSize += file.bytes.count
        guard loads <= options.limits.loads, loadedSize <= options.limits.loadedSize else {
            let most = "\(options.limits.loads) files or \(options.limits.loadedSize >> 20) MiB"
            throw error(
                .limit, "the program loads more than \(most) in all; a file counts each time", at: span,
                notes: ["load a file once, where its names are used by all"])
        }
        let canonical = url.resolvingSymlinksInPath().path
        if loading.contains(where: { $0.path.utf8.elementsEqual(canonical.utf8) }) {
            let chain = loading.map { ($0.path as NSString).lastPathComponent } + [url.lastPathComponent]
            throw error(.load, "the file loads itself: \(chain.joined(separator: " -> "))", at: span)
        }
        let parsed = Parser.parse(file, options: .init(strict: options.strict, limits: options.limits))
        let firstNew = diagnostics.count
        diagnostics += parsed.diagnostics
        let outer = (scope, origin, events)
        let inner = Scope(parent: base, exportTarget: scope)
        scope = inner
        origin = path
        if !loadedFiles.contains(url) { loadedFiles.append(url) }
        if let loader = loading.last {
            references.append(
                SourceReference(source: URL(fileURLWithPath: loader.path), name: path, file: url.absoluteURL))
        }
        loading.append(LoadedFile(path: canonical, directory: url.deletingLastPathComponent().path))
        defer {
            (scope, origin) = (outer.0, outer.1)
            loading.removeLast()
        }
        events = parsed.diagnostics.filter { $0.severity == .error }.map(Event.failed)
        run(parsed.statements)
        let inside = events
        events = outer.2
        for index in firstNew..<diagnostics.count where diagnostics[index].notes.count < 8 {
            diagnostics[index].notes.append("loaded at \(span.location)")
        }
        if diagnostics[firstNew...].contains(where: { $0.severity == .error }) { outer.0.hasFailedLoad = true }
        events.append(Self.summary(of: inside))
    }

    /// What loading a file shows: the last value of every exported name or, if anything failed, all that happened.
    private static func summary(of events: [Event]) -> Event {
        var flat: [Event] = []
        var hasFailed = false
        for event in events {
            switch event {
            case .value(let name, _) where !name.hasPrefix("_") && name != "out": flat.append(event)
            case .function(let function) where !function.name.hasPrefix("_"): flat.append(event)
            case .failed:
                hasFailed = true
                flat.append(event)
            case .loaded(let values): flat += values.map { .value(name: $0.name, $0.1) }
            case .loadedWithErrors(let inner):
                hasFailed = true
                flat += inner
            default: continue
            }
        }
        if hasFailed { return .loadedWithErrors(flat) }
        var last: OrderedDictionary<String, Value> = [:]
        for event in flat {
            let (name, value): (String, Value)
            switch event {
            case .value(let assigned, let given): (name, value) = (assigned, given)
            case .function(let function): (name, value) = (function.name, .function(function))
            default: continue
            }
            last.removeValue(forKey: name)
            last[name] = value
        }
        return .loaded(last.map { ($0.key, $0.value) })
    }

    private func open(_ path: String, at span: SourceSpan) throws -> (URL, SourceFile) {
        guard !path.contains("\0") else { throw error(.load, "the file name holds a NUL", at: span) }
        if let references = options.references, let loader = loading.last {
            guard let url = references.file(named: path, in: URL(fileURLWithPath: loader.path)) else {
                throw error(.load, "the file \(path) is not kept with the program", at: span)
            }
            return (url, try read(url, name: path + ".rasp", at: span))
        }
        var candidates = [path + ".rasp"]
        if !options.strict, path.hasSuffix(".rasp") { candidates.append(path) }
        var directories = [FileManager.default.currentDirectoryPath]
        if !options.strict {
            if let loader = loading.last { directories.insert(loader.directory, at: 0) }
            directories += options.libraries.map(\.path)
            var seen: [String] = []
            directories = directories.filter { directory in
                defer { seen.append(directory) }
                return !seen.contains { $0.utf8.elementsEqual(directory.utf8) }
            }
        }
        for directory in directories {
            for candidate in candidates {
                let url = URL(
                    fileURLWithPath: candidate, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
                guard FileManager.default.fileExists(atPath: url.path) else { continue }
                let shown =
                    candidate.hasPrefix("/") || directory != directories[0] || loading.isEmpty
                    ? candidate
                    : ((file(at: span) as NSString).deletingLastPathComponent as NSString).appendingPathComponent(
                        candidate)
                return (url, try read(url, name: shown, at: span))
            }
        }
        throw error(
            .load, "there is no file \(candidates[0])", at: span,
            notes: ["looked in \(directories.joined(separator: " and "))"],
            transcript: .ignored("could not find file: \(candidates[0])"))
    }

    private func read(_ url: URL, name: String, at span: SourceSpan) throws -> SourceFile {
        do { return try SourceReader.read(url, name: name, limits: options.limits) } catch let failure as RASPError {
            throw error(.load, failure.diagnostics[0].message, at: span)
        }
    }

    private func file(at span: SourceSpan) -> String { span.file.name }
}

/// Reads source files, within the limits and as UTF-8.
package enum SourceReader {
    package static func read(_ url: URL, name: String, limits: Limits) throws -> SourceFile {
        let path = url.path
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw RASPError(.load, "there is no file \(name)")
        }
        let kind = (try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path))?[.type]
        guard !isDirectory.boolValue, kind as? FileAttributeType == .typeRegular else {
            throw RASPError(.load, "\(name) is no regular file")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw RASPError(.load, "\(name) cannot be read") }
        defer { try? handle.close() }
        let data: Data
        do { data = try handle.read(upToCount: limits.sourceSize + 1) ?? Data() } catch {
            throw RASPError(.load, "\(name) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= limits.sourceSize else {
            throw RASPError(.limit, "\(name) is larger than \(limits.sourceSize >> 20) MiB")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw RASPError(.load, "\(name) is not UTF-8 text")
        }
        return SourceFile(name: name, text: text)
    }
}
