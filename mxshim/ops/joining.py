"""Arrays put together and taken apart: concatenate, stack, split and their relatives.

Everything here wants operands of one dtype: MXNet does not promote when it joins.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp

from ..base import MXNetError
from ..engine.op import op
from .axes import agreed, axis_in, op_of_one_dtype
from .samples import calls_on

_A = onp.arange(6, dtype="float32").reshape(2, 3)
_B = _A + 10

_together = calls_on([_A, _B])


def _apart(*calls):
    """Samples: arguments after one (2, 6) array."""
    return {"args": [((onp.arange(12, dtype="float32").reshape(2, 6), *c), {}) for c in calls]}


def parts(seq, what="seq") -> tuple:
    """The arrays of a list argument; a single array counts as the list of its rows."""
    if getattr(seq, "ndim", 1) == 0:
        raise MXNetError(f"`{what}` must be a list of arrays, got a single 0-d array")
    arrays = tuple(seq) if not hasattr(seq, "ndim") else tuple(seq[i] for i in range(seq.shape[0]))
    if not arrays:
        raise MXNetError(f"`{what}` is empty: at least one array is needed")
    return agreed(*arrays)


def _concatenate(arrays, axis):
    first = arrays[0]
    if first.ndim == 0:
        raise MXNetError("0-d arrays cannot be concatenated; use stack")
    axis = axis_in(axis, first.ndim)
    for x in arrays[1:]:
        if x.ndim != first.ndim or any(m != n for k, (m, n) in enumerate(zip(x.shape, first.shape, strict=True)) if k != axis):
            raise MXNetError(f"shapes {first.shape} and {x.shape} differ outside axis {axis}")
    return jnp.concatenate(arrays, axis)


def _stack(arrays, axis):
    first = arrays[0]
    for x in arrays[1:]:
        if x.shape != first.shape:
            raise MXNetError(f"all arrays must have one shape, got {first.shape} and {x.shape}")
    return jnp.stack(arrays, axis_in(axis, first.ndim + 1))


@op_of_one_dtype("np.concatenate", "np.concat", samples=_together({}, {"axis": 1}, {"axis": None}))
def concatenate(seq, axis=0):
    """The arrays one after the other along `axis`; None flattens them first.

    Raises: MXNetError unless dtypes and shapes agree.
    """
    arrays = parts(seq)
    if axis is None:
        return jnp.concatenate([x.reshape(-1) for x in arrays])
    return _concatenate(arrays, axis)


@op_of_one_dtype("nd.concat", "nd.Concat", samples={"args": [((_A, _B), {}), ((_A, _B), {"dim": 0})]})
def concat_nd(*data, dim=1, num_args=0):
    """The arrays one after the other along axis `dim`. `num_args` says nothing that their number does not."""
    return _concatenate(parts(data, "data"), dim)


@op_of_one_dtype("nd.concatenate", samples=_together({}, {"axis": 1}))
def concatenate_nd(arrays, axis=0, always_copy=True):
    """The arrays one after the other along `axis`. Always a copy."""
    return _concatenate(parts(arrays, "arrays"), axis)


@op_of_one_dtype("np.stack", samples=_together({}, {"axis": -1}))
def stack(arrays, axis=0):
    """The arrays side by side along a new `axis`. Raises: MXNetError unless dtypes and shapes agree."""
    return _stack(parts(arrays, "arrays"), axis)


@op_of_one_dtype("nd.stack", samples={"args": [((_A, _B), {}), ((_A, _B), {"axis": 1})]})
def stack_nd(*data, axis=0, num_args=0):
    """The arrays side by side along a new `axis`."""
    return _stack(parts(data, "data"), axis)


@op_of_one_dtype("np.vstack", "np.row_stack", samples=_together({}))
def vstack(arrays):
    """The arrays below each other; vectors are rows."""
    return _concatenate([jnp.atleast_2d(x) for x in parts(arrays, "arrays")], 0)


@op_of_one_dtype("np.hstack", samples=_together({}))
def hstack(arrays):
    """The arrays beside each other: along axis 1, vectors along axis 0."""
    arrays = [jnp.atleast_1d(x) for x in parts(arrays, "arrays")]
    return _concatenate(arrays, 0 if arrays[0].ndim == 1 else 1)


@op_of_one_dtype("np.dstack", samples=_together({}))
def dstack(arrays):
    """The arrays behind each other, along axis 2."""
    return _concatenate([jnp.atleast_3d(x) for x in parts(arrays, "arrays")], 2)


@op_of_one_dtype("np.column_stack", samples=_together({}))
def column_stack(tup):
    """Vectors as columns, matrices beside each other."""
    return _concatenate([x.reshape(-1, 1) if x.ndim < 2 else x for x in parts(tup, "tup")], 1)


@op_of_one_dtype("np.append", samples={"args": [((_A, _B), {}), ((_A, _B), {"axis": 0})]})
def append(arr, values, axis=None):
    """`values` after `arr` along `axis`; None flattens both first."""
    arr, values = agreed(arr, values)
    return jnp.concatenate([arr.reshape(-1), values.reshape(-1)]) if axis is None else _concatenate((arr, values), axis)


# Splitting.

def _cut(x, places, axis):
    """Pieces of x between the given places."""
    edges = [0, *[min(max(p + x.shape[axis] if p < 0 else p, 0), x.shape[axis]) for p in places], x.shape[axis]]
    index = [slice(None)] * x.ndim
    out = []
    for start, stop in zip(edges, edges[1:], strict=False):
        index[axis] = slice(start, max(start, stop))
        out.append(x[tuple(index)])
    return tuple(out)


def split_places(size: int, sections, even: bool) -> list[int]:
    """Where to cut `size` elements for `sections`, a number of parts or the places themselves."""
    if isinstance(sections, tuple | list):
        return list(sections)
    if not isinstance(sections, int) or sections <= 0:
        raise ValueError(f"the number of sections must be a positive int, got {sections!r}")
    short, longer = divmod(size, sections)
    if longer and even:
        raise ValueError(f"array split does not result in an equal division: {size} elements do not make {sections} parts")
    sizes = [short + 1] * longer + [short] * (sections - longer)
    return list(onp.cumsum(sizes)[:-1].tolist())


def _split(x, sections, axis, even):
    if x.ndim == 0:
        raise MXNetError("a 0-d array cannot be split")
    axis = axis_in(axis, x.ndim)
    return _cut(x, split_places(x.shape[axis], sections, even), axis)


@op("np.split", static=("indices_or_sections",), samples=_apart((3, 1), ((1, 4), 1), (2,)))
def split(ary, indices_or_sections, axis=0):
    """A list of parts along `axis`: that many equal ones, or cut at the given places.

    Raises: ValueError if the parts would not be equal.
    """
    return _split(ary, indices_or_sections, axis, True)


@op("np.array_split", static=("indices_or_sections",), samples=_apart((4, 1), ((1, 4), 1)))
def array_split(ary, indices_or_sections, axis=0):
    """np.split whose parts may differ in size by one, the larger ones first."""
    return _split(ary, indices_or_sections, axis, False)


def _need_axes(x, n, name):
    if x.ndim < n:
        raise ValueError(f"{name} only works on arrays of {n} or more dimensions, got shape {x.shape}")


@op("np.hsplit", static=("indices_or_sections",), samples=_apart((3,)))
def hsplit(ary, indices_or_sections):
    """np.split along axis 1, of vectors along axis 0."""
    _need_axes(ary, 1, "hsplit")
    return _split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1, True)


@op("np.vsplit", static=("indices_or_sections",), samples=_apart((2,)))
def vsplit(ary, indices_or_sections):
    """np.split along axis 0."""
    _need_axes(ary, 2, "vsplit")
    return _split(ary, indices_or_sections, 0, True)


@op("np.dsplit", static=("indices_or_sections",), samples={"args": [((onp.ones((1, 2, 4), "float32"), 2), {})]})
def dsplit(ary, indices_or_sections):
    """np.split along axis 2."""
    _need_axes(ary, 3, "dsplit")
    return _split(ary, indices_or_sections, 2, True)


def _squeezed(pieces, axis, wanted):
    if not wanted:
        return pieces
    for p in pieces:
        if p.shape[axis] != 1:
            raise MXNetError(f"squeeze_axis needs parts of size 1 along axis {axis}, got {p.shape[axis]}")
    return tuple(jnp.squeeze(p, axis) for p in pieces)


@op("nd.split", "nd.SliceChannel", "npx.slice_channel", "nd.NDArray.split", static=("num_outputs",),
    samples={"args": [((_A,), {"num_outputs": 3}), ((_A,), {"num_outputs": 3, "squeeze_axis": True})]})
def split_nd(data, num_outputs, axis=1, squeeze_axis=False):
    """`num_outputs` equal parts along `axis`, without that axis if `squeeze_axis` and their size is 1.

    Returns: a list; the part itself if there is one. Raises: MXNetError if the parts would not be equal.
    """
    axis = axis_in(axis, data.ndim)
    if not isinstance(num_outputs, int) or num_outputs < 1:
        raise MXNetError(f"`num_outputs` must be a positive int, got {num_outputs!r}")
    if data.shape[axis] % num_outputs:
        raise MXNetError(f"axis {axis} of size {data.shape[axis]} does not divide into {num_outputs} equal parts")
    return _squeezed(_cut(data, split_places(data.shape[axis], num_outputs, True), axis), axis, squeeze_axis)


@op("nd.split_v2", "nd.NDArray.split_v2", static=("indices_or_sections",), samples=_apart((3, 1), ((1, 4), 1)))
def split_v2(ary, indices_or_sections, axis=0, squeeze_axis=False):
    """np.split, with `squeeze_axis` as nd.split has it."""
    pieces = _split(ary, indices_or_sections, axis, True)
    return _squeezed(pieces, axis_in(axis, ary.ndim), squeeze_axis)


# Grids.

@op("np.meshgrid", samples={"args": [((onp.arange(3, dtype="float32"), onp.arange(2, dtype="float32")), {}),
                                     ((onp.arange(3, dtype="float32"), onp.arange(2, dtype="float32")), {"indexing": "ij"})]})
def meshgrid(*xi, indexing="xy", sparse=False, copy=True):
    """Vectors as coordinates of a grid: one array of the grid's shape each.

    xi: arrays of more axes are flattened.  indexing: "xy" (the first vector runs along axis 1) or "ij".
    sparse: sizes of 1 instead of repetition.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Valid values for `indexing` are 'xy' and 'ij', got {indexing!r}")
    return tuple(jnp.meshgrid(*(x.reshape(-1) for x in xi), indexing=indexing, sparse=bool(sparse)))


@op("np.broadcast_arrays", samples={"args": [((onp.ones((1, 2), "float32"), onp.ones((2, 1), "float32")), {})]})
def broadcast_arrays(*args):
    """The arrays broadcast against each other: a list of arrays of one shape."""
    try:
        return tuple(jnp.broadcast_arrays(*args))
    except ValueError:
        raise ValueError(f"shapes {', '.join(str(a.shape) for a in args)} cannot be broadcast against each other") from None


@op_of_one_dtype("nd.khatri_rao", samples={"args": [((_A, _B), {})]})
def khatri_rao(*args):
    """Column-wise Kronecker product: (m, k), (n, k), ... give (m*n*..., k) (Kolda and Bader, Tensor Decompositions, 2009)."""
    arrays = parts(args, "args")
    out = arrays[0]
    for x in arrays[1:]:
        if x.ndim != 2 or out.ndim != 2 or x.shape[1] != out.shape[1]:
            raise MXNetError(f"matrices with equally many columns are needed, got {', '.join(str(a.shape) for a in arrays)}")
        out = (out[:, None, :] * x[None, :, :]).reshape(-1, x.shape[1])
    return out
