import Basics
import Compiler
import Foundation
import InjectionSettings
import LanguageModels
import Ranks
import TensorCore
import TrainingEngine

/// What a training is made from, read from its settings and checked against each other; nothing is written.
struct TrainingInputs {
    /// As they were given, and with what a neighbouring circuit occupies among the components to avoid.
    let settings: Settings
    let ranks: Communicator
    let student: Student
    let task: LoadedTask
    let compiled: CompiledModel
    /// The student's residual state that carries compiled state i; nil where nothing is aligned.
    let alignedLayers: [Int]?
    /// The terms of the loss that take part in the run.
    let terms: [InjectionLoss.Term]
    let roll: RollIntervention?
    /// Where the program's steps lie in the student; nil where no circuit is injected.
    let placement: CircuitPlacement?
    /// Texts of another circuit's task, which the student is to keep; none where it has none.
    let neighbourTexts: [[Int32]]
    var examples: ExampleSource
    private let heldOut: HeldOutPrompts
    /// The student's tokens of each example that was checked: how long examples are.
    let lengths: [Int]
    /// Examples of the user's file whose prompts are those of a test setting.
    private(set) var heldOutInFile = 0
    /// Why the program is compiled for fewer tokens than was asked for; nil where it is not.
    let shorterProgram: String?
    var fingerprint: Fingerprint

    init(_ settings: Settings, ranks: Communicator = .alone) throws {
        let neighbour = try NeighbourCircuit(settings)
        let settings = neighbour?.avoided(in: settings) ?? settings
        (self.settings, self.ranks) = (settings, ranks)
        if settings.threads > 0 { Parallel.threads = settings.threads }
        fingerprint = Fingerprint()
        fingerprint.ranks = ranks.size

        // A file that cannot be read is told at once, not after the program has been compiled.
        let readsText = settings.steps > 0 && settings.loss.kl > 0 && settings.batch.text > 0
        for file in [readsText ? settings.text.file : nil, settings.data.file] {
            if let file { try RegularFile.check(URL(fileURLWithPath: file)) }
        }
        let folder = try StudentFolder.locate(settings.student)
        // From the shapes alone, before a byte is allocated for them.
        try Preflight.requireMemory(forTraining: ModelRegistry.configuration(of: folder))
        var student = try Student.load(from: folder)
        var task = try LoadedTask(settings: settings, tokenizer: student.tokenizer)
        student.tokenizer = task.tokenizer
        self.student = student
        try fingerprint.add("student", contentsOf: folder.appendingPathComponent("config.json"))
        for name in Tokenizer.fileNames {
            let file = folder.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try fingerprint.add("student's \(name)", contentsOf: file)
        }
        fingerprint.add(Student.weightsInput, hash: student.weightsHash)
        try neighbour?.requireSame(student)
        neighbourTexts = try neighbour?.texts(4_096, context: student.model.configuration.contextLength) ?? []

        // Examples of a file can be longer than the generator's; the program is compiled for the longest.
        heldOut = try HeldOutPrompts(task.task, seeds: [settings.seed, Settings().seed])
        examples = try ExampleSource(task: task.task, settings: settings, heldOut: heldOut)
        let checked: [Example]
        switch examples {
        case .file(let file):
            checked = file.examples
            heldOutInFile = file.examples.count { [heldOut] in heldOut.contains($0.prompt) }
            for example in checked { try task.encoder.include(example) }
            if let path = settings.data.file {
                try fingerprint.add("data file", contentsOf: URL(fileURLWithPath: path))
            }
        case .generated:
            checked = try task.task.examples(.train, count: settings.data.check, seed: settings.seed)
        }
        if settings.aligns {
            task.encoder.programLength = min(
                settings.program.maxLength, student.model.configuration.contextLength)
        }
        if settings.perturbedExamples > 0 {
            task.encoder.extend(by: settings.batch.longer, context: student.model.configuration.contextLength)
        }

        (compiled, shorterProgram) = try task.compileAsLongAsItCan()
        try fingerprint.add(sources: task.sources)
        for file in task.sources { Narration.detail("made from \(file.path)") }
        lengths = try task.encoder.check(checked, against: compiled).lengths
        Narration.detail(
            "\(checked.count) examples agree with the compiled program; the longest has \(lengths.max() ?? 0) tokens")
        self.task = task

        let configuration = student.model.configuration
        guard task.encoder.longest <= configuration.contextLength else {
            throw Failure(
                .badData,
                "task \(task.task.name) has examples of \(task.encoder.longest) tokens, and the student reads at most "
                    + "\(configuration.contextLength)", at: folder.path)
        }
        let variables = AlignedVariables(VariableLayout(compiled))
        if settings.method == .tracr {
            let k = variables.layout.layers
            placement =
                settings.injectsCircuit
                ? try CircuitPlacement(CompiledCircuit(compiled), student: configuration, settings: settings.circuit)
                : nil
            guard
                let layers = placement?.states
                    ?? settings.alignment.layers.numbers(compiled: k, student: configuration.layers)
            else {
                throw Failure(
                    .badData,
                    "the student has \(configuration.layers) layers, and the program's \(k) do not fit into them as "
                        + "alignment.layers has it", at: folder.path, remedy: "use a deeper student, or other layers")
            }
            alignedLayers = settings.aligns ? layers : nil
            roll =
                settings.rolls
                ? try RollIntervention(
                    layout: variables.layout, width: configuration.width, settings: settings.roll, layers: layers,
                    firstToken: settings.firstToken)
                : nil
            if let layer = roll?.places.last?.layer, layer > configuration.layers {
                throw Failure(
                    .badData, "the roll would act on layer \(layer) of a student of \(configuration.layers) layers",
                    at: folder.path, remedy: "use a deeper student, or --set roll.site=last")
            }
        } else {
            (alignedLayers, roll, placement) = (nil, nil, nil)
        }
        terms = InjectionLoss.terms(
            LossSetup(
                settings: settings, variables: variables, layers: alignedLayers,
                decoys: placement?.decoyHeads(variables.layout, seed: settings.seed) ?? []))
        // Opened again when the run begins; a text that is not there is told before anything is written.
        _ = try textFile()
    }

    /// Whether a term of the loss reads plain text, and there are steps that compute it.
    var readsText: Bool {
        settings.batch.text > 0 && settings.steps > 0 && terms.contains { $0.needs.contains(.originalActivations) }
    }

    /// The text of the KL term, opened; nil where the student samples its own.
    func textFile() throws -> TextFile? {
        guard readsText else { return nil }
        let context = student.model.configuration.contextLength
        guard settings.text.tokens <= context else {
            throw Failure(
                .badData, "text.tokens is \(settings.text.tokens), and the student reads at most \(context)",
                remedy: "set a smaller text.tokens")
        }
        return try settings.text.file.map { file in
            try TextFile(
                URL(fileURLWithPath: file), tokenizer: student.tokenizer, tokens: settings.text.tokens,
                windows: settings.text.windows, format: settings.text.format)
        }
    }

    /// The results that a run of these inputs leaves.
    ///
    /// - Parameter inputs: hashes of what it was made from, by name.
    func results(projection: Projection, step: Int, inputs: JSONObject) throws -> RunResults {
        let compiledLayers = VariableLayout(compiled).layers
        let layers =
            placement?.states
            ?? settings.alignment.layers.numbers(
                compiled: compiledLayers, student: student.model.configuration.layers)
        let card = ModelCard(
            settings: settings, task: task.task, layout: VariableLayout(compiled), layers: layers ?? [],
            subspaces: projection.subspaces, shape: student.model.configuration, step: step)
        return RunResults(
            student: student, projection: projection, compiled: compiled, layers: layers ?? [],
            alignment: settings.alignment.kind, roll: roll, card: try card.text(figures: []), inputs: inputs)
    }

    /// The linear map at the start of a run: every method writes one, so that runs can be compared.
    func initialProjection() -> Projection {
        var random = SeededRandom(seed: settings.seed, stream: "projection")
        let projection = Projection(
            rows: VariableLayout(compiled).width, width: student.model.configuration.width,
            bias: settings.alignment.bias,
            subspaces: settings.subspaces(VariableLayout(compiled), width: student.model.configuration.width))
        projection.initialize(random: &random)
        return projection
    }

    /// - Throws: what the compiled model throws on a prompt that it cannot run.
    func perturbed() throws -> PerturbedExamples? {
        guard settings.perturbedExamples > 0 else { return nil }
        var perturbed = PerturbedExamples(
            encoder: task.encoder, model: compiled, heldOut: heldOut, seed: settings.seed,
            wording: settings.context.wording)
        try perturbed.cover(
            settings.batch.candidates, examples: task.task.examples(.train, count: 400, seed: settings.seed))
        return perturbed
    }

    /// nil where nothing stands before prompts.
    var contexts: ContextSource? {
        let context = settings.context
        guard settings.perturbedExamples > 0, context.text || context.random > 0 || context.behind > 0 else {
            return nil
        }
        return ContextSource(
            before: context.random, behind: context.behind, texts: context.text, seed: settings.seed,
            ordinaryTokens: task.encoder.ordinaryTokens, symbols: task.encoder.tokensOfSymbols,
            // The token that ends an answer, where something stands behind it, has to fit too.
            limit: min(student.model.configuration.contextLength, compiled.maxLength) - 1)
    }

    /// nil where no circuit is injected.
    func circuits() throws -> CircuitSource? {
        guard let placement, let perturbed = try perturbed() else { return nil }
        return CircuitSource(
            placement: placement, circuit: CompiledCircuit(compiled), perturbed: perturbed,
            oracle: CompiledOracle(compiled), settings: settings)
    }

    /// nil where nothing is exchanged: without alignment nobody would say what follows.
    var exchanges: ExchangeSource? {
        guard let alignedLayers, settings.interchange.pairs > 0 else { return nil }
        return ExchangeSource(
            layout: VariableLayout(compiled), layers: alignedLayers, pairs: settings.interchange.pairs,
            seed: settings.seed, firstToken: settings.firstToken)
    }
}
