import Basics
import Passes
import RASP

/// A RASP program lowered in one way and laid out, with what it would cost and which deadlines it leaves.
struct CompilationCandidate {
    private let program: Program
    private let lowering: Lowering
    private let laidOut: LaidOutProgram

    /// - Throws: `RASPError` with the place in the source for what cannot be compiled this way.
    init(
        _ program: Program, _ setting: CompilationSetting, _ fusion: FusionDecisions, _ tabulations: Tabulations,
        deadlines: Deadlines = Deadlines()
    ) throws {
        self.program = program
        var lowering = Lowering(setting, program, fusion, tabulations, deadlines: deadlines)
        let lowered: LoweredProgram
        if setting.tiesLoops {
            lowered = try TiedLowering.lower(program, lowering)
        } else {
            let named = try lowering.lower(program)
            lowered = LoweredProgram(lowering, named: named)
        }
        self.lowering = lowering
        laidOut = LaidOutProgram(
            lowered, name: program.name, output: program.outputName(in: lowered.named), setting)
    }

    /// How many layers would be stored.
    var layerCount: Int { laidOut.layerCount }

    /// Whether it has neither more layers nor a wider stream.
    func isNoLarger(than model: CompiledModel) -> Bool {
        layerCount <= model.storedLayerCount && laidOut.width <= model.width
    }

    /// What computing every s-op by itself would cost.
    var stepwiseCost: StepwiseCost { StepwiseCost(program, lowering) }
    var deadlines: Deadlines { Deadlines(program, lowering, laidOut.lowered.liveness) }

    /// - Throws: `RASPError` where the noise cannot be bounded.
    func assembled() throws -> CompiledModel { try laidOut.assembled() }
}

extension Program {
    /// The name under which the output was kept.
    fileprivate func outputName(in named: [(name: String, variable: VariableNumber)]) -> String {
        let own = variables.filter { $0.sop === output }.map(\.name)
        return own.contains { $0.hasSameBytes(as: outputName) } ? outputName : own.first ?? outputName
    }
}
