import Foundation
import Injection
import InjectionSettings
import Resources
import Testing

@Suite struct TasksBundledFilesTests {
    private func touch(_ url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: url)
    }

    @Test func placesInTheirOrder() throws {
        try withTemporaryFolder { folder in
            let folder = folder.resolvingSymlinksInPath()
            let prefix = folder.appendingPathComponent("usr")
            let executable = prefix.appendingPathComponent("bin/tracr-inject")
            try touch(executable)
            let elsewhere = folder.appendingPathComponent("link")
            try FileManager.default.createSymbolicLink(at: elsewhere, withDestinationURL: executable)
            let share = prefix.appendingPathComponent("share/tracr-inject")
            try touch(share.appendingPathComponent("Programs/count.rasp"))
            try touch(share.appendingPathComponent("tiny/config.json"))
            func files(_ environment: [String: String] = [:]) -> BundledFiles {
                BundledFiles(environment: environment, executable: elsewhere, workingDirectory: folder)
            }
            // An installation, called through a link.
            #expect(try files().program("count").path == share.appendingPathComponent("Programs/count.rasp").path)
            #expect(try files().tinyStudent().path == share.appendingPathComponent("tiny").path)
            // A build: the resource bundle beside the executable.
            let bundle = prefix.appendingPathComponent("bin/tracr-inject_Resources.resources/tiny")
            try touch(bundle.appendingPathComponent("config.json"))
            #expect(try files().tinyStudent().path == bundle.path)
            // A checkout above the executable.
            try touch(folder.appendingPathComponent("Package.swift"))
            try touch(folder.appendingPathComponent("Programs/int_sum.rasp"))
            #expect(try files().program("int-sum").path == folder.appendingPathComponent("Programs/int_sum.rasp").path)
            // The environment before all.
            let home = folder.appendingPathComponent("home")
            try touch(home.appendingPathComponent("Programs/count.rasp"))
            #expect(
                try files(["TRACR_INJECT_HOME": home.path]).program("count").path
                    == home.appendingPathComponent("Programs/count.rasp").path)
            #expect(failure { _ = try files().program("cuont") }?.remedy?.contains("'count'") == true)
            #expect(failure { _ = try files().program("../Package") }?.kind == .notFound)
            // With its ending as without, and by path too.
            for name in ["int_sum.rasp", "int-sum.rasp", folder.path + "/Programs/int_sum"] {
                #expect(try files().program(name).path == folder.path + "/Programs/int_sum.rasp", "\(name)")
            }
            // In a folder under Programs/ with the folder in its name, but nothing outside of Programs/.
            let nested = folder.path + "/Programs/part/sort_it.rasp"
            try touch(URL(fileURLWithPath: nested))
            for name in ["part/sort_it", "part/sort_it.rasp", "part/sort-it"] {
                #expect(try files().program(name).path == nested, "\(name)")
            }
            for name in ["part/../../Package", "/part/sort_it", "part//sort_it", "./part/sort_it", "part/"] {
                #expect(failure { _ = try files().program(name) }?.kind == .notFound, "\(name)")
            }
            for name in ["part/sortit", "sort_it", "part/sort_it.crasp"] {
                let remedy = failure { _ = try files().program(name) }?.remedy
                #expect(remedy?.contains("'part/sort_it'") == true, "\(name)")
            }
            // Only where programs are looked for, and the nearest name without regard to the ending.
            let unknown = try #require(failure { _ = try files().program("cuont.rasp") }?.remedy)
            #expect(unknown.contains("'count'") && unknown.contains("/Programs"))
            for place in unknown.split(separator: "\n").first(where: { $0.hasPrefix("Looked in") })?.split(
                separator: ",") ?? []
            {
                #expect(place.hasSuffix("/Programs") || place.hasSuffix("/Programs."), "\(place)")
            }
            #expect(try files().program(folder.path + "/Programs/int_sum.rasp").lastPathComponent == "int_sum.rasp")
        }
    }

    @Test func nothingThereIsAFailureThatSaysWhere() throws {
        try withTemporaryFolder { folder in
            let files = BundledFiles(
                environment: [:], executable: folder.appendingPathComponent("tracr-inject"), workingDirectory: folder)
            let refusal = try #require(failure { _ = try files.tinyStudent() })
            #expect(refusal.kind == .notFound)
            #expect(refusal.remedy?.contains("TRACR_INJECT_HOME") == true)
        }
    }

    @Test func shippedConfigurationsAreAccepted() throws {
        let folder = repository.appendingPathComponent("configs")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") && !$0.contains("pretrain") && !$0.hasPrefix("tasks/") }
        #expect(names.count >= 6)
        for name in names {
            let settings = try Settings.resolve(configuration: folder.appendingPathComponent(name))
            _ = try InjectionTask.named(settings.task)
            if name.hasPrefix("paper/") { #expect(settings.steps == 80_000 && settings.student == "gpt2-large") }
        }
    }
}
