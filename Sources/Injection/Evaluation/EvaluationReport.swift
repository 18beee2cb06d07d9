import Foundation
import GPT2
import Serialization

extension Evaluation {
    /// Gathers the suites' results as JSON and as rows for a table.
    struct Report {
        let name: String
        private var suites = JSONObject()
        private(set) var rows: [[String]] = []

        init(name: String) { self.name = name }

        var json: JSONValue { ["run": .string(name), "suites": .object(suites)] }

        /// Held-out prompts of the task itself.
        mutating func task(_ run: LoadedRun, _ options: Options) throws {
            let examples = try run.task.task.examples(.test, count: options.prompts, seed: options.seed)
            let accuracy = try Accuracy.measure(examples, student: run.student, encoder: run.task.encoder)
            add("task", run.task.task.name, accuracy)
            suites["task"] = .object(accuracy.json)
        }

        /// A file of the user's.
        mutating func data(_ run: LoadedRun, _ options: Options) throws {
            guard let file = options.data else {
                throw Failure(.usage, "the suite data needs a file", remedy: "give --data FILE")
            }
            let examples = try ExampleFile(contentsOf: file).examples
            let accuracy = try Accuracy.measure(examples, student: run.student, encoder: run.task.encoder)
            add("data", file.lastPathComponent, accuracy)
            suites["data"] = .object(accuracy.json)
        }

        /// The settings of the paper's Appendix D. Whether the compiled model supports one is measured by running it.
        mutating func outOfDistribution(_ run: LoadedRun, _ options: Options) throws {
            var settings = JSONObject()
            for setting in run.task.task.settings {
                let examples = try run.task.task.examples(
                    .setting(setting.name), count: options.prompts, seed: options.seed)
                let accuracy = try Accuracy.measure(
                    examples, student: run.student, encoder: run.task.encoder)
                let supports =
                    (try? run.task.encoder.check(examples, against: run.compiled)) != nil
                var object = accuracy.json
                object["compiled_supports"] = .bool(supports)
                settings[setting.name] = .object(object)
                add("ood", setting.name + (supports ? "" : " (not by the program)"), accuracy)
            }
            suites["ood"] = .object(settings)
        }

        mutating func decoding(_ run: LoadedRun, _ options: Options) throws {
            let examples = try run.task.task.examples(
                .test, count: options.decodedPrompts, seed: options.seed)
            let result = try DecodingAgreement.measure(examples, run: run)
            var variables = JSONObject()
            rows.append([
                "decoding", "all variables", Self.percent(result.value),
                "\(result.prompts) prompts, layer \(result.layer)",
            ])
            for count in result.variables {
                variables[count.variable] = [
                    "agreement": .number(count.value), "n": .integer(count.n),
                ]
                rows.append(["decoding", count.variable, Self.percent(count.value), "\(count.n) values"])
            }
            suites["decoding"] = [
                "agreement": .number(result.value), "prompts": .integer(result.prompts),
                "layer": .integer(result.layer), "variables": .object(variables),
            ]
        }

        /// The student's perplexity, and the original's beside it where it is known.
        mutating func perplexity(_ student: Student, original: Student?, _ options: Options) throws {
            let file = try options.text ?? BundledFiles().tinyStudent().appendingPathComponent("heldout.txt")
            let text = try Self.read(file)
            let measure = { (student: Student) in
                try Perplexity.measure(
                    text, student: student, method: options.perplexity, place: file.path)
            }
            let own = try measure(student)
            let before = try original.map { try measure($0) }
            suites["perplexity"] = [
                "perplexity": .number(own.value), "tokens": .integer(own.tokens),
                "protocol": .string(options.perplexity.rawValue),
                "original_perplexity": before.map { JSONValue.number($0.value) } ?? .null,
            ]
            let change = before.map { String(format: ", original %.4f (%+.2f %%)", $0.value, (own.value / $0.value - 1) * 100) }
            rows.append([
                "perplexity", file.lastPathComponent, String(format: "%.4f", own.value),
                "\(own.tokens) tokens, protocol \(options.perplexity.rawValue)" + (change ?? ""),
            ])
        }

        private mutating func add(_ suite: String, _ what: String, _ accuracy: Accuracy) {
            var detail = "\(accuracy.correct) of \(accuracy.n)"
            if let miss = accuracy.firstMiss {
                detail += "; first miss: '\(miss.example.prompt.suffix(40))' gave '\(miss.generated)', not '\(miss.example.answer)'"
            }
            rows.append([suite, what, Self.percent(accuracy.value), detail])
        }

        /// Rounded towards the worse, so that 100 % means all.
        private static func percent(_ share: Double) -> String {
            String(format: "%.2f %%", (share * 10_000).rounded(.down) / 100)
        }

        /// A text for perplexity: plain, or the texts of JSON lines, one after another.
        private static func read(_ file: URL) throws -> String {
            guard let data = try? Data(contentsOf: file, options: .alwaysMapped) else {
                throw Failure(.notFound, "no such text file, or it cannot be read", at: file.path)
            }
            guard data.count <= 1 << 30 else {
                throw Failure(.badData, "a text of more than 1 GiB", at: file.path, remedy: "measure on a part of it")
            }
            guard let text = String(data: data, encoding: .utf8) else {
                throw Failure(.badData, "the text is not UTF-8", at: file.path)
            }
            guard text.first(where: { !$0.isWhitespace }) == "{" else { return text }
            var texts: [String] = []
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if line.allSatisfy(\.isWhitespace) { continue }
                guard let value = try JSONParser.parse(String(line), name: "\(file.path):\(number + 1)")["text"]?.string
                else { throw Failure(.badData, "the line has no text in a field \"text\"", at: "\(file.path):\(number + 1)") }
                texts.append(value)
            }
            return texts.joined(separator: "\n")
        }
    }
}
