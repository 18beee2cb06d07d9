import Basics
import InjectionSettings
import LanguageModels
import Resources

/// The model card of an injected student, `student/README.md`: what was injected, where its variables lie, what was
/// measured, and how it is loaded.
package struct ModelCard {
    /// A measure and what it came to.
    package struct Figure: Sendable {
        package var measure, value, interval: String

        package init(measure: String, value: String, interval: String = "") {
            (self.measure, self.value, self.interval) = (measure, value, interval)
        }
    }

    private let settings: Settings
    private let task: InjectionTask
    private let layout: VariableLayout
    /// The student's residual state that carries compiled state i; empty for a run that aligns nothing.
    private let layers: [Int]
    private let subspaces: [VariableSubspace]
    private let shape: any ModelConfiguration
    private let step: Int

    init(
        settings: Settings, task: InjectionTask, layout: VariableLayout, layers: [Int],
        subspaces: [VariableSubspace], shape: any ModelConfiguration, step: Int
    ) {
        (self.settings, self.task, self.layout, self.layers) = (settings, task, layout, settings.aligns ? layers : [])
        (self.subspaces, self.shape, self.step) = (subspaces, shape, step)
    }

    package init(_ run: LoadedRun) {
        self.init(
            settings: run.settings, task: run.task.task, layout: run.layout, layers: run.layers,
            subspaces: run.projection.subspaces, shape: run.student.model.configuration, step: run.step)
    }

    /// - Parameter figures: nothing for a student that was not measured yet.
    package func text(figures: [Figure]) throws -> String {
        var parts = [Self.front, heading, try taskSection]
        if !layers.isEmpty { parts.append(variablesSection) }
        parts += [Self.section(figures), loading]
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static let front = """
        ---
        library_name: transformers
        pipeline_tag: text-generation
        tags: [interpretability, tracr-injection]
        ---
        """

    private var heading: String {
        let method =
            settings.method == .tracr
            ? "Tracr-Injection (arXiv 2505.10719), recipe `\(settings.recipe)`"
            : "fine-tuning with a KL term, the baseline of Tracr-Injection"
        let commit = Release.commit.map { ", commit \($0)" } ?? ""
        return """
            # \(task.name), injected into \(settings.student)

            \(shape.layers) layers, width \(shape.width), \(shape.parameterCount) parameters. Method: \(method); \(step) steps, \
            seed \(settings.seed), by tracr-inject \(Release.version)\(commit).
            """
    }

    private var taskSection: String {
        get throws {
            let example = try task.examples(.test, count: 1).first
            let shown = example.map { "    prompt: \($0.prompt)\n    answer: \($0.answer)" } ?? ""
            return "## Task\n\n\(task.summary)\n\n\(shown)"
        }
    }

    private var variablesSection: String {
        var lines = [
            """
            ## Variables

            `projection.safetensors` and `variables.json` of the run read these out of the residual stream. States are counted \
            from 0, the output of the embedding; state `i` is the stream after `i` layers, before the last norm. All variables \
            are read at state \(layers.last ?? 0) unless another is named.

            | variable | values | states that carry it | in TransformerLens | dimensions |
            |---|---|---|---|---|
            """
        ]
        for entry in layout.variables {
            let own = layers[min(entry.writtenByLayer, layers.count - 1)...]
            let hooks = own.map { "`\(HookPoint.residual($0).transformerLens.name)`" }
            let values: String
            switch entry.encoding {
            case .categorical(let all): values = "\(all.count), one row each"
            case .numerical: values = "a number"
            }
            let dimensions = subspaces.first { $0.rows == entry.rows }.map { "\($0.dimensions.count)" } ?? "its rows'"
            let name = entry.name.replacingAll("|", with: "\\|")
            lines.append(
                "| \(name) | \(values) | \(own.map(String.init).joined(separator: ", ")) | \(hooks.joined(separator: ", ")) "
                    + "| \(dimensions) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func section(_ figures: [Figure]) -> String {
        guard !figures.isEmpty else {
            return "## Figures\n\nNot measured yet: `tracr-inject report RUN` measures the run and writes them here."
        }
        let rows = figures.map { "| \($0.measure) | \($0.value) | \($0.interval) |" }
        return "## Figures\n\n| measure | value | 95 % interval |\n|---|---|---|\n" + rows.joined(separator: "\n")
    }

    private var loading: String {
        let inContext = settings.context.text || settings.context.random > 0
        let beginning =
            inContext
            ? "It was trained on prompts at the beginning of a text and behind other text: `add_special_tokens` and "
                + "`prepend_bos` may be on or off."
            : "It was trained on prompts that begin a text. **Nothing may stand before the prompt, no end-of-text token "
                + "either**: transformers puts none there, TransformerLens does unless it is told `prepend_bos=False`."
        return """
            ## Loading

            \(beginning)

            ```python
            from transformers import AutoModelForCausalLM, AutoTokenizer

            model = AutoModelForCausalLM.from_pretrained(FOLDER).eval()
            tokenizer = AutoTokenizer.from_pretrained(FOLDER)
            inputs = tokenizer(PROMPT, return_tensors="pt", add_special_tokens=False)
            answer = model.generate(**inputs, max_new_tokens=8, do_sample=False)
            ```

            ```python
            from transformer_lens.model_bridge import TransformerBridge

            model = TransformerBridge.boot_transformers(FOLDER)
            logits, cache = model.run_with_cache(model.to_tokens(PROMPT, prepend_bos=False))
            ```

            The tokenizer is the student's own: tasks can need merges taken out of it.
            """
    }
}
