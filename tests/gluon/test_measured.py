"""Layers, losses and cells against what MXNet 1.9.1 (nd) and 2.0.0b1 (np) answered: texts, names, shapes, outputs, gradients.

The cases and the program that ran them there are tests/data/measure_gluon.py; the same program runs them here, all cases of a
family in one program of XLA's.
"""
from __future__ import annotations

import importlib.util
import itertools
import json
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import np
from mxshim.gluon import naming

DATA = Path(__file__).parent.parent / "data"
_spec = importlib.util.spec_from_file_location("measure_gluon", DATA / "measure_gluon.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)
MEASURED = {name: json.loads((DATA / f"gluon_{name}.json").read_text()) for name in ("nd", "np")}
FAMILIES = [(d, family) for d in ("nd", "np") for family, _ in itertools.groupby(MEASURED[d], lambda row: row[0])]
TEXTS = ("case", "text", "text after", "params")
# What comes out otherwise here, and why.
_POOL = "nn.AvgPool2D(pool_size=2, strides=3, ceil_mode=True) | a(1, 1, 4, 5)"
_IGNORED = "2.0.0b1 ignores in_channels until the first batch, here the weight has its shape at once"
DIFFERENT = {
    ("nd", "nn.SELU() | a(2, 3)", "input gradients"): "MXNet's gradient below 0 is scale (alpha + y), not scale alpha + y",
    ("np", "nn.SELU() | a(2, 3)", "input gradients"): "MXNet's gradient below 0 is scale (alpha + y), not scale alpha + y",
    ("nd", _POOL, "input gradients"): "MXNet's forward divides a partly filled window by what is in it, its backward by pool_size",
    ("np", _POOL, "input gradients"): "MXNet's forward divides a partly filled window by what is in it, its backward by pool_size",
    **{("np", told["case"], "text"): _IGNORED for family, told in MEASURED["np"] if family == "conv" and "in_channels=" in told["case"]},
}


@pytest.mark.parametrize("F, family", [pytest.param(d, f, id=f"{d} {f}") for d, f in FAMILIES], indirect=["F"])
def test_as_measured(F, family):
    name = "np" if F is np else "nd"
    rows = [told for of, told in MEASURED[name] if of == family]
    for ours, told in zip(measure.run(F, mx, [told["case"] for told in rows], naming.restart), rows, strict=True):
        for what, wanted in told.items():
            where = f"{told['case']}: {what}"
            if (name, told["case"], what) in DIFFERENT:
                assert ours[what] != wanted, f"{where} is no longer different: remove it from DIFFERENT"
            elif what in TEXTS:
                assert ours[what] == wanted, where
            else:
                compare(ours[what], wanted, where)


def compare(ours, wanted, where):
    assert len(ours) == len(wanted), where
    for k, (a, b) in enumerate(zip(ours, wanted, strict=True)):
        if where.endswith(": outputs"):
            (shape, a), (expected, b) = a, b
            assert shape == expected, f"{where}, shape of {k}"
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5, err_msg=f"{where} {k}")


def test_exceptions_are_of_measured_cases():
    assert {(d, case) for d, case, _ in DIFFERENT} <= {(d, told["case"]) for d in MEASURED for _, told in MEASURED[d]}
