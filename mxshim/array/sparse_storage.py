"""How sparse arrays are kept: `Pattern` (where the stored elements are, on the host) and `SparseCell` (the memory).

Stored elements are kept at a padded length that many arrays share, the places of the padding lying past the end. So loops
over batches with different numbers of elements are a few programs, not one per number. What the padding holds is nobody's.
"""
from __future__ import annotations

import numpy as onp

from ..base import INT64, MXNetError
from ..device import Device
from ..engine.call import value_of
from ..engine.cell import Cell, Value
from ..engine.emit import emit_spec, look_up
from ..engine.op import NAMES
from ..engine.spec import arr
from ..engine.trace import read
from .core import _X


def padded(n: int) -> int:
    """The length in which n stored elements are kept: four lengths per power of two."""
    if n <= 8:
        return 8
    step = 1 << (n.bit_length() - 3)
    return -(-n // step) * step


def pad(array: onp.ndarray, fill=0) -> onp.ndarray:
    """A copy of a host array with its first axis at its padded length."""
    result = onp.full((padded(len(array)), *array.shape[1:]), fill, array.dtype)
    result[:len(array)] = array
    return result


class Pattern:
    """Where the stored elements of an array are. Nobody writes the arrays.

    indices: of a csr matrix the column of every element, row by row; of a row_sparse array the numbers of its rows.
    indptr: of a csr matrix, where each row starts in `indices`; None for row_sparse.
    fault: what is wrong with indices that a program gave. They can be looked at and copied; whoever computes with them raises.
    """

    __slots__ = ("_placed", "fault", "indices", "indptr", "shape")

    def __init__(self, shape, indices, indptr=None, fault=None):
        self.shape, self.indices, self.indptr, self.fault = shape, indices, indptr, fault
        self._placed: dict[Device, tuple[Value, ...]] = {}

    def check(self):
        if self.fault:
            raise MXNetError(self.fault)

    def rows(self) -> onp.ndarray:
        """The row of every stored element (of every stored row)."""
        self.check()
        return self.indices if self.indptr is None else onp.repeat(onp.arange(self.shape[0]), onp.diff(self.indptr))

    def places(self, ctx) -> tuple[Value, ...]:
        """The rows, and for csr the columns, padded with places past the end, as values on a device."""
        found = self._placed.get(ctx)
        if found is None:
            parts = (self.rows(),) if self.indptr is None else (self.rows(), self.indices)
            found = tuple(value_of(pad(p, n), ctx) for p, n in zip(parts, self.shape, strict=False))
            self._placed[ctx] = found
        return found

    def keys(self) -> onp.ndarray:
        """One number per stored element, in the order of the elements: its position in the dense array (its row)."""
        return self.indices if self.indptr is None else self.rows() * self.shape[1] + self.indices

    def from_keys(self, keys) -> Pattern:
        """A pattern of the same shape and kind, of ascending keys."""
        if self.indptr is None:
            return Pattern(self.shape, keys)
        return Pattern(self.shape, keys % self.shape[1], starts_of(keys // self.shape[1], self.shape[0]))


def starts_of(rows: onp.ndarray, count: int) -> onp.ndarray:
    """csr's indptr for elements in ascending rows."""
    return onp.concatenate([[0], onp.cumsum(onp.bincount(rows, minlength=count))]).astype(INT64)


class SparseCell(Cell):
    """The memory of a sparse array. What a write puts in is the dense value; the stored elements are then found anew.

    dense: the dense value, or None.  data: the stored elements, padded with zeros, or None.  pattern: where they are, or None.
    """

    __slots__ = ("aval", "ctx", "data", "dense", "pattern", "stype")

    def __init__(self, stype, aval, ctx, dense=None, data=None, pattern=None):
        self.stype, self.aval, self.ctx = stype, aval, ctx
        self.dense, self.data, self.pattern = dense, data, pattern

    @property
    def value(self) -> Value:
        if self.dense is None:
            places = self.pattern.places(self.ctx)
            self.dense = run("mx.sparse_put", [self.data, *places], (_X, arrays_after_first(len(places)), self.aval.shape))
        return self.dense

    @value.setter
    def value(self, new: Value):
        self.dense, self.aval, self.ctx = new, new.aval, new.ctx
        self.data = self.pattern = None

    def stored(self) -> tuple[Value, Pattern]:
        """The padded elements and their pattern, to compute with. Raises: MXNetError if the pattern has a fault."""
        found = self.parts()
        found[1].check()
        return found

    def parts(self) -> tuple[Value, Pattern]:
        """The padded elements and their pattern; looks at the dense value if they are not known."""
        if self.data is None:
            host = onp.asarray(read(self.dense))
            if self.pattern is None:
                self.pattern = find(self.stype, host)
            rows = self.pattern.rows()
            elements = host[rows] if self.pattern.indptr is None else host[rows, self.pattern.indices]
            self.data = value_of(pad(elements), self.ctx)
        return self.data, self.pattern

    def host(self) -> onp.ndarray:
        """The stored elements as a NumPy array for reading."""
        data, pattern = self.parts()
        return onp.asarray(read(data))[:len(pattern.indices)]

    def adopt(self, other: SparseCell):
        """Become what another cell is, on this one's device."""
        self.aval, self.dense, self.data, self.pattern = other.aval, other.dense, other.data, other.pattern

    def copy(self) -> SparseCell:
        return SparseCell(self.stype, self.aval, self.ctx, self.dense, self.data, self.pattern)


def run(name: str, values: list, pattern: tuple) -> Value:
    """An operator on values, outside graphs."""
    return emit_spec(look_up(NAMES[name], pattern, values), values, (), None)[0][0]


def arrays_after_first(count: int) -> tuple:
    """In a pattern, `count` arrays that follow the first one."""
    return tuple(arr(1 + i) for i in range(count))


def find(stype, host: onp.ndarray) -> Pattern:
    """Where a dense array is not zero."""
    if stype == "csr":
        rows, columns = onp.nonzero(host)
        return Pattern(host.shape, columns.astype(INT64), starts_of(rows, len(host)))
    return Pattern(host.shape, onp.nonzero((host != 0).any(axis=tuple(range(1, host.ndim))))[0].astype(INT64))
