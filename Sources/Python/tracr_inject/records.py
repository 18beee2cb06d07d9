"""The files that `tracr-inject export` puts into `data/`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Union

import numpy as np
from numpy.typing import NDArray

from .run import Run, Value
from .safetensors import read_safetensors

_Bundle = Union[Run, str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Activations:
    """States of the student and the program's values, for N tokens of labelled prompts."""

    #: Numbers of the tokens, which prompt each is of, and where in it it stands: [N] each.
    tokens: NDArray[np.int32]
    sequence: NDArray[np.int32]
    position: NDArray[np.int32]
    #: By the number of a state: [N, d_model].
    states: dict[int, NDArray[np.float32]]
    #: By the name of a variable: [N], the number of a value, -1 where there is none; or a number, NaN where there is none.
    labels: dict[str, NDArray[Any]]
    #: What the numbers in `labels` stand for; None for a numerical variable.
    values: dict[str, list[Value] | None]
    #: By `sequence`.
    prompts: list[dict[str, str]]

    def value(self, name: str, index: int) -> Value:
        """What a variable is at a token; None where it is undefined."""
        label, values = self.labels[name][index], self.values[name]
        if values is None:
            return None if np.isnan(label) else float(label)
        return None if label < 0 else values[int(label)]


@dataclass(frozen=True)
class Prediction:
    """What the student says to a prompt; `generated` is None for one that is too long."""

    split: str
    prompt: str
    answer: str
    generated: str | None
    correct: bool


@dataclass(frozen=True)
class ExchangeRecord:
    """One variable taken from the partner at one state, what the program then says, and what the student says."""

    variable: str
    student_layer: int
    compiled_layer: int
    prompt: str
    answer: str
    partner: str
    partner_answer: str
    #: After which tokens of prompt and answer the answer's tokens are predicted.
    positions: list[int]
    before: list[Value]
    expected: list[Value]
    #: Whether the program's answer changes: only then does the exchange count.
    changes: bool
    said: list[str]
    agrees: bool


def activations(bundle: _Bundle) -> Activations:
    """`data/activations.safetensors` and `.json`."""
    data = _data(bundle)
    tensors = read_safetensors(data / "activations.safetensors")
    with open(data / "activations.json", encoding="utf-8") as file:
        about = json.load(file)
    part = {name: _beginning(tensors, name + ".") for name in ("state", "label")}
    return Activations(
        tensors["tokens"], tensors["sequence"], tensors["position"],
        {int(number): values for number, values in part["state"].items()}, part["label"], about["values"], about["prompts"])


def predictions(bundle: _Bundle) -> list[Prediction]:
    """`data/predictions.jsonl`."""
    return [Prediction(**line) for line in _lines(_data(bundle) / "predictions.jsonl")]


def exchanges(bundle: _Bundle) -> list[ExchangeRecord]:
    """`data/exchanges.jsonl`."""
    return [ExchangeRecord(**line) for line in _lines(_data(bundle) / "exchanges.jsonl")]


def _data(bundle: _Bundle) -> Path:
    return (bundle.path if isinstance(bundle, Run) else Path(bundle)) / "data"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as file:
        yield from map(json.loads, file)


def _beginning(tensors: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name[len(prefix):]: values for name, values in tensors.items() if name.startswith(prefix)}
