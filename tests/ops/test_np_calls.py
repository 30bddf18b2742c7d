"""Calls of np and np.linalg answer as MXNet 2.0.0b1 does: value, dtype, shape, kind of exception, gradients. The answers are recorded;
tests/data/measure_np.py has the expressions."""
from __future__ import annotations

import functools
import json
import os
import re

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, np, npx
from mxshim.array.core import Array
from tests.data.measure_np import ROWS, TYPES, expressions, gradients, operands
from tests.support.families import DATA

pytestmark = pytest.mark.filterwarnings("ignore")  # overflows and compilations are what tables do

TOLERANCE = {"f2": 2e-3, "f4": 1e-5, "f8": 1e-7}

# Every 12th expression is tested, from this one on; "all" takes minutes.
PARTS, PART = 12, os.environ.get("MXSHIM_TEST_PART", "0")

# Why we answer where MXNet raises, and why some answers deliberately differ, by pattern of the expression.
REFUSED = {
    "MXNet has no kernel for this dtype and refuses": [
        r"np\.around\([mnx]_f2.*", r"np\.(sort|argsort)\(m_(f2|b)\)", r"np\.(std|var|average|unique|diff|ediff1d|tril|trace)\(m_b.*",
        r"np\.(sum|prod)\(m_b, dtype='float16'\)", r"np\.(dot|matmul|inner|outer|vdot)\([mx]_(b|u1|i1|i4|i8|f2), .*",
        r"np\.linalg\.(inv|cholesky)\(q_(i4|f2)\)", r"np\.linalg\.(det|slogdet|svd|matrix_rank)\(q_(i4|f2|b)\)",
        r"np\.linalg\.(eigvalsh|qr)\(q_(f2|b)\)", r"np\.full_like\(m_.*, s_f4\)", r"np\.average\(m_(?!f4)..?, axis=1, weights=v\)",
        r"np\.linalg\.vector_norm\(v, ord=np\.inf\)", r"x_(?!f)(..?) / y_(?!\1|f)..?", r"np\.true_divide\(x_(?!f)(..?), y_(?!\1|f)..?\)",
        r"np\.(arctan2|logaddexp)\(x_(b|u1|i1|i4|i8), y_f[248]\)"],
    "int16, uint64 and NumPy's errors in floor_divide: MXNet has no such dtypes, or fails inside": [
        r"np\.(add|subtract|multiply|mod|power|bitwise_\w+|floor_divide)\((x_u1, y_i1|x_i1, y_u1)\)", r"x_b // y_b",
        r"np\.(cumprod|nansum)\(m_u1\)", r"np\.floor_divide\(x_b, y_b\)"],
    "MXNet refuses what NumPy allows": [
        r"np\.(max|min)\(s_f4, axis=0\)", r"np\.expand_dims\(t_f4, \(0, 1\)\)", r"np\.meshgrid\(v, v, sparse=True\)",
            r"np\.insert\(v, (\[0, 2\]|slice\(1, 3\)), 7\.\)", r"np\.delete\(m_f4, \[0, 1\], 1\)", r"np\.take\(m_f4, 1, axis=0\)",
        r"np\.clip\(m_f4, np\.array\(0\.\), 2\)", r"np\.cross\(m_f4, v\)", r"np\.percentile\(.*\[10, 50\.5\]\)",
            r"np\.histogram\(m_.*, bins=3\)",
        r"np\.polyval\(v, 2\.5\)", r"np\.cumsum\(t_f4, axis=-1\)", r"np\.(std|var)\(e_f4, axis=1\)",
            r"np\.linalg\.norm\(v, -?np\.inf\)",
        r"np\.linalg\.norm\(t_f4, 'nuc', \(1, 2\)\)", r"np\.linalg\.diagonal\(.*", r"np\.linalg\.solve\(pd\[0\], sq\)",
        r"np\.ldexp\(x_f[248], y_[bui].*",
        r"np\.linalg\.matrix_rank\(.*(0\.5|hermitian=True)\)", r"G\(lambda x: np\.(delete|insert)\(.*"],
}
DIFFERENT = {
    "wrong in MXNet: zeros or a shifted gradient": [
        r"G\(lambda x: np\.(repeat|rot90|atleast_1d|linalg\.eigh|linalg\.eigvalsh)\(.*",
            r"G\(lambda x: np\.linalg\.norm\(x, 2, \(1, 2\)\), pd\)",
        r"G\(lambda x, y: x \* y, x_f4, x_i4\)"],
    "wrong in MXNet: the mean is cut off to an integer first": [
        r"np\.(var|std)\(m_(i1|i4|i8|u1), dtype='float(64|16)'\)", r"np\.var\((m_i[148], axis=-1, keepdims=True|t_i4, axis=1)\)"],
    "wrong in MXNet: memory beyond the operands, or an argument without effect": [
        r"np\.reshape\(t_f4, \(3, 4\), order='F'\)", r"np\.stack\(\[m_f4, v\]\)",
        r"np\.(sort|argsort|unique)\(w_f4\)", r"np\.linalg\.norm\((m_i4|t_f4, 1|m_f4, 3)\)",
            r"np\.linalg\.matrix_norm\(r, ord=1\)",
        r"np\.empty\(.*", r"np\.(invert|bitwise_not)\(e_f4\)"],
    "wrong in MXNet: the number beside a boolean array becomes a boolean": [
        r"x_b (==|!=|<|>=) (3|2\.5)", r"(3|2\.5) (==|!=|>|<=) x_b", r"np\.(equal|not_equal|greater_equal|less)\(x_b, (3|2\.5)\)",
        r"np\.(equal|not_equal|greater|less_equal)\((3|2\.5), x_b\)"],
    "undefined in C": [r"3 << x_i8", r"np\.bitwise_left_shift\((3|2\.5|True), x_i8\)"],
    "float64 stays float64, as documented and in 1.9.1": [r"np\.mean\(m_f8.*"],
    "NumPy's functions here are operators: their results are float32": [r"np\.nanpercentile\(w_f4, 30\)"],
    **({} if onp.lib.NumpyVersion(onp.__version__) < "2.1.0" else {
        "functions of plain numbers are NumPy's own, of the installed version, or give arrays": [r"np\.(fix|floor|ceil|trunc)\(2\)"]}),
    "another class of exception": [r"np\.linalg\.norm\(m_f4, 'abc'\)"],
}
_ANSWERED = [re.compile(pattern) for patterns in REFUSED.values() for pattern in patterns]
_OTHERS = [re.compile(pattern) for patterns in DIFFERENT.values() for pattern in patterns]


def listed(code, want, got):
    """The patterns that say why an answer differs."""
    refused = isinstance(want, str) and want.startswith("!") and not isinstance(got, Exception)
    return [p for p in (_ANSWERED if refused else _OTHERS) if p.fullmatch(code)]


def number(value):
    """A result with its arrays as NumPy's."""
    if isinstance(value, Array):
        return value.asnumpy()
    return type(value)(map(number, value)) if type(value) in (list, tuple) else value


def parse(answer):
    code, _, rest = answer.partition("[")
    shape, _, values = rest.partition("]:")
    return onp.array(values.split(), "float64").reshape([int(n) for n in shape.split(",") if n]), TYPES[code]


def compare(want, got) -> str | None:
    """None if a result is what MXNet answered, else what differs."""
    if isinstance(want, list):
        kind = "list" if want[0] == "[" else "tuple"
        if not isinstance(got, list | tuple) or len(got) != len(want) - 1:
            return f"wanted a {kind} of {len(want) - 1}, got {got!r}"
        if kind == "tuple" and not isinstance(got, tuple):
            return f"wanted a tuple, got a {type(got).__name__}"
        return next(filter(None, map(compare, want[1:], got)), None)
    if want.startswith("!"):
        if not isinstance(got, Exception):
            return f"no {want[1:]}, but {got!r}"
        return None if want[1:] in [t.__name__ for t in type(got).__mro__] else f"wanted {want[1:]}, got {type(got).__name__}: {got}"
    if isinstance(got, Exception):
        return f"wanted {want}, got {type(got).__name__}: {got}"
    if want.startswith("="):
        return None if want[1:] == str(got) else f"wanted {want[1:]}, got {got!r}"
    data, dtype = parse(want)
    got = onp.asarray(got)
    if got.dtype.name != dtype or got.shape != data.shape:
        return f"wanted {want}, got {got.dtype.name}{list(got.shape)} {got.tolist()}"
    tolerance = TOLERANCE.get(want.partition("[")[0], 0)
    near = onp.allclose(got.astype("float64"), data, rtol=tolerance, atol=tolerance / 10, equal_nan=True)
    return None if near else f"wanted {want}, got {got.tolist()}"


def evaluate(code, scope):
    try:
        return eval(code, scope)
    except Exception as error:
        return error


ANSWERS = json.loads((DATA / "np_calls.json").read_text())


@functools.cache
def names():
    return {"np": np, "npx": npx, "mx": mx, "G": gradients(np, autograd), **operands(np)}


def disagreements(cases):
    """(expression, what differs, the patterns that say why) for those of the (expression, MXNet's answer) pairs that disagree."""
    scope = names()
    results = [evaluate(code, scope) for code, _ in cases]  # all of them before any is read: few programs
    for (code, want), got in zip(cases, results, strict=True):
        try:
            got = number(got)
        except Exception as error:  # a fault that shows in the values
            got = error
        found = compare(want, got)
        if found:
            yield code, found, listed(code, want, got)


def cases(family):
    """(expression, MXNet's answer) pairs of a family, without those that MXNet does not survive."""
    answers = [a for a in ANSWERS if a[0] == family]
    assert [row[0] for row in ROWS[family]] == [a[1] for a in answers], "measure_np.py has changed: run it again"
    return [(code, want) for row, (_, _, found) in zip(ROWS[family], answers, strict=True)
            for code, want in zip(expressions(*row), found, strict=True) if want != "?"]


@pytest.fixture(autouse=True)
def np_semantics():
    npx.set_np()
    yield
    npx.reset_np()


@pytest.mark.parametrize("family", ROWS)
def test_calls(family):
    chosen = cases(family)
    if PART != "all":
        chosen = chosen[int(PART)::PARTS]
    wrong = [f"{code}: {found}" for code, found, why in disagreements(chosen) if not why]
    assert not wrong, "\n".join(wrong)


def test_listed_differences():
    """Every pattern is still needed, and by every call that it fits."""
    fits = [(p, case) for p in (*_ANSWERED, *_OTHERS) for family in ROWS for case in cases(family) if p.fullmatch(case[0])]
    excused = {(p, code) for code, _, why in disagreements([case for _, case in fits]) for p in why}
    unneeded = [f"{p.pattern}: {case[0]}" for p, case in fits if (p, case[0]) not in excused]
    assert not unneeded, "\n".join(unneeded)
    assert {p for p, _ in fits} == {*_ANSWERED, *_OTHERS}
