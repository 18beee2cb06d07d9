import Basics
import Foundation
import TensorCore

/// The learned linear map from the student's residual stream to the compiled model's, shared by all aligned layers:
/// h_mapped = h W^T (+ b), W: [d_compiled, d_model], b: [d_compiled].
///
/// With subspaces, each variable is read from one of its own: W_v = A_v Q_v, where the rows of all Q_v together are
/// orthonormal. An exchange of one variable then leaves what the map reads of all others as it is.
public final class Projection: Sendable {
    /// What is trained.
    public let store: ParameterStore
    public let rows, width: Int
    /// Empty for a free map.
    package let subspaces: [VariableSubspace]
    private let form: Form

    private enum Form: Sendable {
        /// W, and the rows of all Q_v, [R, d_model], where the map was trained with subspaces.
        case whole(weight: Parameter, bias: Parameter?, basis: Tensor?)
        /// The rows of all Q_v, and for each subspace A_v, [rows, dimensions], and its part of b.
        case factored(basis: Parameter, readouts: [Readout])
    }

    private struct Readout: Sendable {
        let weight: Parameter
        let bias: Parameter?
    }

    /// A map to train, free in each of its rows.
    public convenience init(rows: Int, width: Int, bias: Bool) {
        self.init(rows: rows, width: width, bias: bias, subspaces: [])
    }

    /// - Parameter subspaces: empty: a map that is free in each of its rows.
    package init(rows: Int, width: Int, bias: Bool, subspaces: [VariableSubspace]) {
        (self.rows, self.width, self.subspaces) = (rows, width, subspaces)
        let store = ParameterStore()
        self.store = store
        guard !subspaces.isEmpty else {
            form = Self.whole(store, rows: rows, width: width, bias: bias, basis: nil)
            return
        }
        store.add(name: "basis", shape: [VariableSubspace.dimensions(of: subspaces), width], decay: false)
        for (index, subspace) in subspaces.enumerated() {
            let rows = subspace.rows.count
            store.add(name: "readout.\(index).weight", shape: [rows, subspace.dimensions.count], decay: true)
            if bias { store.add(name: "readout.\(index).bias", shape: [rows], decay: true) }
        }
        store.allocate()
        form = .factored(
            basis: store["basis"],
            readouts: subspaces.indices.map { index in
                Readout(
                    weight: store["readout.\(index).weight"], bias: store.parameter(named: "readout.\(index).bias"))
            })
    }

    /// A map that is read only.
    private init(rows: Int, width: Int, bias: Bool, basis: Tensor?, subspaces: [VariableSubspace]) {
        (self.rows, self.width, self.subspaces) = (rows, width, subspaces)
        store = ParameterStore(gradients: false)
        form = Self.whole(store, rows: rows, width: width, bias: bias, basis: basis)
    }

    private static func whole(_ store: ParameterStore, rows: Int, width: Int, bias: Bool, basis: Tensor?) -> Form {
        store.add(name: "weight", shape: [rows, width], decay: true)
        if bias { store.add(name: "bias", shape: [rows], decay: true) }
        store.allocate()
        return .whole(weight: store["weight"], bias: store.parameter(named: "bias"), basis: basis)
    }

    /// Initial values as of PyTorch's `Linear`, uniform within 1 / sqrt(columns); a basis spans a random subspace.
    public func initialize(random: inout SeededRandom) {
        for parameter in store.parameters {
            let columns = parameter.shape.dimensions.count > 1 ? parameter.shape.columns : width
            let bound = 1 / Double(columns).squareRoot()
            let values = parameter.value.buffer
            for index in values.indices { values[index] = Float((2 * random.uniform() - 1) * bound) }
        }
        settle(rounds: 30)
    }

    /// Brings the basis back to orthonormal rows after a step of training, which leaves them a little.
    package func settle(rounds: Int = 2) {
        guard case .factored(let basis, _) = form else { return }
        RowSpace.settle(basis.value, rounds: rounds)
    }

    /// W, [d_compiled, d_model].
    public var weight: Tensor {
        switch form {
        case .whole(let weight, _, _): return weight.value
        case .factored(let basis, let readouts):
            let weight = Tensor(zeros: [rows, width])
            for (subspace, readout) in zip(subspaces, readouts) {
                BLAS.multiply(
                    Matrix(readout.weight.value), Matrix(basis.value.rows(subspace.dimensions)),
                    into: weight.rows(subspace.rows))
            }
            return weight
        }
    }

    /// b, [d_compiled].
    public var bias: Tensor? {
        switch form {
        case .whole(_, let bias, _): return bias?.value
        case .factored(_, let readouts):
            guard readouts.contains(where: { $0.bias != nil }) else { return nil }
            let bias = Tensor(zeros: [rows])
            for (subspace, readout) in zip(subspaces, readouts) {
                guard let own = readout.bias else { continue }
                for (index, row) in subspace.rows.enumerated() { bias[row] = own.value[index] }
            }
            return bias
        }
    }

    /// The rows of all subspaces, [R, d_model]; nil for a free map.
    package var basis: Tensor? {
        switch form {
        case .whole(_, _, let basis): basis
        case .factored(let basis, _): basis.value
        }
    }

    /// Orthonormal rows, [r, d_model], that span what the map reads for some of its rows: the subspaces of their
    /// variables, or the row space where the map is free.
    ///
    /// - Throws: `LinearAlgebraError` for a map that is not finite.
    package func subspace(of ranges: [Range<Int>]) throws -> Tensor {
        guard let basis else { return try RowSpace.orthonormalBasis(of: Self.rows(ranges, of: weight)) }
        let own = subspaces.filter { subspace in ranges.contains { $0.contains(subspace.rows.lowerBound) } }
        return try RowSpace.orthonormalBasis(of: Self.rows(own.map(\.dimensions), of: basis))
    }

    private static func rows(_ ranges: [Range<Int>], of matrix: Tensor) -> Tensor {
        Tensor(
            ranges.flatMap { matrix.rows($0).values },
            shape: [ranges.reduce(0) { $0 + $1.count }, matrix.columns])
    }

    /// h [N, d_model] -> [N, d_compiled]. Only a free map is trained through this.
    public func map(_ tape: Tape, _ hidden: Variable) -> Variable {
        switch form {
        case .whole(let weight, let bias, _):
            tape.linear(
                hidden, weight: tape.parameter(weight), bias: bias.map { tape.parameter($0) }, transposed: true)
        case .factored:
            tape.linear(hidden, weight: tape.constant(weight), bias: bias.map { tape.constant($0) }, transposed: true)
        }
    }

    /// h [N, d_model] -> its coordinates in all subspaces, [N, R].
    package func coordinates(_ tape: Tape, _ hidden: Variable) -> Variable {
        guard case .factored(let basis, _) = form else { preconditionFailure("the map has no subspaces to train") }
        return tape.linear(hidden, weight: tape.parameter(basis), transposed: true)
    }

    /// What the map reads of the variable of these rows, from the coordinates: [N, rows].
    package func read(_ tape: Tape, _ coordinates: Variable, rows: Range<Int>) -> Variable {
        guard case .factored(_, let readouts) = form, let index = subspaces.firstIndex(where: { $0.rows == rows })
        else { preconditionFailure("the map has no subspace of rows \(rows) to train") }
        let readout = readouts[index]
        return tape.linear(
            tape.columns(coordinates, subspaces[index].dimensions), weight: tape.parameter(readout.weight),
            bias: readout.bias.map { tape.parameter($0) }, transposed: true)
    }
}

extension Projection {
    /// Writes `weight` and `bias` under the names PyTorch's `Linear` has, and `basis`, the orthonormal rows of all
    /// subspaces, where there are any.
    public func save(to file: URL) throws {
        var writer = SafeTensorsWriter()
        let named = [("weight", weight), ("bias", bias), ("basis", basis)]
        let tensors = named.compactMap { name, tensor in tensor.map { (name, $0) } }
        for (name, tensor) in tensors {
            writer.add(name, shape: tensor.shape.dimensions, floats: UnsafeBufferPointer(tensor.buffer))
        }
        try withExtendedLifetime(tensors) { try writer.write(to: file, metadata: ["format": "pt"]) }
    }

    /// Reads a map that was saved for `rows` directions and a student `width` wide.
    ///
    /// - Parameter subspaces: those that it was trained with, where it was.
    package static func load(
        from file: URL, rows: Int, width: Int, subspaces: [VariableSubspace] = []
    ) throws -> Projection {
        let tensors = try SafeTensorsFile(contentsOf: file)
        let wrong = "projection, compiled program and student must be of one run"
        func require(_ name: String, _ shape: [Int]) throws {
            let found = try tensors.entry(name).shape
            guard found == shape else {
                throw Failure(
                    .badData, "\(name) has shape \(found), and program and student ask for \(shape)", at: file.path,
                    remedy: wrong)
            }
        }
        func read(_ name: String, into tensor: Tensor) throws {
            try tensors.readFloats(name, into: tensor.buffer)
            try FiniteCheck.require(UnsafeBufferPointer(tensor.buffer), tensor: name, file: file.path)
        }
        try require("weight", [rows, width])
        let hasBias = tensors.entries["bias"] != nil
        if hasBias { try require("bias", [rows]) }
        var basis: Tensor?
        if !subspaces.isEmpty {
            let shape = [VariableSubspace.dimensions(of: subspaces), width]
            try require("basis", shape)
            let tensor = Tensor(zeros: Shape(shape))
            try read("basis", into: tensor)
            basis = tensor
        }
        let projection = Projection(rows: rows, width: width, bias: hasBias, basis: basis, subspaces: subspaces)
        for parameter in projection.store.parameters { try read(parameter.name, into: parameter.value) }
        return projection
    }
}
