"""nd.CSRNDArray and nd.RowSparseNDArray: arrays that keep only some of their elements (MXNet: mxnet.ndarray.sparse, 1.9.1).

Such an array is its stored elements and where they are, or its dense value, or both: each is made from the other when it is
first needed (`sparse_storage.py`). Copies, casts, slices of rows, arithmetic that keeps zeros (`sparse_arithmetic.py`) and
`nd.sparse.dot` work on the stored elements. Everything else, and all that is recorded for a gradient of the array itself,
works on the dense value: such results are NDArrays whose `stype` is "default" unless MXNet's would be sparse.
"""
from __future__ import annotations

import numpy as onp

from ..base import INT64, MXNetError, NotSupportedForSparseNDArray, as_dtype
from ..device import current_device
from ..engine.call import value_of
from ..engine.cell import Handle, aval_of
from ..engine.emit import emit, place
from ..engine.op import NAMES, api
from ..engine.trace import state
from ..serialization import CSR, RowSparse, array_of_record
from .convert import adopt_numpy, check_context
from .core import _X, Array
from .creation import _shape
from .nd_array import NDArray
from .sparse_storage import Pattern, SparseCell, pad

INTEGERS = (int, onp.integer)


def recorded(*operands) -> bool:
    """Whether a call on these operands belongs to a graph."""
    return state.recording and any(isinstance(x, Handle) and place(x) is not None for x in operands)


class BaseSparseNDArray(NDArray):
    """What CSRNDArray and RowSparseNDArray share."""

    __slots__ = ()
    __module__ = "mxshim.ndarray.sparse"

    def __new__(cls, value, node=None, index=0):
        """A dense array: functions of any array write type(x)(value) for their result, and theirs know nothing of storage."""
        return NDArray(value, node, index)

    @classmethod
    def _of(cls, cell, node=None, index=0):
        """An array over a cell."""
        found = object.__new__(cls)
        Handle.__init__(found, None, node, index)
        found._cell = cell
        return found

    @classmethod
    def _stored_as(cls, data: NDArray, pattern: Pattern):
        """An array of stored elements, padded, that belong to no graph."""
        value = data._value_now()
        return cls._of(SparseCell(cls.stype, aval_of(pattern.shape, value.aval.dtype), value.ctx, data=value, pattern=pattern))

    @classmethod
    def _from_host(cls, data: onp.ndarray, pattern: Pattern, ctx):
        return cls._stored_as(NDArray(value_of(pad(data), ctx)), pattern)

    @classmethod
    def _dense_as(cls, result: NDArray, pattern=None):
        """An array of this class over a dense result and its place in the graph; `pattern` says where it may not be zero."""
        value = result._value_now()
        return cls._of(SparseCell(cls.stype, value.aval, value.ctx, dense=value, pattern=pattern), *(place(result) or ()))

    def _dense(self) -> NDArray:
        """The same elements as a dense array, at the same place in the graph."""
        return NDArray(self._cell.value, *(place(self) or ()))

    def _keeping_zeros(self, function):
        """What `function` makes of this array where it gives zero for zero."""
        if recorded(self) or self._cell.data is None:
            return self._dense_as(function(self._dense()), self._cell.pattern)
        data, pattern = self._cell.stored()
        return self._stored_as(function(NDArray(data)), pattern)

    # -- facts -----------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        return self._cell.aval.shape

    @property
    def ndim(self):
        return self._cell.aval.ndim

    @property
    def dtype(self):
        return self._cell.aval.dtype.type

    @property
    def ctx(self):
        return self._cell.ctx

    context = device = ctx

    @property
    def size(self):
        raise NotImplementedError(f"{self._kind_name()}.size is not offered, as in MXNet: len(x.data) counts the stored elements, "
                                  "the shape gives all")

    @property
    def data(self) -> Array:
        """A copy of the stored elements (of the stored rows)."""
        return adopt_numpy(onp.array(self._cell.host()), NDArray, self.ctx)

    @property
    def indices(self) -> Array:
        """A copy of the stored elements' columns (of the stored rows' numbers), int64."""
        return adopt_numpy(self._cell.parts()[1].indices.copy(), NDArray, self.ctx)

    def _kind_name(self):
        return type(self).__name__

    def __repr__(self):
        return f"\n<{self._kind_name()} {'x'.join(map(str, self.shape))} @{self.ctx}>"

    __str__ = __repr__

    def __hash__(self):
        return id(self) // 16

    def __bool__(self):
        return bool(self._dense())

    def check_format(self, full_check=True):
        """Raises: MXNetError unless the indices fit the shape and ascend, as some of MXNet's operators want them.

        full_check: False looks at nothing but the lengths, which always fit here.
        """
        if not full_check:
            return
        pattern = self._cell.parts()[1]
        pattern.check()
        if not ascending(pattern):
            raise MXNetError(f"{self._kind_name()}.check_format: the indices must ascend" + (" in every row" if pattern.indptr is not None
                                                                                          else ""))

    # -- copies and conversions --------------------------------------------------------------------------------------

    def wait_to_read(self):
        """Wait until the elements are there. Raises: MXNetError if computing them failed."""
        NDArray(self._cell.data if self._cell.data is not None else self._cell.value).wait_to_read()

    wait_to_write = wait_to_read

    def copy(self):
        """A copy with memory of its own, in the graph if recording."""
        return self._dense_as(self._dense().copy(), self._cell.pattern) if recorded(self) else self._of(self._cell.copy())

    def __deepcopy__(self, memo):
        return self._of(self._cell.copy())

    def astype(self, dtype, copy=True):
        """A copy cast to `dtype`; with copy=False this array itself where nothing changes."""
        dtype = as_dtype("float32" if dtype is None else dtype)
        return self if not copy and dtype == self._cell.aval.dtype else self._keeping_zeros(lambda x: x.astype(dtype))

    def tostype(self, stype):
        """A copy in another storage: "default" or this one. Raises: ValueError for the other sparse one, as MXNet."""
        if stype == self.stype:
            return self.copy()
        if stype != "default":
            check_stype(stype)
            raise ValueError(f"{self._kind_name()}.tostype: from {self.stype} to {stype} is not supported; go through "
                             f"x.tostype('default').tostype({stype!r})")
        return self._dense().copy()

    def copyto(self, other):
        """Copy into another array of this storage or a dense one (cast to its dtype), or onto a device; returns the target."""
        if isinstance(other, BaseSparseNDArray) and other is not self:
            if other.stype != self.stype:
                raise TypeError(f"copyto: a {self.stype} array cannot be copied into a {other.stype} one")
            if other.shape == self.shape and not recorded(self, other):
                other._become(self)
                return other
        return super().copyto(other)

    def _moved(self, device):
        return self._keeping_zeros(lambda x: x._moved(device))

    def _become(self, new: Array):
        """Overwrite all elements, cast to this array's dtype."""
        if new.shape != self.shape:
            raise MXNetError(f"{self._kind_name()}: an array of shape {new.shape} cannot be written into shape {self.shape}")
        if new.ctx != self.ctx:
            new = new._moved(self.ctx)
        if not state.recording and isinstance(new, BaseSparseNDArray) and new.stype == self.stype:
            self._cell.adopt(new.astype(self.dtype, copy=False)._cell)
        else:
            dense = new._dense() if isinstance(new, BaseSparseNDArray) else new
            self._store(dense._fitted(aval_of(self.shape, self._cell.aval.dtype)))

    def asscalar(self):
        raise NotImplementedError(f"{self._kind_name()}.asscalar is not offered, as in MXNet; use x.tostype('default').asscalar()")

    def reshape(self, *shape, **kwargs):
        raise NotSupportedForSparseNDArray(f"{self._kind_name()}.reshape is not offered, as in MXNet; use "
                                           "x.tostype('default').reshape(...)")

    def _window(self, *args):
        raise NotSupportedForSparseNDArray(f"sparse arrays have no views: use x.tostype('default') instead of this {self._kind_name()}")

    def as_np_ndarray(self):
        raise ValueError(f"{self._kind_name()}: np arrays are dense; use x.tostype('default').as_np_ndarray()")

    def __reduce__(self):
        return from_triple, (self._triple(), self.ctx)

    # -- gradients -------------------------------------------------------------------------------------------------

    def attach_grad(self, grad_req="write", stype=None):
        """As NDArray.attach_grad; the gradient has this array's storage unless `stype` names another."""
        super().attach_grad(grad_req, stype or self.stype)

    @property
    def grad(self):
        """The gradient of a marked array, else None. It shares its memory with the buffer that backward fills."""
        leaf = self._mark()
        return None if leaf is None else grad_of(leaf)

    def _sparse_grad(self, leaf):
        return grad_of(leaf)

    # -- indexing --------------------------------------------------------------------------------------------------

    def __setitem__(self, key, value):
        if not (isinstance(key, slice | tuple) and key in (slice(None), ())):
            error = ValueError if isinstance(key, slice) else TypeError
            raise error(f"{self._kind_name()}: only all elements can be written, x[:] = ...; convert with tostype('default') "
                        f"to write at {key!r}")
        if isinstance(value, (*INTEGERS, float, onp.floating)):
            value = self._filled(value)
        elif isinstance(value, onp.ndarray):
            value = adopt_numpy(value.astype(self.dtype), NDArray, self.ctx)
        elif not isinstance(value, Array):
            raise TypeError(f"{self._kind_name()}: x[:] = ... takes an array, got {type(value).__name__}")
        self._become(value)

    def _filled(self, number):
        return adopt_numpy(onp.full(self.shape, number, self.dtype), NDArray, self.ctx)


class CSRNDArray(BaseSparseNDArray):
    """A matrix in compressed sparse row format: `data`, `indices` and `indptr` as in SciPy (MXNet: CSRNDArray).

    Row i holds data[indptr[i]:indptr[i + 1]] in the columns indices[indptr[i]:indptr[i + 1]].
    """

    __slots__ = ()
    stype = "csr"
    _num_aux = 2  # arrays beside the data, which programs count
    _aux_types = property(lambda self: [self.indptr.dtype, self.indices.dtype], doc="Their dtypes.")

    @property
    def indptr(self) -> Array:
        """A copy of the rows' starts, int64, shape (rows + 1,)."""
        return adopt_numpy(self._cell.parts()[1].indptr.copy(), NDArray, self.ctx)

    def __getitem__(self, key):
        """x[i] is a matrix of one row, x[i:j] one of several, x[:] the array itself.

        Raises: ValueError for any other index. Differs: IndexError where row i does not exist; MXNet gives no rows.
        """
        count = self.shape[0]
        if isinstance(key, INTEGERS) and not isinstance(key, bool):
            if not -count <= key < count:
                raise IndexError(f"CSRNDArray: row {key} is out of bounds for {count} rows")
            return self._rows(key % count, key % count + 1)
        if isinstance(key, slice) and key.step in (None, 1):
            if key == slice(None):
                return self
            start, stop, _ = key.indices(count)
            return self._rows(start, max(start, stop))
        raise ValueError(f"CSRNDArray: only rows can be taken, x[i] or x[i:j] without a step; got {key!r}. Convert with "
                         "tostype('default') for other indices.")

    def _rows(self, start, stop):
        data, pattern = self._cell.stored()
        first, last = pattern.indptr[start], pattern.indptr[stop]
        cut = Pattern((stop - start, self.shape[1]), pattern.indices[first:last], pattern.indptr[start:stop + 1] - first)
        if recorded(self):
            return self._dense_as(self._dense()[start:stop], cut)
        return self._from_host(self._cell.host()[first:last], cut, self.ctx)

    def _filled(self, number):
        raise ValueError("CSRNDArray: a number cannot be written into all elements, as in MXNet; x *= 0 empties the stored ones")

    def asscipy(self):
        """A scipy.sparse.csr_matrix copy. Raises: ImportError without SciPy."""
        from scipy.sparse import csr_matrix as scipy_matrix
        pattern = self._cell.stored()[1]
        return scipy_matrix((onp.array(self._cell.host()), pattern.indices.copy(), pattern.indptr.copy()), shape=self.shape)

    def _triple(self):
        pattern = self._cell.stored()[1]
        return CSR(onp.array(self._cell.host()), pattern.indptr, pattern.indices, self.shape)


class RowSparseNDArray(BaseSparseNDArray):
    """An array of which only some rows are kept: row indices[i] is data[i], the others are zero (MXNet: RowSparseNDArray)."""

    __slots__ = ()
    stype = "row_sparse"
    _num_aux = 1
    _aux_types = property(lambda self: [self.indices.dtype], doc="The dtype of the array beside the data.")

    def __getitem__(self, key):
        """x[:] is the array itself. Raises: MXNetError for other slices and integers, ValueError for everything else."""
        if isinstance(key, slice) and key == slice(None):
            return self
        error = MXNetError if isinstance(key, (*INTEGERS, slice)) else ValueError
        raise error(f"RowSparseNDArray: only x[:] is offered, as in MXNet, got {key!r}; use x.retain(rows), or convert with "
                    "tostype('default')")

    def _touched_rows(self):
        """Which rows are kept, as a value of booleans; True if that is not known, for those that are not zero."""
        pattern = self._cell.pattern
        if pattern is None:
            return True
        rows = onp.zeros(self.shape[0], bool)
        rows[pattern.indices] = True
        return value_of(rows, self.ctx)

    def _triple(self):
        return RowSparse(onp.array(self._cell.host()), self._cell.stored()[1].indices, self.shape)


CLASSES = {"csr": CSRNDArray, "row_sparse": RowSparseNDArray}


def ascending(pattern: Pattern) -> bool:
    """Whether the rows, or the columns in every row, ascend without repeats."""
    rises = onp.diff(pattern.indices) > 0
    if pattern.indptr is not None:
        inner = pattern.indptr[1:-1]
        rises[inner[(inner > 0) & (inner < len(pattern.indices))] - 1] = True  # from the end of a row to the next
    return bool(rises.all())


def check_stype(stype):
    if stype not in CLASSES and stype != "default":
        raise MXNetError(f"there is no storage type {stype!r}; use 'default', 'row_sparse' or 'csr'")


def from_dense(array: NDArray, stype: str) -> NDArray:
    """A copy of an array in another storage, in the graph if recording. Raises: ValueError for csr unless it is a matrix."""
    check_stype(stype)
    if isinstance(array, BaseSparseNDArray) or stype == "default":
        return array.tostype(stype)
    if stype == "csr" and array.ndim != 2:
        raise ValueError(f"a csr array has two dimensions, this one has shape {array.shape}")
    if not array.ndim:
        raise ValueError("a row_sparse array has at least one dimension, this one has shape ()")
    values, node = emit(NAMES["mx.copy"], (_X,), [array], ())
    return CLASSES[stype]._dense_as(NDArray(values[0], node))


@api("nd.sparse.zeros")
def zeros(stype, shape, ctx=None, dtype=None, **kwargs):
    """An array of zeros in a storage: "default", "row_sparse" or "csr". Raises: ValueError for another one."""
    if stype == "default":
        return NAMES["nd.zeros"](shape, ctx=ctx, dtype=dtype, **kwargs)
    if stype not in CLASSES:
        raise ValueError(f"nd.sparse.zeros: there is no storage type {stype!r}; use 'default', 'row_sparse' or 'csr'")
    shape = _shape(shape, "nd.sparse.zeros")
    if stype == "csr" and len(shape) != 2:
        raise ValueError(f"nd.sparse.zeros: a csr array has two dimensions, got shape {shape}")
    nothing = onp.zeros(0, INT64)
    pattern = Pattern(shape, nothing, onp.zeros(shape[0] + 1, INT64) if stype == "csr" else None)
    data = onp.zeros((0,) if stype == "csr" else (0, *shape[1:]), as_dtype(dtype or "float32"))
    return CLASSES[stype]._from_host(data, pattern, check_context(ctx, "nd.sparse.zeros") or current_device())


def grad_of(leaf) -> NDArray:
    """A leaf's gradient in the storage its mark names, over the very buffer that backward fills."""
    if leaf.stype in (None, "default"):
        found = NDArray(leaf.cell.value)
        found._cell = leaf.cell
        return found
    if type(leaf.cell) is not SparseCell:
        if leaf.stype == "csr" and leaf.aval.ndim != 2:
            raise ValueError(f"a csr gradient has two dimensions, this array has shape {leaf.aval.shape}")
        value = leaf.cell.value
        leaf.cell = SparseCell(leaf.stype, value.aval, value.ctx, dense=value)
    return CLASSES[leaf.stype]._of(leaf.cell)


def from_record(data: bytes, what: str) -> Array:
    """The array that a record of MXNet's files holds. Raises: as array_of_record."""
    found = array_of_record(data, what)
    return from_triple(found) if isinstance(found, CSR | RowSparse) else adopt_numpy(found, NDArray, current_device())


def from_triple(triple: CSR | RowSparse, ctx=None) -> NDArray:
    """A sparse array from what files and pickles hold."""
    pattern = Pattern(tuple(triple.shape), onp.asarray(triple.indices, INT64),
                      onp.asarray(triple.indptr, INT64) if isinstance(triple, CSR) else None)
    return CLASSES["csr" if isinstance(triple, CSR) else "row_sparse"]._from_host(triple.data, pattern, ctx or current_device())
