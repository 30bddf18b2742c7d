"""Elements fetched and put by index: take, pick, gather_nd, scatter_nd, one_hot, slice and its relatives, diagonals.

Index arrays may be floats, as MXNet's usually are; fractions are cut off.
"""
from __future__ import annotations

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import BOOL, FLOAT32, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import Scalar, op
from .axes import agreed, axes_in, axis_in, differentiating, number, op_of_one_dtype, vector
from .dtypes import kind
from .primitives import of, take_along, to
from .primitives import take as taken

_M = onp.array([[3., 1., 2.], [2.5, 5., 4.]], "float32")
_CUBE = onp.arange(24, dtype="float32").reshape(2, 3, 4)


def as_index(x):
    """Index values as integers: what came as floats (exact up to 2**24) as int32, booleans as int32."""
    if isinstance(x, Scalar):
        return x.astype(jnp.int64)
    x = jnp.asarray(x)
    return x if x.dtype.kind in "iu" else to(x, jnp.int32)


def _places(index, size: int, mode: str):
    """Index values made valid for `size` elements."""
    if mode == "wrap":
        return index % size
    if mode in ("clip", "raise"):
        last = min(size - 1, onp.iinfo(index.dtype).max)
        return lax.min(lax.max(index, of(0, index)), of(last, index))
    raise MXNetError(f"`mode` must be 'clip', 'wrap' or 'raise', got {mode!r}")


def _take(a, indices, axis, mode):
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis = axis_in(axis, a.ndim)
    if a.shape[axis] == 0:
        if indices.size:
            raise MXNetError(f"nothing can be taken from axis {axis}: its size is 0")
        return jnp.zeros((*a.shape[:axis], *indices.shape, *a.shape[axis + 1:]), a.dtype)
    return taken(a, _places(as_index(indices), a.shape[axis], mode), axis)


_ROWS = onp.array([1., 0., 1.], "float32")


@op("np.take", "np.ndarray.take", scalars=("indices",),
    samples={"args": [((_M, _ROWS), {"axis": 1}), ((_M, _ROWS), {})], "constant": (1,)})
def take(a, indices, axis=None, mode="raise"):
    """The elements at `indices` along `axis` (None: of the flattened array), in the shape of `indices`.

    mode: "raise" (indices must be valid), "clip" to the ends, "wrap" around.
    """
    return _take(a, indices, axis, mode)


@op("nd.take", "nd.NDArray.take", scalars=("indices",),
    samples={"args": [((_M, _ROWS), {"axis": 1}), ((_M, _ROWS), {"mode": "wrap"})], "constant": (1,)})
def take_nd(a, indices, axis=0, mode="clip"):
    """The elements at `indices` along `axis`; invalid indices are clipped to the ends unless `mode` says "wrap"."""
    return _take(a, indices, axis, mode)


@op("np.take_along_axis", static=("axis",), samples={"args": [((_M, onp.array([[0], [1]])), {"axis": 1})]})
def take_along_axis(arr, indices, axis):
    """Along `axis`, for each position of the other axes, the elements at `indices`; None flattens `arr`."""
    if axis is None:
        return jnp.take_along_axis(arr.reshape(-1), as_index(indices), 0)
    return jnp.take_along_axis(arr, as_index(indices), axis_in(axis, arr.ndim))


def _pick(data, index, axis, mode, keepdims):
    if axis is None:
        raise MXNetError("`axis` must be an int: picking from the flattened array is take")
    axis = axis_in(axis, data.ndim)
    if mode not in ("clip", "wrap"):
        raise MXNetError(f"`mode` must be 'clip' or 'wrap', got {mode!r}")
    wanted = data.shape[:axis] + data.shape[axis + 1:]
    kept = (*data.shape[:axis], 1, *data.shape[axis + 1:])
    if index.shape not in (wanted, kept):
        raise MXNetError(f"`index` must have shape {wanted}, that of `data` without axis {axis}; got {index.shape}")
    places = _places(lax.reshape(as_index(index), kept), data.shape[axis], mode)
    out = take_along(data, places, axis)
    return out if keepdims else lax.reshape(out, wanted)


_ONE_PER_ROW = onp.array([2., 0.], "float32")


@op("npx.pick", samples={"args": [((_M, _ONE_PER_ROW), {}), ((_M, _ONE_PER_ROW), {"keepdims": True})], "constant": (1,)})
def pick(data, index, axis=-1, mode="clip", keepdims=False):
    """One element of `data` along `axis` for every position of `index`.

    Args:
        data: shape (..., n, ...), n along `axis`.  index: the shape of `data` without `axis`, or with a 1 there.
        mode: "clip" holds indices to [0, n-1], "wrap" takes them modulo n.
    Returns: shape of `data` without `axis` (with 1 there if keepdims), dtype of `data`. From a vector: the shape of `index`.
    """
    out = _pick(data, index, axis, mode, keepdims)
    return vector(out) if index.ndim else out


@op("nd.pick", "nd.choose_element_0index", "nd.NDArray.pick", samples={"args": [((_M, _ONE_PER_ROW), {})], "constant": (1,)})
def pick_nd(data, index, axis=-1, keepdims=False, mode="clip"):
    """One element of `data` along `axis` for every position of `index`; see npx.pick. From a vector: shape (1,)."""
    return vector(_pick(data, index, axis, mode, keepdims))


@op_of_one_dtype("nd.batch_take", samples={"args": [((_M, onp.array([2, 0], "int32")), {})]})
def batch_take(a, indices):
    """a[i, indices[i]] for every row i; `indices` must be int32."""
    if is_float(indices.dtype) and not differentiating():
        raise MXNetError(f"`indices` must be int32, got {indices.dtype.name}: cast with astype('int32')")
    return _pick(a, indices.reshape(-1), 1, "clip", False).reshape(indices.shape)


@op_of_one_dtype("nd.fill_element_0index", samples={"args": [((_M, _ONE_PER_ROW + 7, _ONE_PER_ROW), {})], "constant": (2,)})
def fill_element_0index(lhs, mhs, rhs):
    """lhs with lhs[i, rhs[i]] replaced by mhs[i]."""
    if lhs.ndim != 2 or mhs.shape != lhs.shape[:1] or rhs.shape != lhs.shape[:1]:
        raise MXNetError(f"a matrix and two vectors of its height are needed, got {lhs.shape}, {mhs.shape}, {rhs.shape}")
    lhs, mhs = agreed(lhs, mhs)
    hit = as_index(rhs)[:, None] == jnp.arange(lhs.shape[1])
    return jnp.where(hit, mhs[:, None], lhs)


@op("npx.one_hot", scalars=("on_value", "off_value"), static=("depth",), grad=False,
    samples={"args": [((_ONE_PER_ROW,), {"depth": 3}), ((_ONE_PER_ROW,), {"depth": 4, "on_value": 5., "dtype": "int32"})]})
def one_hot(data, depth, on_value=1.0, off_value=0.0, dtype="float32"):
    """A new last axis of size `depth`: `on_value` where its index is the element of `data`, else `off_value`."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise MXNetError(f"`depth` must be a non-negative int, got {depth!r}")
    dtype = jnp.dtype(dtype or FLOAT32)
    index = as_index(data).astype(INT64)  # any depth fits
    shape = (*index.shape, depth)
    hit = lax.eq(lax.broadcast_in_dim(index, shape, range(index.ndim)), lax.broadcasted_iota(INT64, shape, index.ndim))
    return lax.select(hit, *[lax.full(shape, number(x, dtype), dtype) for x in (on_value, off_value)])


@op("nd.one_hot", "nd.NDArray.one_hot", scalars=("on_value", "off_value"), static=("depth",), grad=False,
    samples={"args": [((_ONE_PER_ROW,), {"depth": 3})]})
def one_hot_nd(indices, depth, on_value=1.0, off_value=0.0, dtype="float32"):
    """A new last axis of size `depth`: `on_value` where its index is the element of `indices`, else `off_value`."""
    return one_hot(indices, depth, on_value, off_value, dtype)


@op("nd.onehot_encode", grad=False, samples={"args": [((_ONE_PER_ROW, onp.zeros((2, 3), "float32")), {})]})
def onehot_encode(indices, out_like):
    """One-hot rows in the shape and dtype of the second array, which the call overwrites with them and returns."""
    return one_hot(indices, out_like.shape[1], dtype=out_like.dtype)


# By coordinates.

def _coordinates(indices, what="indices"):
    if indices.ndim < 1:
        raise MXNetError(f"`{what}` must have shape (number of coordinates, ...), got a 0-d array")
    return tuple(as_index(indices[k]) for k in range(indices.shape[0]))


_WHERE = onp.array([[0, 1, 1], [2, 0, 2]], "float32")


@op("nd.gather_nd", "npx.gather_nd", samples={"args": [((_M, _WHERE), {}), ((_CUBE, _WHERE), {})], "constant": (1,)})
def gather_nd(data, indices):
    """data[indices[0], indices[1], ...]: element (or slice) k is at the coordinates in column k.

    indices: shape (m, ...) with m <= data.ndim. Negative coordinates count from the end; beyond the ends they are clipped.
    """
    if indices.ndim < 2:
        raise MXNetError(f"`indices` must have at least 2 dimensions, got shape {indices.shape}")
    if indices.shape[0] > data.ndim:
        raise MXNetError(f"`indices` has {indices.shape[0]} coordinates for an array with {data.ndim} dimensions")
    if not indices.shape[0]:  # all of it, for every column
        return jnp.broadcast_to(data, (*indices.shape[1:], *data.shape))
    return data.at[_coordinates(indices)].get(mode="clip")


@jax.custom_jvp
def _put(data, places, into):
    return into.at[places].set(data)


@_put.defjvp
def _put_jvp(primals, tangents):
    # Where coordinates repeat, MXNet gives each of the elements the gradient of the place: its backward is gather_nd.
    data, places, into = primals
    return _put(data, places, into), jnp.zeros(into.shape, tangents[0].dtype).at[places].add(tangents[0])


@op("nd.scatter_nd", static=("shape",), samples={
    "args": [((onp.array([9., 8., 7.], "float32"), _WHERE), {"shape": (2, 3)})], "constant": (1,)})
def scatter_nd(data, indices, shape):
    """Zeros of `shape` with data[k] at the coordinates in column k of `indices`; where they repeat, the last one stays."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    into = jnp.zeros(shape, data.dtype)
    places = _coordinates(indices)
    if len(places) > len(shape) or data.shape != (*indices.shape[1:], *shape[len(places):]):
        raise MXNetError(f"data of shape {data.shape} and indices of shape {indices.shape} do not fit shape {shape}: "
                         f"data must have shape {(*indices.shape[1:], *shape[len(places):])}")
    return _put(data, places, into) if is_float(data.dtype) else into.at[places].set(data)


def _updated(a, ind, val, add):
    ind = ind.reshape(1, -1) if ind.ndim == 1 else ind
    if ind.ndim != 2 or ind.shape[0] > a.ndim:
        raise MXNetError(f"`ind` must have shape (m, k) with m <= {a.ndim} coordinates for each of k places, got {ind.shape}")
    places = _coordinates(ind, "ind")
    val = jnp.asarray(val).astype(a.dtype)
    try:
        val = jnp.broadcast_to(val, (ind.shape[1], *a.shape[ind.shape[0]:]))
    except ValueError:
        raise MXNetError(f"`val` of shape {val.shape} does not fit {(ind.shape[1], *a.shape[ind.shape[0]:])}") from None
    return a.at[places].add(val) if add else a.at[places].set(val)


_PLACES = onp.array([[0, 1], [1, 1]], "int32")


@op("npx.index_update", samples={"args": [((_M, _PLACES, _ONE_PER_ROW), {})]})
def index_update(a, ind, val):
    """A copy of `a` with `val` at the places whose coordinates are the columns of `ind`, shape (m, k)."""
    return _updated(a, ind, val, False)


@op("npx.index_add", samples={"args": [((_M, _PLACES * 0, _ONE_PER_ROW), {})]})
def index_add(a, ind, val):
    """A copy of `a` with `val` added at the places whose coordinates are the columns of `ind`, shape (m, k)."""
    return _updated(a, ind, val, True)


@op("nd.contrib.index_copy", samples={"args": [((_M, onp.array([1.], "float32"), _M[:1] + 7), {})], "constant": (1,)})
def index_copy(old_tensor, index_vector, new_tensor):
    """old_tensor with row index_vector[k] replaced by new_tensor[k]."""
    if new_tensor.shape != (index_vector.size, *old_tensor.shape[1:]):
        raise MXNetError(f"`new_tensor` must have shape {(index_vector.size, *old_tensor.shape[1:])}, got {new_tensor.shape}")
    return old_tensor.at[as_index(index_vector)].set(new_tensor.astype(old_tensor.dtype))


@op("nd.contrib.index_array", grad=False, samples={"args": [((_M,), {}), ((_CUBE,), {"axes": (1, 0)})]})
def index_array(data, axes=None):
    """For each position of `data` its coordinates (those along `axes` only): int64, shape data.shape + (number of axes,)."""
    axes = axes_in(axes, data.ndim, "axes")
    return jnp.stack([jax.lax.broadcasted_iota(jnp.int64, data.shape, a) for a in axes], -1)


# Slices given by numbers.

@op("nd.slice", "nd.crop", "npx.slice", "nd.NDArray.slice", static=("begin", "end"),
    samples={"args": [((_CUBE,), {"begin": (0, 1), "end": (2, 3)}),
                      ((_CUBE,), {"begin": (None, 2), "end": (None, None), "step": (1, -1)})]})
def slice_(data, begin, end, step=()):
    """data[begin[0]:end[0]:step[0], ...]; None leaves an end open; axes that are not named stay whole."""
    box = _box(begin, end, step)
    if len(box) > data.ndim:
        raise MXNetError(f"`begin` and `end` must have at most {data.ndim} entries, got {begin} and {end}")
    return data[box]


@op("nd.slice_axis", "nd.NDArray.slice_axis", static=("axis", "begin", "end"),
    samples={"args": [((_CUBE,), {"axis": 1, "begin": -2, "end": None})]})
def slice_axis(data, axis, begin, end):
    """data[..., begin:end, ...] along `axis`; negative numbers count from the end, end=None goes up to it.

    Raises: MXNetError if the slice is empty or reaches past the ends.
    """
    axis = axis_in(axis, data.ndim)
    return jax.lax.slice_in_dim(data, *axis_bounds(data.shape[axis], axis, begin, end), axis=axis)


def axis_bounds(size: int, axis: int, begin, end) -> tuple[int, int]:
    """nd.slice_axis's rule for begin and end on `size` elements."""
    start = 0 if begin is None else begin + size if begin < 0 else begin
    stop = size if end is None else end + size if end < 0 else end
    if not 0 <= start < stop <= size:
        raise MXNetError(f"begin={begin}, end={end} is no slice of axis {axis}, which has size {size}")
    return start, stop


@op("nd.slice_like", "npx.slice_like", "nd.NDArray.slice_like", samples={"args": [((_CUBE, _CUBE[:1, :2]), {}),
                                                                               ((_CUBE, _M[:1, :2]), {"axes": (0, 1)})]})
def slice_like(data, shape_like, axes=()):
    """The first elements of `data` along each axis, as many as `shape_like` has; along `axes` only, if given. None: all of `data`."""
    if axes is None:
        return data
    if axes == ():
        if data.ndim != shape_like.ndim:
            raise MXNetError(f"without `axes` both arrays must have as many axes, got {data.shape} and {shape_like.shape}")
        axes = range(data.ndim)
    stop = list(data.shape)
    for a in (axis_in(a, data.ndim, "axes") for a in (axes if not isinstance(axes, int) else (axes,))):
        if a >= shape_like.ndim or shape_like.shape[a] > stop[a]:
            raise MXNetError(f"axis {a} of shape {shape_like.shape} does not lie within shape {data.shape}")
        stop[a] = shape_like.shape[a]
    return data[tuple(slice(n) for n in stop)]


@op("nd.NDArray.slice_assign", "np.ndarray.slice_assign", static=("begin", "end", "step"))
def slice_assign(data, rhs, begin, end, step=()):
    """Write `rhs` to data[begin:end:step]; the array itself."""
    return data.at[_box(begin, end, step)].set(rhs.astype(data.dtype))


@op("nd.NDArray.slice_assign_scalar", "np.ndarray.slice_assign_scalar", static=("value", "begin", "end", "step"),
    scalars=("value",))
def slice_assign_scalar(data, value, begin, end, step=()):
    """Write a number to data[begin:end:step]; the array itself."""
    return data.at[_box(begin, end, step)].set(number(value, data.dtype))


def _box(begin, end, step):
    begin, end = (b if isinstance(b, tuple) else (b,) for b in (begin, end))  # a number is that of the first axis
    step = () if step is None else step if isinstance(step, tuple) else (step,)
    if len(begin) != len(end) or len(step) > len(begin):
        raise MXNetError(f"`begin` and `end` must have as many entries, and `step` no more; got {begin}, {end} and {step}")
    step = step + (None,) * (len(begin) - len(step))
    return tuple(slice(b, e, s) for b, e, s in zip(begin, end, step, strict=True))


# Choices among arrays.

@op("np.choose", samples={"args": [((onp.array([0, 1, 0]), [onp.arange(3.), onp.arange(3.) + 9]), {})]})
def choose(a, choices, out=None, mode="raise"):
    """choices[a[i]][i] for every position i, all broadcast against each other; mode as in take."""
    return jnp.choose(_places(as_index(a), len(choices), mode), [jnp.asarray(c) for c in choices], mode="clip")


@op("np.select", scalars=("default",), samples={"args": [(([_M > 2, _M > 1], [_M, _M * 10]), {})]})
def select(condlist, choicelist, default=0):
    """For every position the element of the first array in `choicelist` whose condition holds, else `default`."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"as many conditions as choices are needed, got {len(condlist)} and {len(choicelist)}")
    dtype, other = reduce(onp.promote_types, [c.dtype for c in choicelist]), kind(default)  # NumPy's rule
    if not other:
        dtype = onp.promote_types(dtype, default.dtype)
    elif not is_float(dtype) and (other == "f" or dtype == BOOL):
        dtype = FLOAT64 if other == "f" else INT64 if other == "i" else BOOL
    out = number(default, dtype)
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        out = jnp.where(condition, choice.astype(dtype), out)
    return out
