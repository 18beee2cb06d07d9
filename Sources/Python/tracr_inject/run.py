"""A run of `tracr-inject train`, or a bundle of `tracr-inject export`: its map and what its rows mean."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Sequence, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .safetensors import read_safetensors

#: A value of a RASP program. None: undefined.
Value = Union[str, bool, int, float, None]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Variable:
    """A variable of the program, and the rows of the map that read it."""

    name: str
    #: "categorical": a row for each of `values`; "numerical": a row for the number, and one that says whether it is
    #: undefined, where it can be.
    encoding: str
    first_row: int
    rows: int
    #: Rows of `Run.basis` that span the variable's subspace; 0 where the map is free.
    first_dimension: int
    dimensions: int
    values: tuple[Value, ...]
    #: The numbers that it can be, ascending; empty where they are not known.
    reachable: tuple[float, ...]
    #: The first compiled state that holds it.
    written_by_layer: int
    #: Whether it belongs to the construction and not to the program.
    scratch: bool


@dataclass(frozen=True)
class Run:
    """The linear map of a run.

    A student of L layers has L + 1 states: state 0 is the output of its embedding, state i the residual stream after i
    layers, before the last norm.
    """

    path: Path
    #: [rows, d_model]
    weight: Floats
    #: [rows]; None where the map has none.
    bias: Floats | None
    #: Orthonormal rows, [dimensions, d_model]; None where the map is free.
    basis: Floats | None
    #: All variables, those of the construction too.
    variables: tuple[Variable, ...]
    #: For each compiled state, the state of the student that carries it.
    layers: NDArray[np.int64]
    #: The hook of TransformerLens where each of these lies.
    transformer_lens: tuple[str, ...]
    #: "per-variable" or "cosine".
    alignment: str
    #: The name of the variable that holds the program's output.
    output: str
    #: variables.json as it stands.
    meaning: dict[str, Any] = field(repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Run:
        """Reads a run's directory. Raises FileNotFoundError where there is none."""
        folder = Path(path)
        with open(folder / "variables.json", encoding="utf-8") as file:
            meaning = json.load(file)
        tensors = read_safetensors(folder / "projection.safetensors")
        variables = tuple(
            Variable(
                entry["name"], entry["encoding"], entry["first_row"], entry["rows"], entry.get("first_dimension", 0),
                entry.get("dimensions", 0), tuple(entry.get("values") or ()), tuple(entry.get("reachable") or ()),
                entry["written_by_layer"], entry["scratch"])
            for entry in meaning["variables"])
        return cls(
            folder, tensors["weight"], tensors.get("bias"), tensors.get("basis"), variables,
            np.array(meaning["student_layers"], np.int64), tuple(meaning["transformer_lens"]), meaning["alignment"],
            meaning["output"], meaning)

    @property
    def student(self) -> Path:
        """The Hugging Face folder of the student."""
        return self.path / "student"

    def variable(self, name: str) -> Variable:
        """The variable of this name. Raises KeyError that says which there are."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        known = ", ".join(variable.name for variable in self.variables if not variable.scratch)
        raise KeyError(f"the run has no variable {name}; it has {known}")

    def map(self, states: ArrayLike) -> Floats:
        """What the map makes of hidden states, [..., d_model]: [..., rows]."""
        mapped = np.asarray(states, np.float32) @ self.weight.T
        return mapped if self.bias is None else mapped + self.bias

    def decode(self, states: ArrayLike) -> dict[str, list[Value]]:
        """The values of the program's variables in the hidden states of a text at one state, [tokens, d_model].

        The same as `tracr-inject decode` says of that state.
        """
        mapped = self.map(states)
        units = self._units(mapped)
        return {
            variable.name: self._values(variable, mapped[:, variable.first_row:variable.first_row + variable.rows], units)
            for variable in self.variables if not variable.scratch}

    def _units(self, mapped: Floats) -> Floats:
        """What 1 is, token by token: where whole streams were aligned, the mean height of the one-hot coordinates."""
        units = np.ones(len(mapped), np.float32)
        one_hot = [v for v in self.variables if v.encoding == "categorical" and not v.scratch]
        if self.alignment == "cosine" and one_hot:
            heights = np.mean(
                [mapped[:, v.first_row:v.first_row + v.rows].max(axis=1) for v in one_hot], axis=0, dtype=np.float32)
            units = np.where(heights > 1e-6, heights, units)
        return units

    @staticmethod
    def _values(variable: Variable, rows: Floats, units: Floats) -> list[Value]:
        if variable.encoding == "categorical":
            return [variable.values[index] for index in rows.argmax(axis=1)]
        numbers = [float(number) for number in rows[:, 0] / units]
        undefined: Sequence[bool] = list(rows[:, 1] / units > 0.5) if variable.rows > 1 else [False] * len(rows)
        return [
            None if lacks else min(variable.reachable, key=lambda other: abs(other - number), default=number)
            for number, lacks in zip(numbers, undefined)]

    def subspace(self, name: str) -> Floats:
        """An orthonormal basis of the subspace that a variable is exchanged in: [dimensions, d_model]."""
        variable = self.variable(name)
        if self.basis is not None and variable.dimensions > 0:
            return self.basis[variable.first_dimension:variable.first_dimension + variable.dimensions]
        rows = self.weight[variable.first_row:variable.first_row + variable.rows]
        _, sizes, right = np.linalg.svd(rows, full_matrices=False)
        basis: Floats = right[sizes > 1e-5 * sizes.max()]
        return basis
