"""What the tests of operator families share: MXNet's recorded answers, and the samples that operators bring."""
from __future__ import annotations

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim import MXNetError, nd, np, npx
from mxshim.engine.op import NAMES, Op, Scalar
from tests.data.measure_ops import SETUP

DATA = pathlib.Path(__file__).parent.parent / "data"


@pytest.fixture
def np_semantics():
    """npx.set_np() for one test."""
    npx.set_np()
    yield
    npx.reset_np()


# Recorded answers.

def measured(family: str):
    """Parameters (dialect, expression, MXNet's answer) of a family, for both dialects."""
    return [pytest.param(dialect, code, want, id=f"{dialect}-{code}")
            for dialect in ("nd", "np") for of, code, want in json.loads((DATA / f"ops_{dialect}.json").read_text())
            if of == family and want != {"crashes": True}]


def same(want, got) -> str | None:
    """None if a result is what MXNet recorded, else what differs."""
    if isinstance(want, dict):
        host = got.asnumpy() if hasattr(got, "asnumpy") else onp.asarray(got)
        data = onp.array(want["data"], "float64").reshape(want["shape"])
        if host.dtype.name != want["dtype"] or list(host.shape) != want["shape"]:
            return f"want {want['dtype']}{want['shape']}, got {host.dtype.name}{list(host.shape)}"
        near = onp.allclose(host.astype("float64"), data, rtol=2e-5, atol=1e-6, equal_nan=True)
        return None if near else f"want {data.tolist()}, got {host.tolist()}"
    if isinstance(want, list):
        if type(got).__name__ != want[0] or len(got) != len(want[1]):
            return f"want {want[0]} of {len(want[1])}, got {type(got).__name__} of {len(got)}"
        return next(filter(None, map(same, want[1], got)), None)
    return None if want == got and type(want) is type(got) else f"want {want!r}, got {got!r}"


def check_measured(dialect, code, want, differences):
    """Run an expression as MXNet did; `differences` says why some answers are deliberately others."""
    scope = {"nd": nd, "np": np, "npx": npx, "F": np if dialect == "np" else nd}
    if dialect == "np":
        npx.set_np()
    try:
        check(code, want, scope, differences)
    finally:
        npx.reset_np()


def check(code, want, scope, differences, setup=SETUP):
    """As `check_measured`, with other names to begin with."""
    exec(setup, scope)
    if isinstance(want, dict) and "raises" in want:
        try:
            got = eval(code, scope)
            found = f"no {want['raises']}, but {got}"
        except Exception as e:
            found = None if want["raises"] in [t.__name__ for t in type(e).__mro__] else f"raised {type(e).__name__}: {e}"
    else:
        try:
            found = same(want, eval(code, scope))
        except MXNetError as e:
            found = str(e)
    if code in differences:
        assert found, f"{code} is listed as different ({differences[code]}), but agrees"
    else:
        assert found is None, f"{code}: {found}"


# Samples.

def records(*files):
    """The operators that the named modules of ops/ declare."""
    found = {}
    for value in NAMES.values():
        record = getattr(value, "op", value)
        if isinstance(record, Op) and record.at.split(":")[0] in {f"ops/{f}.py" for f in files}:
            found[id(record)] = record
    return list(found.values())


def samples(*files):
    """Parameters (operator, number of a sample)."""
    return [pytest.param(r, k, id=f"{r.name}-{k}")
            for r in records(*files) for k in range(len((r.samples or {}).get("args", ())))]


def pure(record, k, f64=False):
    """(function of a sample's float arrays, those arrays): the operator with everything else filled in.

    `constant` beside the sample's arguments names the positions of float arrays that hold indices.
    """
    args, kwargs = record.samples["args"][k]
    constant = record.samples.get("constant", ())
    floats = []

    def kept(name, v, fixed=False):
        if isinstance(v, onp.ndarray):
            if v.dtype.kind != "f" or fixed:
                return lambda xs: jnp.asarray(v)
            floats.append(v.astype("float64") if f64 else v)
            place = len(floats) - 1
            return lambda xs: jnp.asarray(xs[place])
        if isinstance(v, list) and v and isinstance(v[0], onp.ndarray):
            entries = [kept("", e) for e in v]
            return lambda xs: tuple(e(xs) for e in entries)
        if name in record.scalars and isinstance(v, int | float) and not isinstance(v, bool):
            kind = "i" if isinstance(v, int) else "f"
            return lambda xs: Scalar(jnp.asarray(v, "int64" if kind == "i" else "float64"), kind)
        if name in record.scalars and isinstance(v, list | tuple):
            return lambda xs: jnp.asarray(v)
        return lambda xs: onp.dtype(v) if name == "dtype" else tuple(v) if isinstance(v, list) else v

    positional = [kept("", a) for a in args] if record.variadic else []
    named = {} if record.variadic else {n: kept(n, a, i in constant) for i, (n, a) in enumerate(zip(record.params, args))}
    named.update({n: kept(n, v) for n, v in kwargs.items()})

    def fn(*xs):
        out = record.fn(*[p(xs) for p in positional], **{n: v(xs) for n, v in named.items()})
        return tuple(out) if isinstance(out, tuple | list) else (out,)

    return fn, floats


def check_sample(record, k):
    """Not weakly typed; its first two derivatives along a random direction are those of differences."""
    with jax.enable_x64(True):
        fn, floats = pure(record, k)
        for out in jax.eval_shape(fn, *floats):
            assert not out.weak_type
        if record.grad and floats:
            check_derivatives(*pure(record, k, f64=True))


def check_derivatives(fn, floats, tol=2e-5):
    rng = onp.random.RandomState(0)
    way = [rng.randn(*x.shape) for x in floats]
    weights = {}

    def along(t):
        total = 0.0
        for i, out in enumerate(fn(*[x + t * d for x, d in zip(floats, way)])):
            if jnp.issubdtype(out.dtype, jnp.floating):
                total = total + jnp.sum(out * weights.setdefault(i, rng.randn(*out.shape)))
        return total

    first, step = jax.grad(along), 1e-5
    if all(not jnp.issubdtype(o.dtype, jnp.floating) for o in jax.eval_shape(fn, *floats)):
        return
    slope = (along(step) - along(-step)) / (2 * step)
    onp.testing.assert_allclose(first(0.0), slope, rtol=tol, atol=tol * 10)
    bend = (first(step) - first(-step)) / (2 * step)
    onp.testing.assert_allclose(jax.grad(first)(0.0), bend, rtol=tol * 10, atol=tol * 100)
