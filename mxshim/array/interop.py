"""NumPy's protocols and DLPack: NumPy functions called on our arrays run here where we have them, else on copies in NumPy."""
from __future__ import annotations

import operator
import warnings

import numpy as onp

from ..base import MXNetError
from ..engine import call as door
from ..engine.cell import Handle
from ..engine.op import NAMES, Op
from .convert import CLASSES, adopt_numpy, class_of


def _ours(name, cls):
    record = NAMES.get(f"{cls._dialect}.{name}")
    if record is None and cls._dialect == "nd" and isinstance(NAMES.get(f"np.{name}"), Op):
        record = NAMES[f"np.{name}"]
    if record is None:
        return None
    return (lambda *a, **k: door.call(record, cls, a, k)) if isinstance(record, Op) else record


def _plain(x):
    if isinstance(x, Handle):
        return x.asnumpy()
    if isinstance(x, list | tuple):
        return type(x)(_plain(e) for e in x)
    return {k: _plain(v) for k, v in x.items()} if isinstance(x, dict) else x


def _wrap(x, cls, ctx):
    if isinstance(x, onp.ndarray) and x.dtype.kind in "biuf":
        return adopt_numpy(x, cls, ctx)
    return type(x)(_wrap(e, cls, ctx) for e in x) if type(x) in (list, tuple) else x


def _through_numpy(self, func, args, kwargs):
    if door.state.recording and any(isinstance(a, Handle) and a._node is not None for a in args):
        raise MXNetError(f"numpy.{func.__name__} runs on copies in NumPy, which autograd cannot see: use an mxshim function inside "
                         "autograd.record(), or call it outside")
    return _wrap(func(*_plain(args), **_plain(kwargs)), type(self), self.ctx)


def array_function(self, func, types, args, kwargs):
    """numpy.f(x): ours if we have a function of that name that takes these arguments, else NumPy's on copies, outside graphs only."""
    where, _, inside = func.__module__.partition(".")
    run = _ours(f"{inside}.{func.__name__}" if inside else func.__name__, type(self)) if where == "numpy" else None
    if run is None:
        return _through_numpy(self, func, args, kwargs)
    try:
        return run(*args, **{k: v for k, v in kwargs.items() if v is not onp._NoValue})
    except (TypeError, AssertionError):  # None, numbers or NumPy's own parameters where we want arrays
        if door.state.recording:
            raise
        return _through_numpy(self, func, args, kwargs)


_RENAMED = {"absolute": "abs"}
# What NumPy's numbers and arrays call when they stand left of an nd array: nd's own operators, with nd's dtypes.
_ND_OPERATORS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
                 "true_divide": operator.truediv, "remainder": operator.mod, "power": operator.pow, "equal": operator.eq,
                 "not_equal": operator.ne, "less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
                 "greater_equal": operator.ge}


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    """numpy.exp(x), numpy_array + x: ours where we have it."""
    if method != "__call__":
        return _through_numpy(self, getattr(ufunc, method), inputs, kwargs)
    cls = CLASSES["np"] if self._dialect == "np" else type(self)
    inputs = [self._from_operand(x) if isinstance(x, onp.ndarray) else x for x in inputs]
    out = kwargs.get("out")
    if isinstance(out, tuple):
        out = out[0]
        if not isinstance(out, Handle):  # numpy_array += x: NumPy writes into its own array
            _through_numpy(self, ufunc, inputs, kwargs)
            return out
        kwargs["out"] = out
    elif self._dialect == "nd" and ufunc.__name__ in _ND_OPERATORS and not kwargs:
        return _ND_OPERATORS[ufunc.__name__](*[x.item() if isinstance(x, onp.generic) else x for x in inputs])
    run = _ours(_RENAMED.get(ufunc.__name__, ufunc.__name__), cls)
    return _through_numpy(self, ufunc, inputs, kwargs) if run is None else run(*inputs, **kwargs)


def dlpack(self, **kwargs):
    """The DLPack protocol: the elements for another library, without a copy where the device allows."""
    return self._jax().__dlpack__(**kwargs)


def dlpack_device(self):
    return self._jax().__dlpack_device__()


class Capsule:
    """What to_dlpack_for_read/write return: knows the array it came from, so that from_dlpack here shares its memory."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **kwargs):
        return self.array.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def to_dlpack(self):
    """A DLPack export of the array's memory: both for reading and for writing."""
    return Capsule(self)


def from_dlpack(source, dialect="np"):
    """An array from another library's (or our own, then sharing its memory) DLPack export; foreign memory is copied."""
    cls = class_of(dialect)
    if isinstance(source, Capsule):
        other = source.array._alias()
        return other if type(other) is cls else (other.as_nd_ndarray() if dialect == "nd" else other.as_np_ndarray())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return adopt_numpy(onp.array(onp.from_dlpack(source)), cls)
