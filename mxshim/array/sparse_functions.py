"""nd.sparse: making sparse arrays, and functions of them. Results are sparse where MXNet's are, and say so in their `stype`."""
from __future__ import annotations

import numpy as onp

from ..base import INT64, ArgumentTypeError, MXNetError, as_dtype
from ..device import current_device
from ..engine import call as door
from ..engine.call import value_of
from ..engine.emit import emit
from ..engine.op import NAMES, api
from ..engine.spec import arr
from .convert import check_context
from .core import _X, Array
from .creation import _shape
from .nd_array import NDArray
from .sparse import CLASSES, INTEGERS, BaseSparseNDArray, CSRNDArray, RowSparseNDArray, ascending, check_stype, from_dense, recorded, zeros
from .sparse_arithmetic import KEEPING_ZEROS, arithmetic, call_nd, dense
from .sparse_storage import Pattern, starts_of

# -- from data -------------------------------------------------------------------------------------------------------


def _elements(data, dtype, what) -> onp.ndarray:
    """Elements on the host: arrays keep their dtype, lists become float32."""
    found = data.asnumpy() if isinstance(data, Array) else onp.asarray(data)
    if dtype is None:
        dtype = found.dtype if isinstance(data, onp.ndarray | onp.generic | Array) else "float32"
    try:
        return found.astype(as_dtype(dtype))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: {error}") from None


def _numbers(indices, what) -> onp.ndarray:
    found = indices.asnumpy() if isinstance(indices, Array) else onp.asarray(indices)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iuf"):
        raise MXNetError(f"{what} must be integers in one dimension, got {found.dtype.name}{list(found.shape)}")
    return found.astype(INT64)


def _matching(array, shape, what):
    """The array, if it has the shape that was asked for."""
    if shape is not None and tuple(shape) != array.shape:
        raise ValueError(f"{what}: the source has shape {array.shape}, shape= says {tuple(shape)}")
    return array


def _outside(indices, size, what) -> str | None:
    """What is wrong with indices that do not fit."""
    if len(indices) and (indices.min() < 0 or indices.max() >= size):
        bad = indices.min() if indices.min() < 0 else indices.max()
        return f"{what} must be in [0, {size}), got {bad}"
    return None


def _within(indices, size, what):
    fault = _outside(indices, size, what)
    if fault:
        raise MXNetError(fault)


def _twice(pattern, what) -> str | None:
    """What is wrong with a pattern that names a place twice: MXNet's results then depend on who reads them."""
    if not ascending(pattern) and len(onp.unique(pattern.keys())) != len(pattern.indices):
        return f"{what}: a place is named twice; add its values up first"
    return None


def _csr(data, indices, indptr, shape, ctx, dtype, what):
    data = _elements(data, dtype, what)
    indices, indptr = _numbers(indices, f"{what}: indices"), _numbers(indptr, f"{what}: indptr")
    if shape is None:
        if not len(indices):
            raise ValueError(f"{what}: a matrix without elements needs shape=")
        shape = (len(indptr) - 1, int(indices.max()) + 1)
    shape = _shape(shape, what)
    if len(shape) != 2:
        raise ValueError(f"{what}: a csr array has two dimensions, got shape {shape}")
    if data.shape != indices.shape:
        raise MXNetError(f"{what}: data has shape {data.shape}, indices {indices.shape}; they must be equal")
    pattern = Pattern(shape, indices, indptr)
    if len(indptr) != shape[0] + 1 or indptr[0] != 0 or indptr[-1] != len(indices) or (onp.diff(indptr) < 0).any():
        pattern.fault = f"{what}: indptr must be {shape[0] + 1} numbers rising from 0 to {len(indices)}, got {indptr.tolist()[:20]}"
        if len(indptr) != shape[0] + 1:
            raise MXNetError(pattern.fault)
    else:
        pattern.fault = _outside(indices, shape[1], f"{what}: indices") or _twice(pattern, what)
    return CSRNDArray._from_host(data, pattern, ctx)


def _coordinates(data, row, col, shape, ctx, dtype, what):
    """csr from (value, row, column) triples in any order; values of one place add up."""
    data = onp.asarray(data.asnumpy() if isinstance(data, Array) else data)
    row, col = _numbers(row, f"{what}: row"), _numbers(col, f"{what}: col")
    if not data.shape == row.shape == col.shape:
        raise ValueError(f"{what}: data, row and col must be of one length, got {data.shape}, {row.shape} and {col.shape}")
    shape = _shape(shape, what) if shape is not None else (int(row.max(initial=-1)) + 1, int(col.max(initial=-1)) + 1)
    _within(row, shape[0], f"{what}: row")
    _within(col, shape[1], f"{what}: col")
    keys, where = onp.unique(row * shape[1] + col, return_inverse=True)
    total = onp.zeros(len(keys), data.dtype)
    onp.add.at(total, where, data)
    return _csr(total, keys % shape[1], starts_of(keys // shape[1], shape[0]), shape, ctx, dtype or data.dtype, what)


def _converted(source, stype, ctx, dtype, what):
    """A sparse copy of a dense source, or of an array that is sparse already."""
    if isinstance(source, BaseSparseNDArray):
        if source.stype != stype:
            raise ValueError(f"{what} cannot be made from a {type(source).__name__}; go through tostype('default')")
        found = source.copy() if dtype is None else source.astype(dtype)
    else:
        if dtype is None:
            dtype = source.dtype if isinstance(source, onp.ndarray | Array) else "float32"
        found = from_dense(NAMES["nd.array"](source, ctx=ctx, dtype=dtype), stype)
    return found if ctx is None else found.as_in_context(ctx)


@api("nd.sparse.csr_matrix")
def csr_matrix(arg1, shape=None, ctx=None, dtype=None):
    """A CSRNDArray.

    Args:
        arg1: (data, indices, indptr); or (data, (row, col)), whose values of one place add up; or (rows, columns) for a
            matrix of zeros; or a csr array, a SciPy sparse matrix, or a dense matrix of which the nonzero elements are kept.
        shape: (rows, columns), needed where the source does not tell it.
        dtype: default: that of arg1's data if it is an array, float32 for lists.
    Raises: MXNetError for lengths that do not fit; ValueError if the source is no matrix or `shape` differs from its own. Indices out
        of order or out of bounds, or of one place twice, are refused by check_format and by whatever computes with them.
    Differs: MXNet reads foreign memory then.
    """
    what = "nd.sparse.csr_matrix"
    where = check_context(ctx, what) or current_device()
    if isinstance(arg1, tuple):
        if len(arg1) == 2 and isinstance(arg1[1], tuple | list) and len(arg1[1]) == 2:
            return _coordinates(arg1[0], *arg1[1], shape, where, dtype, what)
        if len(arg1) == 3:
            return _csr(*arg1, shape, where, dtype, what)
        if len(arg1) != 2 or not all(isinstance(n, INTEGERS) for n in arg1):
            raise ValueError(f"{what}: a tuple must be (data, indices, indptr), (data, (row, col)) or (rows, columns), got {arg1!r}")
        found = zeros("csr", arg1, where, dtype)
    elif hasattr(arg1, "tocsr"):  # SciPy's matrices of all formats
        csr = arg1.tocsr().copy()
        csr.sum_duplicates()
        found = _csr(csr.data, csr.indices, csr.indptr, csr.shape, where, dtype, what)
    else:
        found = _converted(arg1, "csr", ctx, dtype, what)
    return _matching(found, shape, what)


@api("nd.sparse.row_sparse_array")
def row_sparse_array(arg1, shape=None, ctx=None, dtype=None):
    """A RowSparseNDArray.

    Args:
        arg1: (data, indices), the rows and their numbers; or a shape of two or more sizes for zeros; or a row_sparse array,
            or a dense array of which the rows that are not zero are kept.
        shape: the whole shape; default: as many rows as the largest index says.
        dtype: default: that of arg1's data if it is an array, float32 for lists.
    Raises: MXNetError for lengths that do not fit; ValueError if `shape` differs from the source's. Indices out of bounds or named
        twice are refused by check_format and by whatever computes with them.
    """
    what = "nd.sparse.row_sparse_array"
    where = check_context(ctx, what) or current_device()
    if not isinstance(arg1, tuple):
        return _matching(_converted(arg1, "row_sparse", ctx, dtype, what), shape, what)
    if len(arg1) < 2:
        raise ValueError(f"{what}: a tuple must be (data, indices) or a shape of two or more sizes, got {arg1!r}")
    if len(arg1) > 2 or all(isinstance(n, INTEGERS) for n in arg1):
        return _matching(zeros("row_sparse", arg1, where, dtype), shape, what)
    data, indices = _elements(arg1[0], dtype, what), _numbers(arg1[1], f"{what}: indices")
    if shape is None:
        if not len(indices):
            raise ValueError(f"{what}: an array without rows needs shape=")
        shape = (int(indices.max()) + 1, *data.shape[1:])
    shape = _shape(shape, what)
    if data.shape != (len(indices), *shape[1:]):
        raise MXNetError(f"{what}: {len(indices)} rows of an array of shape {shape} have shape {(len(indices), *shape[1:])}, "
                         f"the data has {data.shape}")
    pattern = Pattern(shape, indices)
    pattern.fault = _outside(indices, shape[0], f"{what}: indices") or _twice(pattern, what)
    return RowSparseNDArray._from_host(data, pattern, where)


@api("nd.sparse.empty")
def empty(stype, shape, ctx=None, dtype=None):
    """As nd.sparse.zeros, for "row_sparse" and "csr" only."""
    if stype not in CLASSES:
        raise MXNetError(f"nd.sparse.empty: there is no storage type {stype!r}; use 'row_sparse' or 'csr'")
    return zeros(stype, shape, ctx, dtype)


@api("nd.sparse.array")
def array(source_array, ctx=None, dtype=None):
    """A copy of a sparse array or of a SciPy sparse matrix, with its storage (csr for SciPy's).

    Raises: ValueError for other sources. MXNet's error for NDArrays is an AssertionError.
    """
    if isinstance(source_array, BaseSparseNDArray):
        return _converted(source_array, source_array.stype, ctx, dtype, "nd.sparse.array")
    if hasattr(source_array, "tocsr"):
        return csr_matrix(source_array, ctx=ctx, dtype=dtype)
    if isinstance(source_array, Array):
        raise AssertionError("nd.sparse.array: convert a dense array with x.tostype('csr') or x.tostype('row_sparse')")
    raise ValueError(f"nd.sparse.array: the source must be sparse, got {type(source_array).__name__}; use nd.array, "
                     "nd.sparse.csr_matrix or nd.sparse.row_sparse_array")


@api("nd.cast_storage", "nd.sparse.cast_storage")
def cast_storage(data, stype, out=None):
    """A copy in another storage, as data.tostype(stype). Raises: MXNetError where there is no such conversion."""
    check_stype(stype)
    try:
        return _given(data.tostype(stype), out)
    except ValueError as error:
        raise MXNetError(f"nd.cast_storage: {error}") from None


def _given(result, out):
    """The result, or the array of out= with the result in it."""
    if out is None:
        return result
    if isinstance(out, BaseSparseNDArray):
        out._become(result)
    else:
        out[:] = dense(result)
    return out


# -- functions -------------------------------------------------------------------------------------------------------


@api("nd.sparse.retain", "nd.sparse.gs_retain")
def retain(data, indices, out=None):
    """The given rows of a row_sparse array, in the order of `indices`; rows that it does not store are zero. No rows, if it stores none.

    Raises: MXNetError if data is not row_sparse or an index does not exist. Differs: MXNet takes any index.
    """
    if not isinstance(data, RowSparseNDArray):
        raise MXNetError(f"nd.sparse.retain: data must be a RowSparseNDArray, got {type(data).__name__}")
    if not isinstance(indices, Array):
        raise AssertionError(f"nd.sparse.retain: indices must be an NDArray, got {type(indices).__name__}")
    wanted = _numbers(indices, "nd.sparse.retain: indices")
    _within(wanted, data.shape[0], "nd.sparse.retain: indices")
    pattern = Pattern(data.shape, wanted)
    pattern.fault = _twice(pattern, "nd.sparse.retain")
    pattern.check()
    if recorded(data):
        mask = onp.zeros((data.shape[0],) + (1,) * (data.ndim - 1), data.dtype)
        mask[wanted] = 1
        return _given(data._dense_as(call_nd("broadcast_mul", data._dense(), NDArray(value_of(mask, data.ctx))), pattern), out)
    host, mine = data._cell.host(), data._cell.stored()[1].indices
    if not len(mine):
        return _given(RowSparseNDArray._from_host(host, Pattern(data.shape, mine), data.ctx), out)
    rows = onp.zeros((len(wanted), *data.shape[1:]), host.dtype)
    _, here, there = onp.intersect1d(wanted, mine, assume_unique=True, return_indices=True)
    rows[here] = host[there]
    return _given(RowSparseNDArray._from_host(rows, pattern, data.ctx), out)


@api("nd.sparse.dot")
def dot(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None, out=None, name=None):
    """The product of two matrices, of which one may be sparse; a csr matrix times a dense one never becomes dense itself.

    Results are dense, except: csr with transpose_a gives row_sparse; a dense matrix times csr gives csr.
    forward_stype: another storage for the result.  Raises: MXNetError if the shapes do not fit.
    MXNet: nd.sparse.dot. Differs: all float dtypes, not only float32 and float64.
    """
    for x in (lhs, rhs):
        if not isinstance(x, NDArray):
            raise AssertionError(f"nd.sparse.dot: the operands must be NDArrays, got {type(x).__name__}")
    if type(rhs) is CSRNDArray and lhs.ndim > 2:
        raise MXNetError(f"nd.sparse.dot: a csr matrix is multiplied with matrices, got {lhs.shape}")
    if type(lhs) is CSRNDArray and rhs.ndim == 1:
        vector = call_nd("reshape", dense(rhs), shape=(-1, 1))
        return _given(call_nd("reshape", dense(dot(lhs, vector, transpose_a)), shape=(-1,)), out)
    if type(lhs) is CSRNDArray and not isinstance(rhs, CSRNDArray) and not transpose_b and not recorded(lhs):
        result = _csr_dot(lhs, dense(rhs), transpose_a)
    else:
        result = call_nd("dot", dense(lhs), dense(rhs), transpose_a=transpose_a, transpose_b=transpose_b)
        if forward_stype is None and type(rhs) is CSRNDArray and not isinstance(lhs, BaseSparseNDArray) and not transpose_a:
            forward_stype = "csr"
        if forward_stype is None and type(lhs) is CSRNDArray and type(rhs) is not CSRNDArray and transpose_a and not transpose_b:
            forward_stype = "row_sparse"
    if forward_stype is not None and forward_stype != result.stype:
        check_stype(forward_stype)
        result = dense(result) if forward_stype == "default" else CLASSES[forward_stype]._dense_as(dense(result))
    return _given(result, out)


def _csr_dot(lhs: CSRNDArray, rhs: NDArray, transpose: bool):
    rows, columns = lhs.shape
    if rhs.ndim != 2 or rhs.shape[0] != (rows if transpose else columns):
        raise MXNetError(f"nd.sparse.dot: {lhs.shape}{' transposed' if transpose else ''} and {rhs.shape} cannot be multiplied; the "
                         f"second must be a matrix of {rows if transpose else columns} rows")
    if rhs.dtype != lhs.dtype:
        raise MXNetError(f"nd.sparse.dot: the operands must have one dtype, got {lhs.dtype.__name__} and {rhs.dtype.__name__}")
    data, pattern = lhs._cell.stored()
    row, column = (NDArray(p) for p in pattern.places(lhs.ctx))
    take, put, size = (row, column, columns) if transpose else (column, row, rows)
    values, node = emit(NAMES["mx.csr_dot"], (_X, arr(1), arr(2), arr(3), size), [NDArray(data), take, put, rhs], ())
    result = NDArray(values[0], node)
    if not transpose:
        return result
    return RowSparseNDArray._dense_as(result, Pattern(result.shape, onp.unique(pattern.indices)))


@api("nd.sparse.slice")
def slice_(data, begin, end, step=None, out=None, name=None):
    """The block data[begin[0]:end[0], begin[1]:end[1]]; of a csr array again a csr array, unless a step is given.

    begin, end: an integer or None for each axis, for fewer axes than there are too.
    """
    begin, end = (b if isinstance(b, tuple | list) else (b,) for b in (begin, end))
    if type(data) is not CSRNDArray or (step and any(s not in (None, 1) for s in step)) or len(begin) != len(end) or len(begin) > 2:
        return _given(call_nd("slice", dense(data), begin, end, step), out)
    bounds = [slice(b, e).indices(n)[:2] for b, e, n in zip(begin, end, data.shape, strict=False)]
    (top, bottom), (left, right) = [(a, max(a, b)) for a, b in [*bounds, (0, data.shape[1])][:2]]
    rows = data[top:bottom]
    if recorded(data):
        return _given(rows._dense_as(rows._dense()[:, left:right]), out)
    _, pattern = rows._cell.stored()
    inside = (pattern.indices >= left) & (pattern.indices < right)
    cut = Pattern((bottom - top, right - left), pattern.indices[inside] - left, starts_of(pattern.rows()[inside], bottom - top))
    return _given(CSRNDArray._from_host(rows._cell.host()[inside], cut, data.ctx), out)


def _take(a, indices, axis=0, mode="clip", out=None, name=None):
    """nd.take; rows of a csr array are a csr array again, unless mode is "raise"."""
    if type(a) is not CSRNDArray or axis not in (0, -2) or mode not in ("clip", "wrap") or indices.ndim != 1:
        return _given(call_nd("take", dense(a), dense(indices), axis, mode), out)
    if recorded(a):
        return _given(CSRNDArray._dense_as(call_nd("take", dense(a), dense(indices), axis, mode)), out)
    data, pattern = a._cell.host(), a._cell.stored()[1]
    wanted = _numbers(indices, "nd.take: indices")
    wanted = wanted % a.shape[0] if mode == "wrap" else wanted.clip(0, a.shape[0] - 1)
    starts = onp.concatenate([[0], onp.cumsum(onp.diff(pattern.indptr)[wanted])]).astype(INT64)
    places = onp.arange(starts[-1]) + onp.repeat(pattern.indptr[wanted] - starts[:-1], onp.diff(starts))
    cut = Pattern((len(wanted), a.shape[1]), pattern.indices[places], starts)
    return _given(CSRNDArray._from_host(data[places], cut, a.ctx), out)


@api("nd.sparse.concat")
def concat(*data, dim=1, out=None, name=None, num_args=None):
    """Arrays joined along an axis; csr arrays along axis 0 give a csr array."""
    joined = dim == 0 and all(type(x) is CSRNDArray for x in data) and len({x.shape[1] for x in data}) == 1
    if not joined or recorded(*data) or len({(x.dtype, x.ctx) for x in data}) > 1:
        result = call_nd("concat", *map(dense, data), dim=dim)
        return _given(CSRNDArray._dense_as(result) if joined else result, out)
    patterns = [x._cell.stored()[1] for x in data]
    pattern = Pattern((sum(x.shape[0] for x in data), data[0].shape[1]), onp.concatenate([p.indices for p in patterns]),
                      onp.concatenate([[0], onp.cumsum(onp.concatenate([onp.diff(p.indptr) for p in patterns]))]).astype(INT64))
    return _given(CSRNDArray._from_host(onp.concatenate([x._cell.host() for x in data]), pattern, data[0].ctx), out)


@api("nd.sparse.add_n", "nd.sparse.ElementWiseSum")
def add_n(*args, out=None, name=None, num_args=None):
    """The sum of arrays of one shape; of row_sparse arrays again a row_sparse array."""
    if not args or not all(type(x) is RowSparseNDArray and x.shape == args[0].shape for x in args):
        return _given(call_nd("add_n", *map(dense, args)), out)
    total = args[0]
    for x in args[1:]:
        total = arithmetic("add", total, x)
    return _given(total.copy() if len(args) == 1 else total, out)


@api("nd.sparse.clip")
def clip(data, a_min, a_max, out=None, name=None):
    """nd.clip; the result keeps the storage if the bounds include zero and is dense if not."""
    if isinstance(data, BaseSparseNDArray) and a_min <= 0 <= a_max:
        return _given(data._keeping_zeros(lambda x: call_nd("clip", x, a_min, a_max)), out)
    return _given(call_nd("clip", dense(data), a_min, a_max), out)


@api("nd.sparse.zeros_like")
def zeros_like(data, out=None, name=None):
    """Zeros of the shape, dtype and storage of data."""
    if recorded(data) and isinstance(data, BaseSparseNDArray):  # part of the graph, where its gradient is zero
        return _given(type(data)._dense_as(call_nd("zeros_like", dense(data))), out)
    return _given(zeros(data.stype, data.shape, data.ctx, data.dtype), out)


def _quadratic(data, a=0.0, b=0.0, c=0.0, out=None, name=None):
    """nd.contrib.quadratic: a csr array keeps its storage where c is 0."""
    if type(data) is CSRNDArray and c == 0:
        return _given(data._keeping_zeros(lambda x: call_nd("contrib.quadratic", x, a, b)), out)
    return _given(call_nd("contrib.quadratic", dense(data), a, b, c), out)


def _declare(name, fn, doc):
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    api(f"nd.sparse.{name}")(fn)


def _keeping(name):
    def function(data, out=None, name=None):
        if not isinstance(data, BaseSparseNDArray):
            return _given(call_nd(short, data), out)
        return _given(data._keeping_zeros(lambda x: call_nd(short, x)), out)

    short = name
    _declare(name, function, f"nd.{name} of every element; the result keeps the storage of `data`.")


def _densely(name):
    def function(*args, **kwargs):
        return call_nd(name, *map(dense, args), **{k: dense(v) for k, v in kwargs.items()})

    _declare(name, function, f"nd.{name}, computed on dense arrays; the result is dense.")


def _binary(name, dunder, equal_shapes=False, broadcasts=False):
    """broadcasts: MXNet's operator of that name; of arrays, it only keeps a csr one that meets a dense one."""
    def function(lhs, rhs, out=None, name=None):
        for x in (lhs, rhs) if equal_shapes else ():
            if not isinstance(x, NDArray):
                raise ArgumentTypeError(f"nd.sparse.{short}: the operands must be NDArrays, got {type(x).__name__}")
        if equal_shapes and lhs.shape != rhs.shape:
            raise MXNetError(f"nd.sparse.{short}: the operands must have one shape, got {lhs.shape} and {rhs.shape}")
        if broadcasts and isinstance(lhs, NDArray) and isinstance(rhs, NDArray) and (type(lhs) is not CSRNDArray or rhs.stype != "default"):
            lhs, rhs = dense(lhs), dense(rhs)
        if isinstance(lhs, BaseSparseNDArray):
            return _given(arithmetic(dunder, lhs, rhs), out)
        if isinstance(rhs, BaseSparseNDArray):
            return _given(arithmetic(dunder, rhs, lhs, swapped=broadcasts or dunder != "mul"), out)
        return _given(getattr(NDArray, f"__{dunder}__")(lhs, rhs), out)

    short = name
    _declare(name, function, f"nd.{name}; the result is sparse where {'MXNet' if broadcasts else 'that of the Python operator'}'s is.")


for _name in (*KEEPING_ZEROS, "stop_gradient", "make_loss"):
    _keeping(_name)
for _name in ("Embedding", "FullyConnected", "LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput", "arccos",
              "arccosh", "cos", "cosh", "digamma", "elemwise_div", "exp", "gamma", "gammaln", "log", "log10", "log2", "log_sigmoid", "mish",
              "rsqrt", "sigmoid", "where"):
    _densely(_name)
for _dunder, _name, *_names in (("add", "add", "broadcast_add", "broadcast_plus"), ("sub", "subtract", "broadcast_sub", "broadcast_minus"),
                                ("mul", "multiply", "broadcast_mul"), ("truediv", "divide", "broadcast_div")):
    _binary(_name, _dunder)
    for _name in _names:
        _binary(_name, _dunder, broadcasts=True)
for _dunder in ("add", "sub", "mul"):
    _binary(f"elemwise_{_dunder}", _dunder, equal_shapes=True)

# nd's operators are these functions, too, where one of their arrays is sparse; those of whole arrays are not asked.
door.special_classes.update(CLASSES.values())


def takes_sparse(name: str, *others: str):
    """Have nd's operator of the same name (and of others) call nd.sparse's where it is given a sparse array."""
    for record in (NAMES[f"nd.{n}"] for n in (name, *others)):
        door.special[getattr(record, "op", record)] = NAMES[f"nd.sparse.{name}"]


for _name in (*KEEPING_ZEROS, "dot", "concat", "slice", "add_n", "clip", "zeros_like", "elemwise_add", "elemwise_sub", "elemwise_mul",
              "broadcast_add", "broadcast_sub", "broadcast_mul", "broadcast_div"):
    takes_sparse(_name)
takes_sparse("stop_gradient", "identity")
takes_sparse("make_loss")
door.special[NAMES["nd.contrib.quadratic"]] = _quadratic
door.special[getattr(NAMES["nd.take"], "op", NAMES["nd.take"])] = _take

for _cls, _method in ((CSRNDArray, slice_), (RowSparseNDArray, retain), (BaseSparseNDArray, clip), (BaseSparseNDArray, zeros_like)):
    setattr(_cls, _method.__name__.rstrip("_"), _method)
