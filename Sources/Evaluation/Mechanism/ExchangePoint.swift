import Compiler
import Injection
import TensorCore

/// A variable, and a state in which both the compiled model and the student hold it.
struct ExchangePoint: Sendable {
    let entry: VariableLayout.Entry
    let variable: CompiledVariable
    /// The compiled model's residual state, and the student's that carries it.
    let state: Int
    let layer: Int
    /// Orthonormal rows of the variable's subspace in the student, [r, d_model].
    let basis: Tensor

    /// Every variable at each aligned layer at which the program has computed it.
    static func all(of run: LoadedRun) throws -> [ExchangePoint] {
        try all(of: run) { $0.writtenByLayer..<(run.layout.layers + 1) }
    }

    /// Every variable in the compiled model's residual states that `states` names for it.
    static func all(
        of run: LoadedRun, in states: (VariableLayout.Entry) -> Range<Int>
    ) throws -> [ExchangePoint] {
        try run.layout.variables.flatMap { entry -> [ExchangePoint] in
            guard let variable = run.compiled.variable(named: entry.name) else { return [] }
            let basis = try run.projection.subspace(of: [entry.rows])
            return states(entry).map {
                ExchangePoint(entry: entry, variable: variable, state: $0, layer: run.layers[$0], basis: basis)
            }
        }
    }
}
