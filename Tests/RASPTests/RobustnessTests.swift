import Foundation
import RASP
import Testing

/// No program may crash, hang or exhaust memory: limits end each of these with a message of their own.
@Suite struct RobustnessTests {
    private func code(_ source: String) -> Diagnostic.Code? {
        do {
            let program = try Program(source: source + "\nx = indices;", name: "x")
            _ = try Interpreter().run(program, on: ["a", "b", "c"])
            return nil
        } catch { return (error as? RASPError)?.diagnostics.first { $0.severity == .error }?.code }
    }

    @Test func nestingEndsInALimit() {
        for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("round(", ")"), ("f(", ")"), ("a[", "]")] {
            let source =
                "y = " + String(repeating: open, count: 3000) + "1" + String(repeating: close, count: 3000) + ";"
            #expect(code(source) == .limit, "\(open)")
        }
        let loops = String(repeating: "for i in [1] { ", count: 3000) + "y = 1;" + String(repeating: "}", count: 3000)
        #expect(code(loops) == .limit)
    }

    @Test func longFlatProgramsAreFine() {
        #expect(code("y = 1" + String(repeating: " + 1", count: 50_000) + ";") == nil)
        #expect(code("y = " + String(repeating: "-", count: 50_000) + "1;") == nil)
        #expect(code("y = indices" + String(repeating: " + 1", count: 50_000) + ";") == nil)
        #expect(code("y = 1" + String(repeating: " if True else 2", count: 5_000) + ";") == nil)
        #expect(code("y = indices" + String(repeating: " if indices else 2", count: 5_000) + ";") == nil)
        #expect(code(String(repeating: "(", count: 100_000)) == .limit)
    }

    @Test func recursionAndSizesEndInLimits() {
        #expect(code("def f(n) { return f(n + 1); } y = f(0);") == .limit)
        #expect(code("def f(n) { return [f(n + 1) for i in [1]]; } y = f(0);") == .limit)
        #expect(code("y = range(1000000000000);") == .limit)
        #expect(code("y = [0] * 1000000000000;") == .limit)
        #expect(code("y = [0] * 9223372036854775807;") == .limit)
        #expect(code("y = \"ab\" * 1000000000000;") == .limit)
        #expect(code("l = [1]; for i in range(100000) { l = l + l; }") == .limit)
        #expect(code("l = [1]; for i in range(100000) { l = [l]; }") == .limit)
        #expect(code("l = {}; for i in range(100000) { l = {1: l}; }") == .limit)
        #expect(code("s = \"a\"; for i in range(100) { s = s + s; }") == .limit)
        #expect(code("for i in range(100000) { for j in range(100000) { y = 1; } }") == .limit)
        #expect(code("n = 1; for i in range(100) { n = n * 10; }") == .overflow)
        #expect(code("range(0, 9223372036854775807, 9223372036854775807);") == nil)
        #expect(code("range(-9223372036854775807, 9223372036854775807);") == .limit)
        #expect(code("range(9223372036854775807, -1, -9223372036854775807 - 1);") == nil)
        #expect(code("[1][-9223372036854775807 - 1];") == .value)
        #expect(code("tokens[-9223372036854775807 - 1];") == nil)
    }

    /// Each application is cheap enough for itself.
    @Test(arguments: [false, true]) func applicationsInALoopEndInALimit(strict: Bool) {
        var limits = Limits()
        limits.applicationWork = 2_000_000
        limits.evaluationWork = 2_000_000
        let source =
            "x = sort(tokens, tokens); for i in range(10000) { y = x(\"ab\" * (10 + i % 2)); z = full_s(\"ab\" * 30); }"
        #expect {
            try Program(source: source, name: "x", options: .init(strict: strict, limits: limits))
        } throws: { ($0 as? RASPError)?.diagnostics.first?.code == .limit }
        // The next input of a console has an account of its own.
        let session = Session(limits: limits)
        #expect(
            session.feed(source).diagnostics.first?.code == .limit && session.feed("x(\"ba\");").diagnostics.isEmpty)
    }

    @Test func stringsGrowingAtEvaluationEndInALimit() throws {
        let program = try Program(source: "x = tokens; for i in range(60) { x = x + x; }", name: "x")
        #expect { try Interpreter().run(program, on: ["a"]) } throws: {
            ($0 as? RASPError)?.diagnostics.first?.code == .limit
        }
    }

    @Test func closuresThatReferToEachOtherAreTakenApart() {
        #expect(code("def f(x) { def g() { return x; } return g; } y = 1; for i in range(20000) { y = f(y); }") == nil)
    }

    // spec §11 files
    @Test func filesThatLoadEachOtherAreFound() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rasp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        try write("a.rasp", "load \"b\"; x = 1;")
        try write("b.rasp", "load \"a\"; y = indices;")
        try write("c.rasp", "load \"d\"; c = _hidden;")
        try write("d.rasp", "_hidden = 1; shown = indices;")
        try write("e.rasp", "load \"d\"; e = shown + 1;")
        try write("f.rasp", "\u{1}\u{0}")
        func codes(_ name: String) -> [Diagnostic.Code] {
            do {
                _ = try Program.load(contentsOf: folder.appendingPathComponent(name))
                return []
            } catch {
                return (error as? RASPError)?.diagnostics.map(\.code) ?? []
            }
        }
        #expect(codes("a.rasp") == [.load] && codes("c.rasp") == [.undefinedName] && codes("e.rasp") == [])
        #expect(codes("f.rasp") == [.lexical] || codes("f.rasp") == [.lexical, .lexical])
        #expect(codes("missing.rasp") == [.load] && codes("") == [.load])
    }
}

@Suite struct SharingTests {
    /// Lists and selectors that share their parts are small in memory and exponential on paper.
    @Test func sharedListsAreNotPrintedInFull() {
        let session = Session()
        _ = session.feed("l = [1]; for i in range(150) { l = [l, l]; }")
        #expect(session.feed("l;").output == "     list: l = (more than 10000 values)\n")
        #expect(session.feed("l + 1;").diagnostics.first?.code == .type)
        #expect(session.feed("l == l;").diagnostics.first?.code == .limit)
    }

    @Test func sharedSelectorsAreCheckedInBoundedTime() throws {
        let program = try Program(
            source: "s = select(tokens, tokens, ==); for i in range(60) { s = s and s; } x = selector_width(s);",
            name: "x")
        #expect(CausalCheck.warnings(for: program).count == 1)
        #expect(try Interpreter().run(program, on: ["a", "b", "a"]).output == [2, 1, 2])
    }

    @Test func memoryOfAnEvaluationIsBounded() throws {
        // Forty matrices of 4,000 x 4,000 bits, 2 MB each, are alive at once.
        let source =
            "l = [select(indices, i, ==) for i in range(40)]; s = not full_s; for t in l { s = s or t; } x = selector_width(s);"
        let program = try Program(source: source, name: "x")
        let input = Array(repeating: Atom.string("a"), count: 4_000)
        var limits = Limits()
        limits.evaluationMemory = 4 << 20
        #expect { try Interpreter(limits: limits).run(program, on: input) } throws: {
            ($0 as? RASPError)?.diagnostics.first?.code == .limit
        }
        #expect(try Interpreter().run(program, on: input).output == Array(repeating: 40, count: 4_000))
    }

    @Test func garbageIsReportedBriefly() {
        let session = Session()
        let found = session.feed(String(repeating: "@ ", count: 200_000)).diagnostics
        #expect(!found.isEmpty && found.count <= 100)
    }
}
