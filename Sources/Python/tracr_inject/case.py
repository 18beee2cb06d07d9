"""A case of a known circuit: what `tracr-inject circuit` writes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .safetensors import read_safetensors


@dataclass(frozen=True)
class Edge:
    """An edge of the model's graph, `writer` to `reader`, named as in MIB's graphs."""

    name: str
    in_graph: bool
    score: float | None


@dataclass(frozen=True)
class Case:
    """A model whose circuit is known."""

    path: Path
    #: All edges that the model could have, those of the circuit `in_graph`.
    edges: tuple[Edge, ...]
    #: The circuit's edges by TransformerLens's hook names, writer and reader: [edges, 2].
    hooks: NDArray[np.str_]
    #: Each variable with who writes and who reads it; of a compiled program with its directions as well, of a run with
    #: its values and the states that hold it.
    variables: tuple[dict[str, Any], ...]
    #: Options, certificates and the circuit as `circuit --json` prints it.
    about: dict[str, Any] = field(repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Case:
        """Reads the folder of a case, which is the Hugging Face folder of its model as well."""
        folder = Path(path)
        graph, hooks, variables, about = (
            json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("graph", "edges", "variables", "case"))
        edges = tuple(
            Edge(name, bool(edge["in_graph"]), edge.get("score")) for name, edge in graph["edges"].items())
        return cls(folder, edges, np.array(hooks, str).reshape(-1, 2), tuple(variables), about)

    @property
    def in_graph(self) -> NDArray[np.bool_]:
        """Which of `edges` are of the circuit: [edges]."""
        return np.array([edge.in_graph for edge in self.edges], bool)

    def basis(self, name: str) -> NDArray[np.float32]:
        """Orthonormal rows that span the subspace of the residual stream which holds a variable: [dimensions, d_model]."""
        self.variable(name)
        return read_safetensors(self.path / "variables.safetensors")[name]

    def directions(self, name: str) -> NDArray[np.int64]:
        """The coordinates of the residual stream that hold a variable of a compiled program.

        A student has none, as its variables lie across them: ValueError, and `basis` for both.
        """
        variable = self.variable(name)
        if "directions" not in variable:
            raise ValueError(f"{name} lies across the coordinates of a trained student; basis('{name}') gives its subspace")
        return np.array(variable["directions"], np.int64)

    def variable(self, name: str) -> dict[str, Any]:
        """One of `variables`."""
        for variable in self.variables:
            if variable["name"] == name:
                return variable
        raise KeyError(f"the case has no variable {name}; it has {', '.join(v['name'] for v in self.variables)}")
