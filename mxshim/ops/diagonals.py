"""Diagonals, triangles, traces, and numbers of places: diag, tril, trace, unravel_index, tril_indices."""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import Scalar, op
from .axes import axis_in

_M = onp.array([[3., 1., 2.], [2.5, 5., 4.]], "float32")
_V = onp.array([3., 4.], "float32")
_CUBE = onp.arange(24, dtype="float32").reshape(2, 3, 4)


def _two_axes(x, axis1, axis2):
    a, b = axis_in(axis1, x.ndim, "axis1"), axis_in(axis2, x.ndim, "axis2")
    if a == b:
        raise MXNetError(f"axis1 and axis2 must differ, both are {a}")
    return a, b


def diagonal_of(a, offset=0, axis1=-2, axis2=-1):
    """jnp.diagonal: a slice of the flattened axes, whose gradient is no scatter."""
    a = jnp.moveaxis(a, (axis1, axis2), (-2, -1))
    *lead, m, n = a.shape
    count, start = (min(m, n - offset), offset) if offset >= 0 else (min(m + offset, n), -offset * n)
    if count <= 0:
        return jnp.zeros((*lead, 0), a.dtype)
    return lax.slice_in_dim(a.reshape(*lead, m * n), start, start + (count - 1) * (n + 1) + 1, n + 1, axis=-1)


def on_diagonal(v, offset=0):
    """Square matrices with the rows of v on a diagonal, zeros elsewhere."""
    *lead, count = v.shape
    n = count + abs(offset)
    if count == 0:
        return jnp.zeros((*lead, n, n), v.dtype)
    start = offset if offset >= 0 else -offset * n
    rest = n * n - start - (count - 1) * (n + 1) - 1
    return lax.pad(v, jnp.zeros((), v.dtype), [(0, 0, 0)] * len(lead) + [(start, rest, n)]).reshape(*lead, n, n)


@op("np.diag", samples={"args": [((_M,), {}), ((_V,), {"k": 1}), ((_M,), {"k": -1})]})
def diag(array, k=0):
    """The k-th diagonal of a matrix, or a matrix with the vector on its k-th diagonal."""
    if array.ndim not in (1, 2):
        raise MXNetError(f"a vector or a matrix is needed, got shape {array.shape}")
    return jnp.diag(array, k)


@op("nd.diag", "nd.NDArray.diag", samples={"args": [((_M,), {}), ((_V,), {"k": 1}), ((_CUBE,), {"axis1": 1, "axis2": 2})]})
def diag_nd(data, k=0, axis1=0, axis2=1):
    """A matrix with the vector on its k-th diagonal, or the diagonal of axes axis1 and axis2, as the last axis.

    Raises: MXNetError if the array has no such diagonal.
    """
    if data.ndim == 1:
        return jnp.diag(data, k)
    axis1, axis2 = _two_axes(data, axis1, axis2)
    if not -data.shape[axis1] < k < data.shape[axis2]:
        raise MXNetError(f"axes of sizes {data.shape[axis1]} and {data.shape[axis2]} have no diagonal {k}")
    return diagonal_of(data, k, axis1, axis2)


@op("np.diagflat", samples={"args": [((_M,), {"k": 1})]})
def diagflat(array, k=0):
    """A matrix with the elements on its k-th diagonal."""
    return jnp.diag(array.reshape(-1), k)


@op("np.diagonal", "np.ndarray.diagonal", samples={"args": [((_M,), {}), ((_CUBE,), {"offset": 1, "axis1": 1, "axis2": 2})]})
def diagonal(a, offset=0, axis1=0, axis2=1):
    """The diagonal of axes axis1 and axis2, as the last axis."""
    return diagonal_of(a, offset, *_two_axes(a, axis1, axis2))


@op("np.trace", samples={"args": [((_M,), {}), ((_CUBE,), {"offset": 1, "axis1": 1, "axis2": 2})]})
def trace(a, offset=0, axis1=0, axis2=1):
    """The sum along a diagonal; the dtype stays."""
    return jnp.sum(diagonal_of(a, offset, *_two_axes(a, axis1, axis2)), -1, dtype=a.dtype)


@op("np.tril", samples={"args": [((_M,), {}), ((_V,), {}), ((_CUBE,), {"k": -1})]})
def tril(m, k=0):
    """Zeros above the k-th diagonal of the last two axes; a vector is repeated as the rows of a square matrix."""
    return jnp.tril(_square(m), k)


@op("np.triu", samples={"args": [((_M,), {}), ((_CUBE,), {"k": 1})]})
def triu(m, k=0):
    """Zeros below the k-th diagonal of the last two axes; a vector is repeated as the rows of a square matrix."""
    return jnp.triu(_square(m), k)


def _square(m):
    if m.ndim == 0:
        raise MXNetError("a 0-d array has no triangle")
    return jnp.broadcast_to(m, (m.size, m.size)) if m.ndim == 1 else m


# Places as numbers.

def _pair(places) -> tuple:
    return tuple(jnp.asarray(p, jnp.int64) for p in places)


@op("np.tril_indices", static=("n",), grad=False, samples={"args": [((3,), {}), ((3,), {"k": 1, "m": 2})]})
def tril_indices(n, k=0, m=None):
    """Row and column numbers of the lower triangle of an (n, m) matrix; int64."""
    return _pair(onp.tril_indices(n, k, m))


@op("np.triu_indices", static=("n",), grad=False, samples={"args": [((3,), {}), ((3,), {"k": -1, "m": 2})]})
def triu_indices(n, k=0, m=None, device=None):
    """Row and column numbers of the upper triangle of an (n, m) matrix; int64."""
    return _pair(onp.triu_indices(n, k, m))


def _matrix(x):
    if x.ndim != 2:
        raise ValueError(f"a matrix is needed, got shape {x.shape}")
    return x.shape


@op("np.tril_indices_from", grad=False, samples={"args": [((_M,), {})]})
def tril_indices_from(arr, k=0):
    """np.tril_indices for the shape of a matrix."""
    return _pair(onp.tril_indices(_matrix(arr)[0], k, arr.shape[1]))


@op("np.triu_indices_from", grad=False, samples={"args": [((_M,), {})]})
def triu_indices_from(arr, k=0):
    """np.triu_indices for the shape of a matrix."""
    return _pair(onp.triu_indices(_matrix(arr)[0], k, arr.shape[1]))


@op("np.diag_indices_from", grad=False, samples={"args": [((_CUBE[:, :2, :2],), {})]})
def diag_indices_from(arr):
    """The coordinates of the main diagonal of an array whose axes all have one size; one int64 vector per axis."""
    if arr.ndim < 2 or len(set(arr.shape)) != 1:
        raise ValueError(f"an array of at least two axes, all of one size, is needed, got shape {arr.shape}")
    return tuple(jnp.arange(arr.shape[0], dtype=jnp.int64) for _ in range(arr.ndim))


def _steps(shape) -> list[int]:
    steps = [1]
    for n in reversed(shape[1:]):
        steps.append(steps[-1] * n)
    return steps[::-1]


def _coordinates(index, shape):
    """Coordinates in an array of `shape`; the first size may be unknown (-1)."""
    out = []
    for step, size in zip(_steps(shape), shape, strict=True):
        place = index // step
        out.append(place if not out else place % size)
    return out


@op("np.unravel_index", static=("shape",), scalars=("indices",), grad=False,
    samples={"args": [((onp.array([5, 7]),), {"shape": (2, 4)})]})
def unravel_index(indices, shape, order="C"):
    """The coordinates of elements given by their number in the flattened array: one array per axis, dtype of `indices`."""
    if order != "C":
        raise MXNetError(f"`order` must be 'C', got {order!r}")
    index = indices.astype(jnp.int64)
    dtype = jnp.int64 if isinstance(indices, Scalar) else indices.dtype
    return tuple(c.astype(dtype) for c in _coordinates(index, shape if isinstance(shape, tuple) else (shape,)))


@op("nd.unravel_index", grad=False, samples={"args": [((onp.array([5., 7.], "float32"),), {"shape": (2, 4)})]})
def unravel_index_nd(data, shape=None):
    """The coordinates of elements given by their number: shape (number of axes,) + data.shape, dtype of `data`.

    The first size in `shape` may be -1.
    """
    if not shape:
        raise MXNetError("`shape` is needed, such as shape=(2, 3)")
    return jnp.stack(_coordinates(data.astype(jnp.int64), shape if isinstance(shape, tuple) else (shape,))).astype(data.dtype)


@op("nd.ravel_multi_index", grad=False, samples={"args": [((onp.array([[1., 0.], [2., 3.]], "float32"),), {"shape": (2, 4)})]})
def ravel_multi_index(data, shape=None):
    """The numbers in the flattened array of the elements whose coordinates are the columns of `data`; its dtype."""
    if not shape or data.shape[0] != len(shape):
        raise MXNetError(f"`shape` must have {data.shape[0]} sizes, one per row of `data`, got {shape}")
    index = data.astype(jnp.int64)
    return sum(index[k] * step for k, step in enumerate(_steps(shape))).astype(data.dtype)
