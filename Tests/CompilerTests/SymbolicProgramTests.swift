import Basics
import Compiler
import Passes
import RASP
import Testing

/// What the compiler promises of RASP holds of a program in another language.
@Suite struct SymbolicProgramTests {
    private let program = TableProgram.letters

    @Test func compiledEqualsItsOwnValues() throws {
        let model = try program.compileVerified()
        let report = try model.verify(against: program, count: 4000)
        #expect(report.isExhaustive && report.verified == 5 + 25 + 125 + 625 + 3125 && report.undefinedInputs == 0)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin > 0.99)
        #expect(try model.run(["a", "b", "?", "c", "e"]) == [1, 2, nil, 2, 1])
    }

    /// The embedding writes what is a function of the token, one MLP what is one of that and of the position.
    @Test func layoutAndDecoding() throws {
        let model = try program.compile(CompilerOptions())
        #expect(model.name == "letters" && model.output == "written" && model.layerCount == 1 && model.causal)
        #expect(
            model.labels == [
                "indices:0", "indices:1", "indices:2", "indices:3", "indices:4", "kind:consonant", "kind:vowel",
                "written:1", "written:2", "written:even", "bos",
            ])
        let states = try model.residualStates(["b", "?"])
        let kind = try #require(model.variable(named: "kind"))
        #expect(kind.writtenByLayer == 0 && model.variable(named: "written")?.writtenByLayer == 1)
        let rows = (0..<2).map { states.values[($0 * states.width)..<(($0 + 1) * states.width)] }
        #expect(rows.map { model.decode(kind, $0) } == ["consonant", nil])
    }

    @Test func optionsComeBeforeWhatTheProgramSays() throws {
        let options = CompilerOptions(vocabulary: ["e", "b"], maxLength: 3)
        let model = try program.compile(options)
        #expect(model.vocabulary == ["e", "b"] && model.maxLength == 3)
        #expect(try model.verify(against: program, count: 100).passed)
        #expect(throws: Failure.self) { try program.compile(CompilerOptions(vocabulary: [])) }
    }

    /// A list of variables that breaks what the later passes rely on is an error, not wrong weights.
    @Test func aVariableBeforeItsInputIsRefused() throws {
        let setting = try CompilationSetting(program, CompilerOptions())
        var variables: PerVariable<CompilerVariable> = [.tokens(setting.vocabulary), .indices(setting.maxLength)]
        let kind = variables.append(
            try .map(named: "kind", of: [.tokens], among: variables) { $0[0] == "a" ? 1 : 0 })
        let written = variables.append(
            try .map(named: "written", of: [.indices, kind], among: variables) { $0[0] == 0 ? $0[1] : nil })
        func assembled(_ order: [VariableNumber]) throws -> CompiledModel {
            try LoweredProgram(
                variables: PerVariable(order.map { variables[$0] }), named: [("kind", kind), ("written", written)],
                causal: true
            ).assembled(as: program, setting)
        }
        #expect(try assembled([.tokens, .indices, kind, written]).layerCount == 1)
        let failure = try #require(throws: Failure.self) { try assembled([.tokens, .indices, written, kind]) }
        #expect(failure.kind == .internalError)
    }

    /// Weights that are not the program's are found out, by variable, position and input.
    @Test func aDifferenceIsNamed() throws {
        let model = try program.compile(CompilerOptions())
        let other = TableProgram(
            kinds: program.kinds, outputs: ["vowel": (even: 1, odd: 2), "consonant": (even: "even", odd: 1)])
        let mismatch = try #require(try model.verify(against: other, on: [["a", "b"]]).firstMismatch)
        #expect(mismatch.variable == "written" && mismatch.position == 1)
        #expect(mismatch.expected == 1 && mismatch.actual == 2)
    }
}
