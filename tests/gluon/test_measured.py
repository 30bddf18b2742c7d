"""Layers, losses and cells against what MXNet 1.9.1 (nd) and 2.0.0b1 (np) answered: texts, names, shapes, outputs, gradients.

The cases and the program that ran them there are tests/data/measure_gluon.py; the same program runs them here.
"""
from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np

DATA = Path(__file__).parent.parent / "data"
_spec = importlib.util.spec_from_file_location("measure_gluon", DATA / "measure_gluon.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)
MEASURED = {name: json.loads((DATA / f"gluon_{name}.json").read_text()) for name in ("nd", "np")}
ROWS = [(dialect, told) for dialect in ("nd", "np") for _, told in MEASURED[dialect]]
# What comes out otherwise here, and why.
DIFFERENT: dict[tuple[str, str, str], str] = {
}


@pytest.mark.parametrize("F, told", [pytest.param(d, t, id=f"{d} {t['case']}") for d, t in ROWS], indirect=["F"])
def test_as_measured(F, told):
    ours = measure.run(F, mx, told["case"])
    name = "np" if F is np else "nd"
    for what, wanted in told.items():
        if (name, told["case"], what) in DIFFERENT:
            assert ours[what] != wanted, "no longer different: remove it from DIFFERENT"
        elif what in ("case", "text", "text after", "params"):
            assert ours[what] == wanted, what
        else:
            compare(ours[what], wanted, what)


def compare(ours, wanted, what):
    assert len(ours) == len(wanted), what
    for k, (a, b) in enumerate(zip(ours, wanted, strict=True)):
        if what == "outputs":
            (shape, a), (expected, b) = a, b
            assert shape == expected, f"shape of output {k}"
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5, err_msg=f"{what} {k}")


def test_exceptions_are_of_measured_cases():
    assert {(d, case) for d, case, _ in DIFFERENT} <= {(d, t["case"]) for d, t in ROWS}
