import Basics
import Passes
import RASP

/// Compiles one program with more and less fusion, and keeps the best result.
struct CandidateSearch {
    private let program: Program
    private let setting: CompilationSetting
    private let tabulations = Tabulations()
    /// The layers that attention alone needs. An MLP comes with each of them.
    private let leastLayers: Int
    private var best: CompiledModel?
    /// What computing everything step by step would cost, found with the first result.
    private var limit: StepwiseCost?
    /// A degree of fusion that led to no fewer layers than the best result has. One with less room cannot either.
    private var settled: Fusion?
    private var refusal: (any Error)?
    private var tried: [FusionDecisions] = []

    init(_ program: Program, _ setting: CompilationSetting) {
        self.program = program
        self.setting = setting
        // Rounds that share their layers need no fewer of them, but other layers are saved once for all rounds.
        leastLayers = setting.tiesLoops ? 1 : max(LayerReport(program.output).layers, 1)
    }

    /// Whether no result can have fewer layers.
    var isDone: Bool { best.map { $0.layerCount <= leastLayers } ?? false }

    func result() throws -> CompiledModel {
        if let best { return best }
        throw refusal ?? Failure(.internalError, "no way to compile '\(program.name)' was tried")
    }

    /// - Throws: where the program would look ahead although it is causal, which no degree of fusion changes.
    func checkReach() throws { try Lowering.checkReach(program, setting, tabulations) }

    /// - Throws: the same; any other refusal is kept for `result`, as another degree of fusion may do.
    mutating func attempt(_ fusion: Fusion) throws {
        if let settled, fusion.isNarrower(than: settled) { return }
        if tried.contains(where: { $0.areShared(by: fusion) }) { return }
        let decisions = FusionDecisions(fusion)
        tried.append(decisions)
        do {
            let layersBefore = best?.storedLayerCount ?? Int.max
            let candidate = try CompilationCandidate(program, setting, decisions, tabulations)
            try consider(candidate, fusion)
            guard fusion.decidesEachInput else { return }
            if candidate.layerCount < layersBefore, !setting.tiesLoops {
                // What need not be there as early as possible is computed more cheaply.
                let inTime = try CompilationCandidate(
                    program, setting, FusionDecisions(fusion), tabulations, deadlines: candidate.deadlines)
                try consider(inTime, fusion)
            }
            if let best, best.storedLayerCount <= candidate.layerCount { settled = fusion }
        } catch let error as RASPError where error.isCausal && best == nil {
            throw error
        } catch { refusal = refusal ?? error }
    }

    private mutating func consider(_ candidate: CompilationCandidate, _ fusion: Fusion) throws {
        // A candidate that is too large already needs no weights.
        if fusion.decidesEachInput, let best, !candidate.isNoLarger(than: best) { return }
        let model = try candidate.assembled()
        let limit = self.limit ?? (setting.tiesLoops ? .unlimited : candidate.stepwiseCost)
        self.limit = limit
        guard let known = best else {
            best = model
            return
        }
        let isBetter =
            fusion.decidesEachInput
            ? model.isBetterAndNoWider(than: known, within: limit) : model.isBetter(than: known, within: limit)
        if isBetter { best = model }
    }
}

extension CompiledModel {
    private func fits(_ limit: StepwiseCost) -> Bool {
        nonzeroCount <= limit.nonzeros && hiddenSize <= limit.hiddenUnits
    }

    /// Fewer layers are better as long as they cost no more than computing everything step by step; at equal depth,
    /// fewer non-zeros.
    fileprivate func isBetter(than other: CompiledModel, within limit: StepwiseCost) -> Bool {
        if fits(limit) != other.fits(limit) { return fits(limit) }
        return fits(limit)
            ? (layerCount, nonzeroCount) < (other.layerCount, other.nonzeroCount)
            : (nonzeroCount, layerCount) < (other.nonzeroCount, other.layerCount)
    }

    /// Fewer layers, or fewer non-zeros at equal depth, in a stream and MLPs that are no wider.
    fileprivate func isBetterAndNoWider(than other: CompiledModel, within limit: StepwiseCost) -> Bool {
        width <= other.width && hiddenSize <= other.hiddenSize && (fits(limit) || nonzeroCount <= other.nonzeroCount)
            && (layerCount, nonzeroCount) < (other.layerCount, other.nonzeroCount)
    }
}
