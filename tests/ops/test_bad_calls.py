"""Wrong calls of every operator, made from its samples by damaging one argument at a time.

Each raises at the call, an error of MXNet's classes that names what was called, in our words, or is a call that works. Nothing
is left behind: the arguments hold what they held, and the thread's next read finds nothing wrong.

Damages that trace the operator anew are tried on one part of the operators per run; MXSHIM_TEST_PART=0..3 chooses which.
"""
from __future__ import annotations

import os
import re
import zlib

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd
from mxshim.base import ArgumentTypeError, ArgumentValueError, AxisError, DTypeError, MXNetError
from tests.support.registry import Inputs, each, facts, names_of, operators, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
PARTS, PART = 4, int(os.environ.get("MXSHIM_TEST_PART", "0"))
# NotImplementedError is MXNet's for arguments of NumPy's that it does not offer.
CLASSES = (MXNetError, ArgumentTypeError, ArgumentValueError, AxisError, DTypeError, TypeError, ValueError, IndexError, KeyError,
           AssertionError, NotImplementedError)
# Words of the libraries below, of their reports, and of Python objects without a text of their own.
FOREIGN = re.compile(r"\b(jax|jaxlib|xla|hlo|mlir|lax|jnp|jvp|pjit|numpy\.)|tracer|ShapeDtypeStruct|ShapedArray|dot_general|"
                     r"inhomogeneous|<function|<lambda>|<locals>|object at 0x", re.I)
SWITCHES = ("np_shape", "np_dtype")


class Odd:
    """What no operator takes."""

    def __repr__(self):
        return "Odd()"


class Like:
    """Passed as a class, whose objects would be arrays."""

    def __array__(self, dtype=None, copy=None):
        return onp.ones(2, "float32")


class Raw:
    """A NumPy array that is passed as it is."""

    def __init__(self, array):
        self.array = array


class Other(Raw):
    """A NumPy array that becomes an array of the other dialect."""


STATIC = ("nonsense", Odd(), -99, 99, 1.5, [[1, 2], [3]], (-99,), onp.ones(2, "float32"), Like, slice(0, 2))


def quick(op, args, kwargs):
    """Damages that the door finds: (what, args, kwargs)."""
    for i, a in enumerate(args):
        if isinstance(a, onp.ndarray):
            for wrong in ("nonsense", Odd(), [[1, 2], [3]], Raw(onp.array([Odd(), None], object)), Raw(a.astype("complex64"))):
                yield f"argument {i} = {wrong!r:.20}", (*args[:i], wrong, *args[i + 1:]), kwargs
            if i == 0 and not op.variadic:
                yield "argument 0 = None", (None, *args[1:]), kwargs
    yield "no arguments", (), kwargs
    if not op.variadic:
        yield "too many arguments", (*args, *[onp.ones(2, "float32")] * 12), kwargs
    yield "out=", args, {**kwargs, "out": "nonsense"}
    named = "dtype" if "dtype" in op.params else "nonsense"
    yield f"{named}=", args, {**kwargs, named: "nonsense"}


def slow(op, args, kwargs):
    """Damages that the operator itself has to find."""
    for i, a in enumerate(args):
        if isinstance(a, onp.ndarray):
            grown, extra = tuple(n + 2 for n in a.shape), (5, 3, *a.shape)
            for x in (onp.ones(grown, a.dtype), onp.ones(extra, a.dtype), onp.ones((), a.dtype), a > 0, Other(a)):
                yield f"argument {i} = {getattr(x, 'array', x).dtype}{getattr(x, 'array', x).shape}", (*args[:i], x, *args[i + 1:]), kwargs
        else:
            for wrong in (None, *STATIC):
                yield f"argument {i} = {wrong!r}", (*args[:i], wrong, *args[i + 1:]), kwargs
    for place, p in enumerate(op.params):
        if p not in (*op.arrays, *SWITCHES) and (place >= len(args) or op.variadic):
            for wrong in STATIC:
                yield f"{p} = {wrong!r}", args, {**kwargs, p: wrong}
    yield "out= of another shape", args, {**kwargs, "out": onp.ones((7, 11), "float32")}


def calls(op, args, kwargs):
    """One public name of each dialect, functions before methods."""
    names = sorted(names_of(op, args, kwargs), key=lambda name: name.count("."))
    found = {}
    for name in names:
        if not name.endswith("__") and not name.startswith("mx."):
            found.setdefault(name.split(".")[0], name)
    return found.values()


def made(value, dialect, inputs, other):
    if isinstance(value, Other):
        return other(value.array)
    if isinstance(value, Raw):
        return value.array
    if isinstance(value, list | tuple) and not isinstance(value[0] if value else None, onp.ndarray):
        return type(value)(made(v, dialect, inputs, other) for v in value)
    return each(value, inputs)


def attempt(name, args, kwargs):
    """What the call gives. If it raises, its arguments hold what they held."""
    dialect = "nd" if name.startswith("nd.") else "np"
    inputs = Inputs()
    mine, other = inputs.of(dialect), inputs.of("np" if dialect == "nd" else "nd")
    function = mx
    for part in name.split("."):
        function = getattr(function, part)
    args = tuple(made(a, dialect, mine, other) for a in args)
    kwargs = {k: made(v, dialect, mine, other) for k, v in kwargs.items()}
    try:
        return function(*args, **kwargs)
    except Exception:
        changed = [x for before, x in inputs.made.values() if not onp.array_equal(x.asnumpy(), before, equal_nan=before.dtype.kind == "f")]
        assert not changed, f"{name} failed, but has changed an argument"
        raise


def wrong_call(name, what, args, kwargs):
    """The outputs of a call that works after all."""
    try:
        return attempt(name, args, kwargs)
    except Exception as error:
        text = error.args[0] if type(error) is KeyError else str(error)
        classes = (*CLASSES, NotImplementedError) if what.startswith("order") else CLASSES  # as MXNet for orders but "C"
        assert type(error) in classes, f"{name}, {what}: {type(error).__name__}: {text}"
        assert re.match(rf"{re.escape(name)}(?!\w)", text), f"{name}, {what}: does not name the call: {text}"
        assert len(text) > len(name) + 10 and not FOREIGN.search(text), f"{name}, {what}: not our words: {text}"
        return None


MUST_FAIL = re.compile(r"argument 0 = ('nonsense|Odd|\[\[1, 2|<)|no arguments|too many|out=|dtype=")
OF_NONE = {"np.meshgrid", "np.broadcast_arrays"}  # of no arrays they give none
ROWS = [pytest.param(op, id=op.name) for op in operators() if facts(op) and not op.name.startswith("mx.")]


@pytest.mark.parametrize("op", ROWS)
def test_wrong_calls(op):
    args, kwargs = samples(op)[0]
    args = tuple(args)
    for name in calls(op, args, kwargs):
        for what, wrong, named in quick(op, args, kwargs):
            if not wrong and (name.count(".") == 2 or not args):  # a method has its first argument
                continue
            works = wrong_call(name, what, wrong, named) is not None
            assert not works or not MUST_FAIL.match(what) or what == "no arguments" and name in OF_NONE, f"{name} takes {what}"
    assert not autograd.is_recording()
    mx.nd.waitall()


@pytest.mark.parametrize("op", [p for p in ROWS if zlib.crc32(p.id.encode()) % PARTS == PART])
def test_wrong_shapes_and_values(op):
    args, kwargs = samples(op)[0]
    args = tuple(args)
    working = [wrong_call(name, what, wrong, named) for name in calls(op, args, kwargs) for what, wrong, named in slow(op, args, kwargs)]
    found = [a for x in working for a in (x if isinstance(x, list | tuple) else [x]) if hasattr(a, "asnumpy")]
    for read in [*[a.asnumpy for a in found], mx.nd.waitall]:  # all at once, as one program: what was accepted can be computed,
        try:
            read()
        except MXNetError as error:  # or its values are at fault, which says the line
            assert op.check is not None and f"(called in {__file__}" in str(error)
