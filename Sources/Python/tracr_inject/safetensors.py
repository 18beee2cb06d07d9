"""The safetensors format, read into arrays."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U8": "<u1", "BOOL": "?",
}


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """All tensors of a file by their names. Those in bf16 come as float32, of which they are the upper half.

    Raises ValueError for a file that is damaged or has elements of another type.
    """
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > len(data) - 8:
        raise ValueError(f"{os.fspath(path)} is no safetensors file: its header does not fit into it")
    header: dict[str, Any] = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        if not 8 + size <= begin <= end <= len(data):
            raise ValueError(f"{os.fspath(path)}: the tensor {name} lies outside the file")
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data[begin:end], "<u2").astype(np.uint32) << 16).view(np.float32)
        elif entry["dtype"] in _TYPES:
            values = np.frombuffer(data[begin:end], _TYPES[entry["dtype"]])
        else:
            raise ValueError(f"{os.fspath(path)}: the tensor {name} has elements of the type {entry['dtype']}")
        tensors[name] = values.reshape(entry["shape"])
    return tensors
