"""Shapes: reshape and its codes, transposing, adding and dropping axes, broadcasting, repeating, flipping, padding."""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp

from ..base import ArgumentValueError, MXNetError
from ..engine.op import op
from .axes import axes_in, axis_in, reduced
from .samples import calls_on

_CUBE = onp.arange(24, dtype="float32").reshape(2, 3, 4)

_on_cube = calls_on(_CUBE)


def sizes(shape, what="shape") -> tuple[int, ...]:
    shape = shape if isinstance(shape, tuple | list) else (shape,)
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in shape):
        raise MXNetError(f"`{what}` must be made of ints, got {shape!r}")
    return tuple(shape)


def _fill_unknown(wanted, size: int, shape) -> tuple[int, ...]:
    """`wanted` with its one -1 replaced by what is left of `size`; `shape` is the operand's, for the error."""
    if wanted.count(-1) > 1:
        raise MXNetError(f"only one size may be -1, got {wanted}")
    if any(n < -1 for n in wanted):
        raise MXNetError(f"sizes must be at least -1, got {wanted}")
    known = math.prod(n for n in wanted if n != -1)
    if -1 in wanted:
        if known == 0 or size % known:
            raise MXNetError(f"cannot reshape {size} elements of shape {shape} into {wanted}: -1 stands for no whole number")
        wanted = tuple(size // known if n == -1 else n for n in wanted)
    elif known != size:
        raise MXNetError(f"cannot reshape {size} elements of shape {shape} into {wanted}, which has {known}")
    return wanted


# Reshape. np and npx share their codes, nd has codes of its own.

@op("np.reshape", static=("newshape",), samples=_on_cube({"newshape": (4, 6)}, {"newshape": (-1, 3)}))
def reshape(a, newshape, order="C"):
    """The elements in the same order with another shape; one size may be -1, and npx.reshape's codes may be used, too.

    order: "C", the last axis changes fastest, or "F", the first (MXNet has only "C").
    Raises: MXNetError if the sizes do not fit.
    """
    wanted = sizes(newshape, "newshape")
    if wanted and min(wanted) < -1:
        wanted = _decoded(a.shape, wanted, _NPX_CODES)
    return in_order(a, _fill_unknown(wanted, a.size, a.shape), order)


def in_order(a, shape, order):
    """a.reshape(shape) in C or Fortran order."""
    if order not in ("C", "A", "K", "F"):
        raise MXNetError(f"`order` must be 'C' or 'F', got {order!r}")
    return a.reshape(shape) if order != "F" else a.T.reshape(shape[::-1]).T


# What the codes of npx.reshape and of nd.reshape mean: copy a size, skip a size of 1, copy all that is left, merge two sizes, split one
# into the two that follow, one of which may be -1. For both, -1 is what is left.
_NPX_CODES = {-2: "copy", -3: "skip", -4: "rest", -5: "merge", -6: "split"}
_ND_CODES = {0: "copy", -2: "rest", -3: "merge", -4: "split"}


def _decoded(shape, codes, meanings, reverse=False) -> tuple[int, ...]:
    """The shape that codes make of `shape`, in which -1 stays; both are read from the right if `reverse`."""
    if reverse:
        return _decoded(shape[::-1], codes[::-1], meanings)[::-1]
    out: list[int] = []
    at = i = 0

    def take():
        nonlocal at
        if at >= len(shape):
            raise MXNetError(f"code {code} of {codes} finds no size left in shape {shape}")
        at += 1
        return shape[at - 1]

    while i < len(codes):
        code = codes[i]
        i += 1
        meaning = meanings.get(code)
        if meaning == "copy":
            out.append(take())
        elif meaning == "skip":
            size = take()
            if size != 1:
                raise MXNetError(f"code {code} of {codes} skips sizes of 1 only, not {size} of shape {shape}")
        elif meaning == "rest":
            out.extend(shape[at:])
            at = len(shape)
        elif meaning == "merge":
            out.append(take() * take())
        elif meaning == "split":
            if i + 1 >= len(codes):
                raise MXNetError(f"code {code} of {codes} must be followed by two sizes")
            out.extend(_split_size(take(), codes[i], codes[i + 1], codes))
            i += 2
        elif code >= -1:
            out.append(code)
            at += 1
        else:
            raise MXNetError(f"unknown code {code} in {codes}: the lowest is {min(meanings)}")
    return tuple(out)


def _split_size(size, a, b, codes):
    if a == -1 and b == -1:
        raise MXNetError(f"only one of the two sizes after a split in {codes} may be -1")
    if a == -1 and b > 0:
        a = size // b
    elif b == -1 and a > 0:
        b = size // a
    if a * b != size:
        raise MXNetError(f"{a} times {b} in {codes} is not the size {size} that is split")
    return a, b


@op("npx.reshape", static=("newshape",), samples=_on_cube({"newshape": (-2, -5)}, {"newshape": (-6, 1, 2, -4)}))
def reshape_npx(a, newshape, reverse=False, order="C"):
    """np.reshape with codes: -1 what is left, -2 copy, -3 skip a 1, -4 copy the rest, -5 merge two, -6 split in two.

    reverse: read shape and codes from the right.
    """
    return reshape(a, _decoded(a.shape, sizes(newshape, "newshape"), _NPX_CODES, reverse), order)


def nd_reshape_shape(shape, codes, reverse=False) -> tuple[int, ...]:
    """The shape that nd.reshape gives an array of `shape`.

    Raises: MXNetError or, where elements would be left over, ValueError.
    """
    codes = sizes(codes)
    wanted = _decoded(shape, codes, _ND_CODES, reverse)
    size, known = math.prod(shape), math.prod(n for n in wanted if n != -1)
    if wanted.count(-1) < 2 and (known < size and -1 not in wanted or -1 in wanted and known and size % known):
        raise ArgumentValueError(f"cannot reshape {size} elements of shape {shape} into {codes}")
    return _fill_unknown(wanted, size, shape)


@op("nd.reshape", "nd.Reshape", samples=_on_cube({"shape": (0, -1)}, {"shape": (-3, -2)}, {"shape": (-4, 1, 2, -2)},
                                                 {"shape": (-1, 0), "reverse": True}))
def reshape_nd(data, shape=None, reverse=False, target_shape=None, keep_highest=False):
    """The elements in the same order with another shape.

    Codes in `shape`: 0 copy a size, -1 what is left, -2 copy the rest, -3 merge two, -4 a b split one; `reverse` reads
    from the right. `target_shape` is MXNet's old spelling: plain sizes, with 0 for what is left; `keep_highest` keeps the
    first size.
    Raises: MXNetError if the sizes do not fit. Differs: MXNet lets a larger or smaller result pass and reads past the end.
    """
    if shape is None or (shape == () and target_shape):
        if not target_shape:
            raise MXNetError("`shape` is needed, such as shape=(0, -1)")
        target = list(sizes(target_shape, "target_shape"))
        if keep_highest:
            target[0] = data.shape[0]
        return data.reshape(_fill_unknown(tuple(-1 if n == 0 else n for n in target), data.size, data.shape))
    return data.reshape(nd_reshape_shape(data.shape, shape, reverse))


@op("nd.reshape_like", "npx.reshape_like", "nd.NDArray.reshape_like")
def reshape_like(lhs, rhs, lhs_begin=None, lhs_end=None, rhs_begin=None, rhs_end=None):
    """lhs with the shape of rhs, or with its axes lhs_begin:lhs_end replaced by axes rhs_begin:rhs_end of rhs."""
    def bounds(ndim, begin, end):
        begin, end = 0 if begin is None else begin, ndim if end is None else end
        return begin + ndim if begin < 0 else begin, end + ndim if end < 0 else end
    lb, le = bounds(lhs.ndim, lhs_begin, lhs_end)
    rb, re = bounds(rhs.ndim, rhs_begin, rhs_end)
    return lhs.reshape(_fill_unknown(lhs.shape[:lb] + rhs.shape[rb:re] + lhs.shape[le:], lhs.size, lhs.shape))


@op("np.ravel", samples=_on_cube({}))
def ravel(x, order="C"):
    """The elements as a vector, in order "C" or "F"."""
    return in_order(x, (x.size,), order)


@op("nd.flatten", "nd.Flatten", "npx.batch_flatten", samples=_on_cube({}))
def batch_flatten(data):
    """Keeps the first axis and merges the others: shape (n, everything else)."""
    if data.ndim == 0:
        raise MXNetError("a 0-d array has no first axis to keep")
    return data.reshape(data.shape[0], math.prod(data.shape[1:]))


# The order of axes.

@op("np.transpose", "np.permute_dims", samples=_on_cube({}, {"axes": (0, -1, 1)}))
def transpose(a, axes=None):
    """The axes in the order that `axes` gives, reversed by default. Raises: ValueError if an axis is named twice."""
    if axes is None:
        return jnp.transpose(a)
    axes = axes if isinstance(axes, tuple | list) else (axes,)
    if len(axes) != a.ndim:
        raise MXNetError(f"`axes` must name each of the {a.ndim} axes once, got {tuple(axes)}")
    if len({axis_in(x, a.ndim, "axes") for x in axes}) != a.ndim:
        raise ValueError(f"`axes` names an axis twice: {tuple(axes)}")
    return jnp.transpose(a, axes)


@op("nd.transpose", samples=_on_cube({}, {"axes": (1, 0, 2)}))
def transpose_nd(data, axes=None):
    """The axes in the order that `axes` gives, reversed by default and for ()."""
    return transpose(data, axes or None)


@op("np.swapaxes", "np.ndarray.swapaxes", static=("axis1", "axis2"), samples=_on_cube({"axis1": 0, "axis2": 2}))
def swapaxes(a, axis1, axis2):
    """Two axes exchanged."""
    return jnp.swapaxes(a, axis_in(axis1, a.ndim, "axis1"), axis_in(axis2, a.ndim, "axis2"))


@op("nd.swapaxes", "nd.SwapAxis", "nd.NDArray.swapaxes", samples=_on_cube({"dim1": 0, "dim2": 2}))
def swapaxes_nd(data, dim1=0, dim2=0):
    """Two axes exchanged."""
    return swapaxes(data, dim1, dim2)


def _moved(ndim, source, destination):
    source = axes_in(source, ndim, "source")
    destination = axes_in(destination, ndim, "destination")
    if len(source) != len(destination):
        raise MXNetError(f"`source` and `destination` must have as many axes, got {len(source)} and {len(destination)}")
    order = [a for a in range(ndim) if a not in source]
    for to, at in sorted(zip(destination, source, strict=True)):
        order.insert(to, at)
    return order


@op("np.moveaxis", static=("source", "destination"), samples=_on_cube({"source": 0, "destination": -1}))
def moveaxis(a, source, destination):
    """Axes moved to other places, the rest in their order."""
    return jnp.transpose(a, _moved(a.ndim, source, destination))


@op("nd.moveaxis", static=("source", "destination"), samples=_on_cube({"source": (0, 1), "destination": (-1, -2)}))
def moveaxis_nd(tensor, source, destination):
    """Axes moved to other places, the rest in their order. Raises: ValueError for axes that do not exist or are named twice."""
    try:
        return moveaxis(tensor, source, destination)
    except MXNetError as error:
        raise ValueError(str(error)) from None


@op("np.rollaxis", static=("axis",), samples=_on_cube({"axis": 2}, {"axis": 0, "start": 3}))
def rollaxis(a, axis, start=0):
    """One axis moved before axis `start`."""
    axis = axis_in(axis, a.ndim)
    start = a.ndim if start == a.ndim else axis_in(start, a.ndim, "start")
    return moveaxis(a, axis, start - (axis < start))


# Axes of size 1.

@op("np.expand_dims", static=("axis",), samples=_on_cube({"axis": 1}, {"axis": -1}))
def expand_dims(a, axis):
    """A new axis of size 1 at place `axis` of the result."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    return jnp.expand_dims(a, axes_in(axes, a.ndim + len(axes)))


@op("nd.expand_dims", static=("axis",), samples=_on_cube({"axis": 1}, {"axis": -1}))
def expand_dims_nd(data, axis):
    """A new axis of size 1 at place `axis` of the result."""
    return expand_dims(data, axis)


@op("np.squeeze", "np.ndarray.squeeze", samples={"args": [((onp.ones((1, 3, 1), "float32"),), {}),
                                                        ((onp.ones((1, 3, 1), "float32"),), {"axis": 0})]})
def squeeze(a, axis=None):
    """Without its axes of size 1, or without those named. Raises: MXNetError if a named axis has another size."""
    if axis is None:
        return jnp.squeeze(a)
    axes = reduced(axis, a.ndim)
    for k in axes:
        if a.shape[k] != 1:
            raise MXNetError(f"axis {k} has size {a.shape[k]}; only axes of size 1 can be dropped")
    return jnp.squeeze(a, axes)


@op("nd.squeeze", samples={"args": [((onp.ones((1, 3, 1), "float32"),), {"axis": 0})]})
def squeeze_nd(data, axis=None):
    """np.squeeze; where nothing is left the result has shape (1,)."""
    out = squeeze(data, axis)
    return out.reshape(1) if out.ndim == 0 else out


def _at_least(ndim, arrays):
    def lift(x):
        if ndim == 3 and x.ndim in (1, 2):  # NumPy's layout: (1, n, 1) and (m, n, 1)
            return x.reshape((1, -1, 1)) if x.ndim == 1 else x[:, :, None]
        return x.reshape((1,) * (ndim - x.ndim) + x.shape) if x.ndim < ndim else x
    return tuple(lift(x) for x in arrays)


@op("np.atleast_1d")
def atleast_1d(*arys):
    """Each array with at least one axis; one array gives an array, several a list."""
    return _at_least(1, arys)


@op("np.atleast_2d")
def atleast_2d(*arys):
    """Each array with at least two axes, added in front. The gradient is right (MXNet: zero)."""
    return _at_least(2, arys)


@op("np.atleast_3d")
def atleast_3d(*arys):
    """Each array with at least three axes: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
    return _at_least(3, arys)


# Shapes as arrays.

@op("nd.shape_array", "npx.shape_array", "nd.NDArray.shape_array", grad=False, samples=_on_cube({}))
def shape_array(data):
    """The sizes of the axes as an int64 vector."""
    return jnp.asarray(data.shape, jnp.int64)


@op("nd.size_array", "nd.NDArray.size_array", grad=False, samples=_on_cube({}))
def size_array(data):
    """The number of elements as an int64 vector of one."""
    return jnp.asarray([data.size], jnp.int64)
