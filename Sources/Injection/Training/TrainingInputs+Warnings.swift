import InjectionSettings
import LanguageModels
import TensorCore

extension TrainingInputs {
    /// What may be wrong with a run that can begin all the same.
    var warnings: [String] {
        var warnings: [String] = []
        if let warning = roll?.warning { warnings.append(warning) }
        if let shorterProgram { warnings.append(shorterProgram) }
        if heldOutInFile > 0 {
            warnings.append(
                "\(heldOutInFile) of the file's prompts are test prompts of eval --ood, which will measure less than it says"
            )
        }
        // Measured on SmolLM2-135M after 250 steps: KL on text is 0.40 nats a token at 3e-4, and 0.07 at 1e-4 with twice the text.
        let size = student.model.configuration.parameterCount
        if size > 50_000_000, settings.lr.student > 2e-4 {
            warnings.append(
                "lr.student \(settings.lr.student) suits a small student; one of \(size / 1_000_000) million parameters is likely to lose its text: see --recipe pretrained"
            )
        }
        if let forced = BLAS.forcedKernel {
            warnings.append("OPENBLAS_CORETYPE forces the BLAS kernel \(forced); unset it for the processor's own")
        }
        if settings.precision == .bf16, settings.precision.effective == .fp32 {
            let cause =
                VectorLevel.ofProcessor >= .v4BF16
                ? "\(VectorLevel.variable)=\(VectorLevel.inUse.name) leaves out products in bf16"
                : "this processor does not multiply bf16 (AVX512-BF16)"
            warnings.append(cause + ": training in fp32")
        }
        return warnings
    }
}
