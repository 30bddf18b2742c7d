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
from mxshim.array.convert import class_of
from mxshim.array.core import Array
from mxshim.base import is_float
from mxshim.engine import set_engine_type
from mxshim.engine.op import Op
from tests.support.registry import Inputs, Marks, facts, host, listed, mark, names_of, operators, run, samples, spots
from tests.support.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do

PARTS, PART = 4, int(os.environ.get("MXSHIM_TEST_PART", "0"))

# Tables of exceptions: the entries that a check must treat otherwise, and why. One that is not needed any more fails.
WITHOUT_SAMPLES = {
    "mx.getitem mx.setitem mx.block mx.block_back mx.take_at mx.put_at mx.put_mask mx.index mx.place":
        "indexing: tests/array compare it with NumPy's",
    "mx.update": "the optimizers' instruction: tests/optimizer compares it with MXNet",
    "mx.metric_": "what metrics count: tests/test_metric.py compares it with MXNet",
    "mx.sparse_ mx.csr_dot": "sparse arrays: tests/array/test_sparse.py",
    "mx.zeros mx.ones mx.fill mx.fit mx.cast mx.copy mx.alias mx.alias_back mx.reshape mx.reshape_back mx.sum_of_gradients":
        "what arrays, views and backward are made of: every other test goes through them",
}
DOUBLE = {
    "np.float_power": "NumPy's rule: at least float64",
    "np.cov np.corrcoef np.vander": "NumPy's functions, in float64; MXNet calls NumPy itself for them",
}
SYMMETRIC = {
    "np.linalg.cholesky nd.linalg.potrf np.linalg.eigh np.linalg.eigvalsh nd.linalg.syevd":
        "functions of symmetric matrices: they read one triangle, the gradient is that of the whole matrix",
}
FIRST_OUTPUT = {
    "npx.layer_norm nd.LayerNorm npx.group_norm nd.GroupNorm": "no gradient flows through the mean and the deviation, as in MXNet",
}
MASKED = {"npx.log_softmax npx.masked_log_softmax": "-inf where an element does not take part"}


BY_NAME = {op.name: op for op in operators()}
ROWS = [pytest.param(op, id=op.name) for op in operators() if facts(op)]


def test_samples():
    missing = [op.name for op in operators() if not facts(op) and not listed(WITHOUT_SAMPLES, op.name)]
    assert not missing, "declare them with samples=, or list them in WITHOUT_SAMPLES"
    assert not [op.name for op in operators() if facts(op) and listed(WITHOUT_SAMPLES, op.name)], "remove from WITHOUT_SAMPLES"
    assert not SAMPLES.keys() - BY_NAME.keys()
    assert {n for n in SAMPLES if BY_NAME[n].samples} == {"np.bincount"}, "samples are given twice"


# Values.

def close(arrays, wanted):
    for got, want in zip(host(arrays), wanted, strict=True):
        assert got.dtype == want.dtype
        onp.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def check_values(op: Op, double=()):
    calls = []  # all are made before one is read: those that are not computed at once are one program
    for args, kwargs in samples(op):
        inputs, names = Inputs(), names_of(op, args, kwargs)
        results = {name: run(name, args, kwargs, inputs) for name in names}
        with autograd.record(train_mode=False):
            recorded = run(names[0], args, kwargs, Marks(args[i] for i in spots(op, args)))
        calls.append((args, kwargs, names[0], results, recorded))
    for args, kwargs, name, results, recorded in calls:
        first = host(results[name])
        single = all(x.dtype == "float32" for x in args if isinstance(x, onp.ndarray)) and "dtype" not in "".join(kwargs)
        if single and args and not listed(double, op.name):
            assert not any(v.dtype == "float64" for v in first), "float32 in, float64 out"
        for name, arrays in results.items():
            assert all(type(a) is class_of(name.split(".")[0]) or not isinstance(a, Array) for a in arrays), name
            values = host(arrays)
            assert len(values) == len(first), name
            for a, got, want in zip(arrays, values, first):
                assert a.shape == got.shape and onp.dtype(a.dtype) == got.dtype == want.dtype, name
                onp.testing.assert_array_equal(got.ravel(), want.ravel(), name)  # np_shape makes () of nd's (1,)
        close(recorded, first)
    previous = set_engine_type("NaiveEngine")
    try:
        for args, kwargs, name, results, _ in calls[:1]:  # a program each, so not for all
            close(run(name, args, kwargs, Inputs()), host(results[name]))
    finally:
        set_engine_type(previous)


@pytest.mark.parametrize("op", ROWS)
def test_values(op):
    check_values(op, DOUBLE)


def of_arrays(op: Op):
    args = samples(op)[0][0]
    return args and all(isinstance(a, onp.ndarray) for a in args)


@pytest.mark.parametrize("op", [p for p in ROWS if p.values[0].elementwise and of_arrays(p.values[0])])
def test_empty_and_0d(op):
    args, kwargs = samples(op)[0]
    wanted = host(run(op.name, args, kwargs, Inputs()))
    with mx.util.np_shape(True):
        for shape in ((0,), (2, 0), ()):
            small = [onp.full(shape, x.ravel()[0]) for x in args]
            results = [run(n, small, kwargs, Inputs()) for n in names_of(op, small, kwargs)]
            for arrays in results:
                for a, like in zip(arrays, wanted, strict=True):
                    assert a.shape == shape and onp.dtype(a.dtype) == like.dtype
                    assert a.asnumpy().shape == shape


# Gradients.

def widen(x):
    return x.astype("float64") if is_float(x.dtype) else x.copy()


class Slope:
    """s(x) = the sum over a call's float outputs of w * output, in float64; w and the directions to go are random."""

    def __init__(self, op, args, kwargs, symmetric, first_output, masked):
        self.args, self.kwargs = list(args), {k: "float64" if k == "dtype" and v and is_float(onp.dtype(v)) else v
                                              for k, v in kwargs.items()}
        self.name = names_of(op, args, kwargs)[0]
        self.spots = spots(op, args)
        self.state = onp.random.RandomState(7)
        self.start = [args[i].astype("float64") for i in self.spots]
        self.symmetric, self.first_output, self.masked = (listed(t, op.name) for t in (symmetric, first_output, masked))
        self.one, self.two, self.weights = self.direction(), self.direction(), []

    def direction(self):
        found = [self.state.uniform(-1, 1, x.shape) for x in self.start]
        return [v + onp.swapaxes(v, -1, -2) for v in found] if self.symmetric else found

    def moved(self, step, along):
        return [onp.asarray(x + step * v) for x, v in zip(self.start, along)]

    def __call__(self, at, marked=False):
        """(s, the differentiated arrays), pending; s is None if there is no float output."""
        inputs = Inputs(widen)
        args = list(self.args)
        for i, x in zip(self.spots, at):
            args[i] = x
        dialect = "nd" if self.name.startswith("nd.") else "np"
        arrays = [inputs.of(dialect)(x) for x in at]
        if marked:
            for x in arrays:
                mark(x)
            inputs = Marked(inputs, dict(zip(map(id, at), arrays)))
        outs = run(self.name, args, self.kwargs, inputs)
        outs = [o.as_np_ndarray() for o in outs if isinstance(o, Array) and is_float(onp.dtype(o.dtype))]
        outs = outs[:1] if self.first_output else outs
        self.exact = all(o.dtype == "float64" for o in outs)
        total = None
        for k, o in enumerate(outs):
            if k == len(self.weights):
                self.weights.append(self.state.uniform(0.5, 1.5, o.shape))
            if self.masked:
                o = mx.np.where(mx.np.isfinite(o), o, 0)
            part = (o.astype("float64") * mx.np.array(self.weights[k], dtype="float64")).sum()
            total = part if total is None else total + part
        return total, arrays

    def along(self, at):
        """(s, its derivative along `one`)."""
        with autograd.record(train_mode=False):
            value, arrays = self(at, marked=True)
        return value, self.dot(autograd.grad(value, arrays), self.one)

    def bend(self):
        """(the derivative along `one` at the start, the derivative of that along `two`)."""
        with autograd.record(train_mode=False):
            value, arrays = self(self.start, marked=True)
            slant = self.dot(autograd.grad(value, arrays, create_graph=True), self.one)
        return slant, self.dot(autograd.grad(slant, arrays), self.two)

    def dot(self, gradients, along):
        return sum((g.as_np_ndarray() * mx.np.array(v, dtype="float64")).sum() for g, v in zip(gradients, along))


class Marked:
    """Inputs, some of which are there already."""

    def __init__(self, inputs, there):
        self.inputs, self.there = inputs, there

    def of(self, dialect):
        return lambda x: self.there[id(x)] if id(x) in self.there else self.inputs.of(dialect)(x)


def check_gradient(op: Op, second: bool, symmetric=(), first_output=(), masked=()):
    """Derivatives along random directions against central differences.

    Each function of all samples together is one program, called at several points: compiling is what takes the time.
    """
    slopes = [Slope(op, args, kwargs, symmetric, first_output, masked) for args, kwargs in samples(op)]
    slopes = [s for s in slopes if s.spots and s(s.start)[0] is not None]
    mx.nd.waitall()  # forgets these calls

    def along(which, points):
        """(s, its derivative along `one`) of each slope."""
        return [tuple(map(float, pair)) for pair in [s.along(p) for s, p in zip(which, points)]]

    steps = [1e-6 if s.exact else 1e-2 for s in slopes]
    here = along(slopes, [s.start for s in slopes])
    up, down = (along(slopes, [s.moved(sign * h, s.one) for s, h in zip(slopes, steps)]) for sign in (1, -1))
    for (_, slant), (u, _), (d, _), h in zip(here, up, down, steps):
        assert slant == pytest.approx((u - d) / (2 * h), rel=10 * h, abs=max(10 * h, 1e-5)), "first order"
    if not second:
        return
    here = [slant for (_, slant), s in zip(here, slopes) if s.exact]
    slopes = [s for s in slopes if s.exact]
    up, down = (along(slopes, [s.moved(sign * 1e-6, s.two) for s in slopes]) for sign in (1, -1))
    bends = [tuple(map(float, pair)) for pair in [s.bend() for s in slopes]]
    for (slant, bend), first, (_, u), (_, d) in zip(bends, here, up, down):
        assert slant == pytest.approx(first, rel=1e-7, abs=1e-9), "first order, recorded"
        assert bend == pytest.approx((u - d) / 2e-6, rel=1e-4, abs=1e-4), "second order"


DIFFERENTIABLE = [p for p in ROWS if p.values[0].grad and not facts(p.values[0]).get("own_gradient")]


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_gradient(op):
    check_gradient(op, zlib.crc32(op.name.encode()) % PARTS == PART, SYMMETRIC, FIRST_OUTPUT, MASKED)


def entries(*tables):
    return [name for table in tables for names in table for name in names.split()]


@pytest.mark.parametrize("name", entries(DOUBLE))
def test_exceptions_of_values_are_needed(name):
    with pytest.raises(AssertionError):
        check_values(BY_NAME[name])


@pytest.mark.parametrize("name", entries(SYMMETRIC, FIRST_OUTPUT, MASKED))
def test_exceptions_of_gradients_are_needed(name):
    with pytest.raises(AssertionError):
        check_gradient(BY_NAME[name], False)
