"""Symbols with NumPy's operators: `a + b` broadcasts (MXNet: mxnet.symbol.numpy._Symbol)."""
from __future__ import annotations

import numpy as onp

from ..base import MXNetError
from ..engine.op import NAMES
from . import calls
from .arithmetic import NP, np_binary
from .compose import create
from .symbol import Symbol


class _Symbol(Symbol):
    """Outputs of a graph whose operators follow np; see Symbol."""

    _dialect = "np"

    def __getitem__(self, index):
        """An output of several by number or name; of one output, elements by integers and slices."""
        if len(self) > 1 or isinstance(index, str):
            return super().__getitem__(index)
        return _sliced(self, index)

    def __iter__(self):
        if len(self) == 1:
            raise TypeError("'_Symbol' object is not iterable: a graph does not know how many elements there will be")
        return (type(self)([e]) for e in self._entries)

    def as_nd_ndarray(self):
        """The same outputs as an mx.sym.Symbol."""
        return Symbol(self._entries)

    def as_np_ndarray(self):
        return self

    @property
    def T(self):
        """All axes in reverse order."""
        return create("_npi_transpose", (self,), cls=type(self))

    def __neg__(self):
        return create("_npi_negative", (self,), cls=type(self))

    def __abs__(self):
        return create("_npi_absolute", (self,), cls=type(self))

    def __invert__(self):
        return create("_npi_bitwise_not", (self,), cls=type(self))

    __hash__ = None  # type: ignore[assignment]


def spelled_out(index, ndim):
    """The keys of an index into ndim axes: NumPy's integers as Python's, full slices in the place of `...`."""
    keys = [int(k) if isinstance(k, onp.integer) else k for k in (index if isinstance(index, tuple) else (index,))]
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    if at is not None and (ndim is not None or at == len(keys) - 1):
        keys[at:at + 1] = [slice(None)] * (0 if ndim is None else ndim + 1 - sum(k is not None for k in keys))
    return keys


def _sliced(x, index, ndim=None):
    """x[index] for integers, slices, None and `...`, as MXNet's graphs say it: slice, reshape, then new axes.

    Args: ndim: of x; where it is not known, `...` may only be the last key.
    """
    keys = spelled_out(index, ndim)
    if any(isinstance(k, Symbol) for k in keys):
        if not all(isinstance(k, Symbol) for k in keys):
            raise MXNetError("MXNet's graphs have no index of arrays beside other keys; use np.take, or arrays for all keys")
        if len(keys) > 1:
            keys = create("stack", tuple(keys), {"axis": 0}, cls=type(x))
            return create("_npi_advanced_indexing_multiple", (x, keys), cls=type(x))
        return create("_npi_advanced_indexing", (x, keys[0]), cls=type(x))
    begin: list = []
    end: list = []
    step: list = []
    shape: list = []
    new: list = []  # where axes of size 1 come in, counted in the result
    for k in keys:
        if k is None:
            new.append(shape.count(-2) + len(new))
        elif isinstance(k, slice):
            begin, end, step = [*begin, k.start], [*end, k.stop], [*step, 1 if k.step is None else k.step]
            shape.append(-2)
        elif isinstance(k, int) and not isinstance(k, bool):
            begin, end, step = [*begin, k], [*end, k + 1 if k != -1 else None], [*step, 1]
            shape.append(-3)
        else:
            raise TypeError(f"a Symbol is indexed by integers, slices, None and Symbols, got {k!r}")
    if begin:
        x = create("slice", (x,), {"begin": begin, "end": end, "step": step}, cls=type(x))
    if -3 in shape:
        x = create("_npx_reshape", (x,), {"newshape": (*shape, -4)}, cls=type(x))
    for axis in new:
        x = create("expand_dims", (x,), {"axis": axis}, cls=type(x))
    return x


def _install():
    for short, name in NP.items():
        def forward(self, other, name=name):
            return np_binary(self, other, name)

        def backward(self, other, name=name):
            return np_binary(self, other, name, True)

        setattr(_Symbol, f"__{short}__", forward)
        if short not in ("eq", "ne", "gt", "ge", "lt", "le"):
            setattr(_Symbol, f"__r{short}__", backward)
    for full in NAMES:
        short = full.removeprefix("np.ndarray.")
        if short == full or short.startswith("__") or short in _Symbol.__dict__:
            continue
        public = next((p for p in (full, f"np.{short}", f"npx.{short}") if p in calls._RULES or calls.operator_of(p) and p in NAMES), None)
        if public is None:
            continue

        def method(self, *args, public=public, **kwargs):
            return calls.symbolic(public, (self, *args), kwargs, type(self))

        method.__name__ = method.__qualname__ = short
        method.__doc__ = f"{public} of this Symbol."
        setattr(_Symbol, short, method)


_install()
_Symbol.__hash__ = None  # type: ignore[assignment]
_Symbol.reshape = lambda self, *shape, **kwargs: calls.symbolic("np.reshape", (self, *shape), kwargs, type(self))  # type: ignore[assignment]
_Symbol.transpose = lambda self, *axes, **kwargs: calls.symbolic("np.transpose", (self, *axes), kwargs, type(self))  # type: ignore
_Symbol.astype = lambda self, dtype, *args, **kwargs: create("Cast", (self,), {"dtype": dtype}, cls=type(self))  # type: ignore
Symbol.as_np_ndarray = lambda self: _Symbol(self._entries)  # type: ignore[attr-defined]
Symbol.as_nd_ndarray = lambda self: self  # type: ignore[attr-defined]
