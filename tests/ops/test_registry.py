"""Every operator of the registry, one body: its names agree, lazy = NaiveEngine = recorded, dtypes and shapes are sane, gradients
of first and second order equal central differences, elementwise ones take empty and 0-d arrays.

The arguments come from the operators' declarations (`samples=`) or from tests/support/samples.py. Second order is checked for
one part of the operators; MXSHIM_TEST_PART=0..3 chooses which.
"""
from __future__ import annotations

import os
import zlib

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd
from mxshim.array.convert import adopt_numpy, class_of
from mxshim.array.core import Array
from mxshim.base import is_float
from mxshim.engine import set_engine_type
from mxshim.engine.call import call
from mxshim.engine.op import NAMES, Op
from tests.support.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do

PARTS, PART = 4, int(os.environ.get("MXSHIM_TEST_PART", "0"))
ELEMENTWISE = ("ops/elementwise.py", "ops/arithmetic.py", "ops/binary.py", "ops/logic.py")


def operators():
    """Every record once; functions that stand in front of a record (argument checks and the like) lead to it."""
    found = {}
    for record in NAMES.values():
        record = getattr(record, "op", record)
        if isinstance(record, Op):
            found[id(record)] = record
    return list(found.values())


def facts(op: Op):
    return op.samples or SAMPLES.get(op.name)


OPERATORS = [op for op in operators() if facts(op)]
ROWS = [pytest.param(op, id=op.name) for op in OPERATORS]


def samples(op: Op):
    """(args, kwargs) pairs."""
    found = facts(op)
    if "args" in found:
        return found["args"]
    low, high = found["domain"]
    state = onp.random.RandomState(zlib.crc32(op.name.encode()) % 2**31)
    return [((state.uniform(low, high, (2, 3)).astype("float32"),), {})]


class Inputs:
    """The arrays of a sample as arrays of both classes over the same memory, cast by `cast` where they are floats."""

    def __init__(self, cast=None):
        self.cast, self.made = cast, {}

    def __call__(self, value, dialect):
        if isinstance(value, onp.ndarray):
            if id(value) not in self.made:
                data = value.astype(self.cast) if self.cast and is_float(value.dtype) else onp.array(value)
                self.made[id(value)] = value, adopt_numpy(data, class_of("np"))
            found = self.made[id(value)][1]
            return found if dialect == "np" else found.as_nd_ndarray()
        if isinstance(value, dict):
            return {k: self(v, dialect) for k, v in value.items()}
        return type(value)(self(v, dialect) for v in value) if type(value) in (tuple, list) else value


def run(op: Op, name: str, args, kwargs, inputs):
    """The results of a call under one public name, as a list."""
    dialect = "nd" if name.startswith("nd.") else "np"
    args, kwargs = inputs(tuple(args), dialect), inputs(dict(kwargs), dialect)
    if name.startswith("mx."):
        out = call(op, class_of("np"), args, kwargs)
    else:
        function = mx
        for part in name.split("."):
            function = getattr(function, part)
        out = function(*args, **kwargs)
    return list(out) if isinstance(out, tuple | list) else [out]


def names_of(op: Op, args, kwargs):
    for name in op.names:
        operator = name.endswith("__")
        method = ".ndarray." in name or ".NDArray." in name
        if method and not isinstance(args[0] if args else None, onp.ndarray):
            continue
        if not operator or not kwargs:
            yield name


def host(arrays):
    return [a.asnumpy() if isinstance(a, Array) else onp.asarray(a) for a in arrays]


def check_values(op: Op):
    """All names give the same; naive execution gives the same; dtypes and shapes are what the results say."""
    for args, kwargs in samples(op):
        inputs = Inputs()
        results = {name: run(op, name, args, kwargs, inputs) for name in names_of(op, args, kwargs)}
        first = None
        for name, arrays in results.items():
            cls = class_of(name.split(".")[0])
            assert all(isinstance(a, cls if isinstance(a, Array) else onp.generic) for a in arrays), name
            values = host(arrays)
            for a, v in zip(arrays, values):
                assert a.shape == v.shape and onp.dtype(a.dtype) == v.dtype, name
            check_dtypes(op, args, kwargs, values)
            first = first or values
            assert len(values) == len(first), name
            for got, want in zip(values, first):
                onp.testing.assert_array_equal(got.ravel(), want.ravel(), name)
        previous = set_engine_type("NaiveEngine")
        try:
            naive = host(run(op, next(iter(results)), args, kwargs, Inputs()))
        finally:
            set_engine_type(previous)
        for got, want in zip(naive, first, strict=True):
            onp.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def check_dtypes(op, args, kwargs, values):
    given = [a.dtype for a in args if isinstance(a, onp.ndarray)]
    if given and all(d == "float32" for d in given) and not any("dtype" in k for k in kwargs):
        assert all(v.dtype != "float64" for v in values), "float32 in, float64 out"


@pytest.mark.parametrize("op", ROWS)
def test_values(op):
    check_values(op)


def spots_of(op, args):
    """Which positional arguments are differentiated."""
    constant = facts(op).get("constant", ())
    return [i for i, a in enumerate(args) if i not in constant and isinstance(a, onp.ndarray) and is_float(a.dtype)]


class Slope:
    """s(x) = sum over the outputs of w * f(x), in float64, for one sample; w, and the directions to go, are random."""

    def __init__(self, op, args, kwargs):
        self.op, self.args, self.kwargs = op, list(args), {k: self.wide(v) if "dtype" in k else v for k, v in kwargs.items()}
        self.name = next(names_of(op, args, kwargs))
        self.spots = spots_of(op, args)
        self.state = onp.random.RandomState(7)
        self.start = [args[i].astype("float64") for i in self.spots]
        self.weights = []

    @staticmethod
    def wide(dtype):
        return "float64" if dtype is not None and is_float(onp.dtype(dtype)) else dtype

    def direction(self):
        return [self.state.uniform(-1, 1, x.shape) for x in self.start]

    def moved(self, step, along):
        return [x + step * v for x, v in zip(self.start, along)]

    def __call__(self, at, record=False):
        """(s as a pending array, the outputs, the differentiated arrays)."""
        args, inputs = list(self.args), Inputs("float64")
        for i, x in zip(self.spots, at):
            args[i] = x
        dialect = "nd" if self.name.startswith("nd.") else "np"
        arrays = [inputs(args[i], dialect) for i in self.spots]
        if record:
            for x in arrays:
                x.attach_grad()
        hold = {id(args[i]): x for i, x in zip(self.spots, arrays)}

        def given(value, dialect):
            if isinstance(value, onp.ndarray) and id(value) in hold:
                return hold[id(value)]
            if isinstance(value, dict):
                return {k: given(v, dialect) for k, v in value.items()}
            return type(value)(given(v, dialect) for v in value) if type(value) in (tuple, list) else inputs(value, dialect)

        outs = run(self.op, self.name, args, self.kwargs, given)
        floats = [o.as_np_ndarray() for o in outs if isinstance(o, Array) and is_float(onp.dtype(o.dtype))]
        while len(self.weights) < len(floats):
            self.weights.append(self.state.uniform(0.5, 1.5, floats[len(self.weights)].shape))
        total = 0
        for o, w in zip(floats, self.weights):
            total = total + (o.astype("float64") * mx.np.array(w, dtype="float64")).sum()
        return total, floats, arrays

    def dot(self, gradients, along):
        return sum((g.as_np_ndarray() * mx.np.array(v, dtype="float64")).sum() for g, v in zip(gradients, along))


def check_gradient(op: Op, second: bool):
    """The gradient along a random direction against central differences; then the gradient of that gradient."""
    for args, kwargs in samples(op):
        if not spots_of(op, args):
            continue
        slope = Slope(op, args, kwargs)
        one, two = slope.direction(), slope.direction()
        plain, outs, _ = slope(slope.start)
        if not outs:
            continue
        exact = all(o.dtype == "float64" for o in outs)
        h, tol = (1e-6, 1e-5) if exact else (1e-2, 1e-2)
        up, down = slope(slope.moved(h, one))[0], slope(slope.moved(-h, one))[0]
        with autograd.record(train_mode=False):
            value, outs, arrays = slope(slope.start, record=True)
        value.backward()
        got = slope.dot([x.grad for x in arrays], one)
        first = float(got)
        assert float(value) == pytest.approx(float(plain), rel=1e-9, nan_ok=True), "recorded differs"
        assert first == pytest.approx((float(up) - float(down)) / (2 * h), rel=tol, abs=tol), "first order"
        if not second or not exact:
            continue

        def along(at):
            with autograd.record(train_mode=False):
                value, _, arrays = slope(at, record=True)
                gradients = autograd.grad(value, arrays, create_graph=True)
                return slope.dot(gradients, one), arrays

        up, down = along(slope.moved(h, two))[0], along(slope.moved(-h, two))[0]
        value, arrays = along(slope.start)
        value.backward()
        got = float(slope.dot([x.grad for x in arrays], two))
        assert float(value) == pytest.approx(first, rel=1e-7, abs=1e-9)
        assert got == pytest.approx((float(up) - float(down)) / (2 * h), rel=1e-4, abs=1e-4), "second order"


DIFFERENTIABLE = [p for p in ROWS if p.values[0].grad and not facts(p.values[0]).get("own_gradient")]


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_gradient(op):
    check_gradient(op, zlib.crc32(op.name.encode()) % PARTS == PART)
