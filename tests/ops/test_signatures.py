"""Every public name of mxnet.np, np.linalg and np.random is here with MXNet's parameters, or says why not."""
from __future__ import annotations

import inspect
import json
import re

import numpy as onp
import pytest

import mxshim as mx
from mxshim import np
from mxshim.absent import ABSENT
from tests.support.families import DATA

MXNET = json.loads((DATA / "signatures_np.json").read_text())
# Why a signature differs.
DIFFERENT = {
    "np.histogram2d np.histogramdd": "NumPy's own function, of the installed version: `normed` is gone",
}
LISTED = {name for names in DIFFERENT for name in names.split()}


def resolve(name):
    value = mx
    for part in name.split("."):
        value = getattr(value, part)
    return value


def parameters(text):
    """MXNet's parameters; a default that is no literal reads as None."""
    text = re.sub(r"=(<no value>|<class '\w+'>|numpy\.\w+|'?<[^,]*>'?)", "=None", text)
    scope = {}
    exec(f"def f{text}: ...", scope)
    return list(inspect.signature(scope["f"]).parameters.values())


def accepts(ours, theirs):
    """What a call in MXNet's form would miss."""
    positional = [p for p in ours if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in ours]
    if "out" not in names:  # the door's, after the operator's own
        positional.append(inspect.Parameter("out", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None))
    open_positions = any(p.kind is p.VAR_POSITIONAL for p in ours)
    for i, p in enumerate(theirs):
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        if p.kind is p.KEYWORD_ONLY:
            found = next((q for q in ours if q.name == p.name), None)
            if found is None and p.name != "out":
                return f"no parameter {p.name}"
            continue
        if i >= len(positional):
            if open_positions:
                return None
            return f"no parameter {p.name}, number {i}"
        q = positional[i]
        if q.name != p.name and {q.name, p.name} != {"ctx", "device"}:
            return f"parameter {i} is {q.name}, MXNet's {p.name}"
        if q.default != p.default and not (p.default in (None, False) and q.default in (None, False)):
            return f"{p.name}={q.default!r}, MXNet's {p.default!r}"
    return None


@pytest.mark.parametrize("name", MXNET)
def test_name(name):
    text = MXNET[name]
    if name in ABSENT:
        with pytest.raises(AttributeError, match=re.escape(ABSENT[name])):
            resolve(name)
        return
    ours = resolve(name)
    if text in ("constant", "module"):
        return
    text = text[1] if isinstance(text, list) else text
    if text is None or inspect.isclass(ours):
        return
    found = accepts(list(inspect.signature(ours).parameters.values()), parameters(text))
    if name in LISTED:
        assert found, f"{name} agrees: take it off the list"
    else:
        assert found is None, f"{name}{text}: {found}"


def test_positions_of_out():
    x, vector, number = np.array([4., 9.]), np.zeros(2), np.array(0.)
    assert np.sqrt(x, vector) is vector and vector.tolist() == [2, 3]
    assert np.add(x, 1, vector) is vector and vector.tolist() == [5, 10]
    assert np.sum(x, 0, None, number) is number and number.item() == 13
    assert x.mean(0, None, number) is number and number.item() == 6.5
    assert np.max(x, 0, np.zeros(1), True).shape == (1,)
    assert np.full_like(x, 3, None, "C", mx.cpu(), vector) is vector and vector.tolist() == [3, 3]
    assert np.split(x, 2, 0)[1].tolist() == [9]
    with pytest.raises(TypeError, match="two values for argument 'out'"):
        np.sum(x, 0, None, number, out=number)
    with pytest.raises(TypeError, match="at most"):
        np.sqrt(x, vector, vector)


def test_devices():
    assert np.ones_like(np.zeros(2), device=mx.cpu(1)).ctx == np.zeros_like(np.zeros(2), None, "C", mx.cpu(1)).ctx == mx.cpu(1)
    assert np.hanning(3, None, mx.cpu(1)).ctx == np.indices((2,), device=mx.cpu(1)).ctx == mx.cpu(1)


def test_keywords_of_ufuncs():
    x = np.array([4., 9.])
    assert np.sqrt(x, where=True, casting="same_kind", order="K", dtype=None, subok=True).tolist() == [2, 3]
    for name, value in (("where", x > 5), ("casting", "no"), ("order", "C"), ("dtype", "float64")):
        with pytest.raises(NotImplementedError, match=f"np.add: {name}="):
            np.add(x, x, **{name: value})
    with pytest.raises(TypeError, match="no argument 'axis'"):
        np.add(x, x, axis=0)


def test_where_of_nan_functions():
    x, mask = onp.array([[1., onp.nan, 3.], [4., 5., onp.nan]], "float32"), onp.array([True, True, False])
    for name, more in (("nansum", {}), ("nanprod", {"initial": 2.}), ("nanmax", {"initial": -9.}), ("nanmin", {"initial": 4.5}),
                       ("nanvar", {}), ("nanstd", {})):
        want = getattr(onp, name)(x, axis=1, where=mask, **more)
        onp.testing.assert_allclose(getattr(np, name)(np.array(x), axis=1, where=np.array(mask), **more).asnumpy(), want)
