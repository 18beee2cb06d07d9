"""Cases of both kinds in the Python package `tracr_inject`.

    python case.py CASE ...

Opens folders that `tracr-inject circuit` wrote, of compiled programs or of runs, and compares their parts with each other.
"""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "Sources/Python"))
import tracr_inject

for folder in sys.argv[1:]:
    case = tracr_inject.Case.open(folder)
    assert case.in_graph.sum() == len(case.hooks) > 0, folder
    for variable in case.variables:
        name = variable["name"]
        basis = case.basis(name)
        assert np.allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-4), (folder, name)
        if case.about["kind"] == "compiled":
            directions = case.directions(name)
            assert directions.tolist() == variable["directions"] and len(directions) == len(basis), (folder, name)
            assert (basis[range(len(basis)), directions] == 1).all(), (folder, name)
        else:
            assert len(basis) == variable["dimensions"], (folder, name)
            try:
                case.directions(name)
            except ValueError as error:
                assert "basis" in str(error)
            else:
                raise AssertionError(f"{folder}: {name} has directions")
    try:
        case.basis("no such variable")
    except KeyError as error:
        assert case.variables[0]["name"] in str(error)
    print(f"{case.about['kind']}: {len(case.variables)} variables")
