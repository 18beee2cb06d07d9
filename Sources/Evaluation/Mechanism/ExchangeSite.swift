import Compiler
import Injection
import TensorCore

/// A variable, and a state in which both the compiled model and the student hold it.
struct ExchangeSite: Sendable {
    let entry: VariableLayout.Entry
    let variable: CompiledVariable
    /// The compiled model's residual state, and the student's that carries it.
    let state: Int
    let layer: Int
    /// Orthonormal rows of the variable's subspace in the student, [r, d_model].
    let basis: Tensor

    /// Every variable at each aligned layer at which the program has computed it.
    static func all(of run: LoadedRun) throws -> [ExchangeSite] {
        try run.layout.variables.flatMap { entry -> [ExchangeSite] in
            guard let variable = run.compiled.variable(named: entry.name) else { return [] }
            let basis = try run.projection.subspace(of: [entry.rows])
            return (variable.writtenByLayer...run.layout.layers).map {
                ExchangeSite(entry: entry, variable: variable, state: $0, layer: run.layers[$0], basis: basis)
            }
        }
    }
}
