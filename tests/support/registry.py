"""The operators of the registry with their samples, and calls of them under their public names."""
from __future__ import annotations

import zlib

import numpy as onp

import mxshim as mx
from mxshim import autograd
from mxshim.array.convert import adopt_numpy, class_of
from mxshim.array.core import Array
from mxshim.base import is_float
from mxshim.engine.call import call
from mxshim.engine.op import NAMES, Op
from tests.support.samples import SAMPLES


def listed(table, name):
    return any(name == n or (n.endswith("_") and name.startswith(n)) for names in table for n in names.split())


def operators():
    """Every record once; functions that stand in front of a record (argument checks and the like) lead to it."""
    found = {}
    for record in NAMES.values():
        record = getattr(record, "op", record)
        if isinstance(record, Op):
            found[id(record)] = record
    return list(found.values())


def facts(op: Op):
    return SAMPLES.get(op.name) or op.samples


def samples(op: Op):
    """(args, kwargs) pairs."""
    found = facts(op)
    if "args" in found:
        return found["args"]
    state = onp.random.RandomState(zlib.crc32(op.name.encode()) % 2**31)
    return [((state.uniform(*found["domain"], (2, 3)).astype("float32"),), {})]


def spots(op: Op, args) -> list[int]:
    """The positional arguments that have a gradient."""
    constant = facts(op).get("constant", ())
    return [i for i, a in enumerate(args) if i not in constant and isinstance(a, onp.ndarray) and is_float(a.dtype)]


def each(value, fn):
    """fn of every NumPy array inside tuples, lists and dicts."""
    if isinstance(value, dict):
        return {k: each(v, fn) for k, v in value.items()}
    if type(value) in (tuple, list):
        return type(value)(each(v, fn) for v in value)
    return fn(value) if isinstance(value, onp.ndarray) else value


class Inputs:
    """NumPy arrays as arrays of either class, the same memory each time they are asked for."""

    def __init__(self, cast=lambda x: x.copy()):
        self.cast, self.made = cast, {}

    def of(self, dialect):
        def array(x):
            if id(x) not in self.made:
                self.made[id(x)] = x, adopt_numpy(self.cast(x), class_of("np"))
            found = self.made[id(x)][1]
            return found if dialect == "np" else found.as_nd_ndarray()
        return array


def mark(x):
    """As x.attach_grad(), which would also cut the trace and so make more programs to compile."""
    autograd.mark_variables(x, adopt_numpy(onp.zeros(x.shape, x.dtype), type(x)))
    return x


class Marks(Inputs):
    """Inputs of which some are marked, so that what is computed from them while recording is in a graph."""

    def __init__(self, marked):
        super().__init__()
        self.marked = {id(x) for x in marked}

    def of(self, dialect):
        plain = super().of(dialect)
        return lambda x: mark(plain(x)) if id(x) in self.marked else plain(x)


def run(name: str, args, kwargs, inputs: Inputs) -> list:
    """The results of a call under a public name."""
    dialect = "nd" if name.startswith("nd.") else "np"
    args, kwargs = each(tuple(args), inputs.of(dialect)), each(dict(kwargs), inputs.of(dialect))
    if name.startswith("mx."):
        out = call(NAMES[name], class_of("np"), args, kwargs)
    else:
        function = mx
        for part in name.split("."):
            function = getattr(function, part)
        out = function(*args, **kwargs)
    return list(out) if isinstance(out, tuple | list) else [out]


def names_of(op: Op, args, kwargs) -> list[str]:
    """The public names that a sample can be given to."""
    found = [n for n in op.names if not (kwargs and n.endswith("__"))]
    first = args[0] if args else None
    return [n for n in found if isinstance(first, onp.ndarray) or not n.startswith(("np.ndarray.", "nd.NDArray."))]


def host(arrays):
    return [a.asnumpy() if isinstance(a, Array) else onp.asarray(a) for a in arrays]
