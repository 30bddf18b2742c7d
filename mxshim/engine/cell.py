"""The values behind arrays: `Aval` (what is known before anything runs), `Value` (an immutable result, pending or there),
`Cell` (mutable memory), `View` (a window onto a cell) and `Handle` (what an array is to the engine).

A write never changes a `Value`; it puts another one into the cell. So what was recorded stays what it was.
"""
from __future__ import annotations

import math
import weakref
from ctypes import addressof, c_char
from operator import index
from typing import Any

import jax
import numpy as onp

from ..base import is_float

_AVALS: dict[tuple, Aval] = {}


class Aval:
    """Shape and dtype, one object per pair, so that identity is equality and hashing is free."""

    __slots__ = ("dtype", "float", "nbytes", "ndim", "shape", "size")

    def __init__(self, shape: tuple[int, ...], dtype: onp.dtype):
        # Many will get this object for an equal shape: none of them must see the NumPy integers of the first.
        shape = tuple(map(index, shape))
        self.shape, self.dtype, self.ndim = shape, dtype, len(shape)
        self.size = 1
        for n in shape:
            self.size *= n
        self.nbytes = self.size * dtype.itemsize
        self.float = is_float(dtype)

    def __repr__(self):
        return f"{self.dtype.name}[{', '.join(map(str, self.shape))}]"


def keep(cache: dict, most: int, key, value):
    """Put a value into a cache that is emptied before it grows beyond `most`: what is needed is soon there again.

    Returns: the value, or the one that another thread has put there meanwhile.
    """
    if len(cache) > most:
        cache.clear()
    return cache.setdefault(key, value)


def aval_of(shape: tuple[int, ...], dtype: onp.dtype) -> Aval:
    key = (shape, dtype)
    found = _AVALS.get(key)
    if found is None:
        found = keep(_AVALS, 100_000, key, Aval(shape, dtype))  # 1,000s of shapes are normal, 100,000s a leak; specs keep theirs alive
    return found


KEPT = 1  # the slot of a value whose data is there and stays on the host, because calls are computed at once with it


class Value:
    """An immutable result: `data` once it is there (a JAX or a NumPy array that nobody writes), else a slot of an open trace.

    trace: the trace that owes the data; a `Failed` where it could not be computed; None once it is there.
    Values, cells and handles are made without a constructor of Python's where it matters: setting the slots is twice as fast.
    """

    __slots__ = ("__weakref__", "aval", "ctx", "data", "slot", "trace")

    aval: Aval
    ctx: Any
    trace: Any
    slot: Any
    data: Any

    def get(self):
        """The data, after flushing the trace that owes it. Raises: MXNetError if computing it failed."""
        if self.data is None:
            owner = self.trace
            if owner is not None:  # else another thread has just flushed it
                owner.flush("read")
        return self.data


def value_with(aval, ctx, data) -> Value:
    """A value that is there."""
    v = Value()
    v.aval, v.ctx, v.trace, v.slot, v.data = aval, ctx, None, None, data
    return v


def put(data, device):
    """A NumPy or JAX array on a JAX device, its 64-bit types kept."""
    with jax.enable_x64(True):
        return jax.device_put(data, device)


class Failed:
    """Stands for the trace of a value whose computation failed: asking for the value raises again."""

    __slots__ = ("error",)

    def __init__(self, error):
        self.error = error

    def flush(self, why):
        raise self.error


DONATE = 1 << 16  # bytes from which an input that nobody holds any more is overwritten in place
_BYTES = onp.dtype("uint8")
_ALIGNED = 64  # what the address of an array of NumPy's must be a multiple of for XLA, on a CPU, to read it where it is


def empty(shape: tuple[int, ...], dtype: onp.dtype) -> onp.ndarray:
    """numpy.empty; a large one lies where XLA reads it without a copy."""
    size = math.prod(shape) * dtype.itemsize
    if size < DONATE:
        return onp.empty(shape, dtype)
    memory: Any = onp.empty(size + _ALIGNED, _BYTES)
    return onp.ndarray(shape, dtype, memory, -addressof(c_char.from_buffer(memory)) % _ALIGNED)


def aligned(array: onp.ndarray) -> bool:
    """Whether XLA, on a CPU, reads an array where it is."""
    return array.ctypes.data % _ALIGNED == 0 and array.flags.c_contiguous


# Values whose buffer somebody outside, or another value, also holds: never donated.
shared: weakref.WeakSet = weakref.WeakSet()


class Cell:
    """Memory that several arrays may share: x, x.detach(), x[1:3], x.as_nd_ndarray()."""

    __slots__ = ("__weakref__", "value")
    value: Value


def cell_of(value: Value) -> Cell:
    cell = Cell()
    cell.value = value
    return cell


class View:
    """How an array's elements lie in what it was taken from: a form (`emit.Form`) that reads them and one that writes them back.

    scalars: the run-time index starts of both.
    cell: of a view of a view, the same as a view of all of the memory, else None; root: a weak reference to the array of that, or None.
    """

    __slots__ = ("cell", "read", "root", "scalars", "write")

    def __init__(self, read, write, scalars, cell=None, root=None):
        self.read, self.write, self.scalars, self.cell, self.root = read, write, scalars, cell, root


class Handle:
    """An array as the engine sees it: memory, a window onto it, and a place in the autograd graph.

    node, index: the recorded instruction (or the leaf) that this array is the index-th output of; None outside graphs.
    leaf: the mark set by attach_grad.  base: the handle a view was taken from; memo: a view's value, read from memo_of.
    """

    __slots__ = ("__weakref__", "_base", "_cell", "_index", "_leaf", "_memo", "_memo_of", "_node", "_view")

    _cell: Any  # a Cell; sparse arrays have a kind of it that knows more
    _view: View | None
    _leaf: Any
    _node: Any
    _index: int
    _base: Any
    _memo: Any
    _memo_of: Any
    _dialect: str

    def __init__(self, value, node=None, index=0):
        if type(value) is not Value and value is not None:  # np.ndarray((2, 3)), as users of NumPy write
            raise TypeError(f"arrays are made by array(values), zeros(shape), empty(shape), ..., not by calling their class; got {value!r}")
        self._cell = cell = Cell()
        cell.value = value
        self._view = None
        self._leaf = None
        self._node = node
        self._index = index

    def _value_now(self) -> Value:
        """The present value, read through the view."""
        raise NotImplementedError

    def _read(self) -> Value:
        """A view's present value."""
        raise NotImplementedError

    def _put(self, value: Value) -> None:
        """Overwrite the memory; marks and the place in the graph stay."""
        raise NotImplementedError

    def _take(self, result: Handle, op) -> None:
        """Become the result of an operator called with out=."""
        raise NotImplementedError

    def _fitted(self, aval: Aval):
        """These elements broadcast and cast to another shape and dtype, in the graph."""
        raise NotImplementedError

    def asnumpy(self) -> onp.ndarray:
        """The elements as a NumPy array of their own."""
        raise NotImplementedError

    def _host(self) -> onp.ndarray:
        """As asnumpy, but maybe shared memory: for reading only."""
        raise NotImplementedError

    def _alias(self):
        """Another handle on the same memory, outside the graph."""
        raise NotImplementedError
