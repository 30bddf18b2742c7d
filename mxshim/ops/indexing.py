"""Reading and writing by index. Starts are run-time numbers, sizes and steps are static: a moving slice is one program."""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import Check, Scalar, op
from .dtypes import cast
from .internal import without_ones
from .primitives import Mode, take, to

# One entry of `axes` per dimension of x: None takes all of it; (size, step) takes `size` elements, `step` apart, from the
# next start on (the lowest index touched, also for negative steps).


def _window(x, starts, axes):
    """(full starts, spans) of the block that a basic index touches."""
    given, full, spans = iter(starts), [], []
    for n, axis in zip(x.shape, axes, strict=True):
        if axis is None:
            full.append(onp.int64(0))
            spans.append(n)
        else:
            size, step = axis
            full.append(next(given).value)
            spans.append(0 if size == 0 else (size - 1) * abs(step) + 1)
    return full, spans


def _steps(axes):
    return tuple(slice(None) if a is None or a[1] == 1 else slice(None, None, abs(a[1])) for a in axes)


def _flipped(axes):
    return [i for i, a in enumerate(axes) if a is not None and a[1] < 0]


@op("mx.getitem", static=("starts", "axes", "shape"), scalars=("starts",), waits=True)
def getitem(x, starts, axes, shape):
    """The block of a basic index, in `shape` (integers dropped, None inserted)."""
    full, spans = _window(x, starts, axes)
    if starts:
        x = lax.dynamic_slice(x, full, spans, allow_negative_indices=False)
    if any(a is not None and abs(a[1]) != 1 for a in axes):
        x = x[_steps(axes)]
    flips = _flipped(axes)
    if flips:
        x = lax.rev(x, flips)
    return x if x.shape == shape else lax.reshape(x, shape)


@op("mx.setitem", static=("starts", "axes", "shape"), scalars=("starts", "value"),
    diff=lambda x, value, starts, axes, shape: _setitem(x, value, starts, axes, shape, False))
def setitem(x, value, starts, axes, shape):
    """x with the block of a basic index replaced by `value`, broadcast to `shape` and cast."""
    return _setitem(x, value, starts, axes, shape, True)


@op("mx.block", static=("shape",), scalars=("start",), waits=True)
def block(x, start, shape):
    """The elements of x from a start on, counted row by row, in `shape`: what lies together in memory."""
    return lax.dynamic_slice(x.reshape(-1), (start.value,), (math.prod(shape),), allow_negative_indices=False).reshape(shape)


@op("mx.block_back", static=("shape",), scalars=("start",))
def block_back(x, new, start, shape):
    """What a write through such a block makes of its memory x."""
    return lax.dynamic_update_slice(x.reshape(-1), new.reshape(-1), (start.value,), allow_negative_indices=False).reshape(x.shape)


def _setitem(x, value, starts, axes, shape, exact):
    value = _broadcast(value, shape, x.dtype if exact or isinstance(value, Scalar) else None)
    value = value if exact else value.astype(x.dtype)
    full, spans = _window(x, starts, axes)
    sizes = [n if a is None else a[0] for n, a in zip(x.shape, axes, strict=True)]
    value = value.reshape(sizes)
    flips = _flipped(axes)
    if flips:
        value = lax.rev(value, flips)
    if not starts:
        return value
    if any(a is not None and abs(a[1]) != 1 for a in axes):
        value = lax.dynamic_slice(x, full, spans, allow_negative_indices=False).at[_steps(axes)].set(value)
    return lax.dynamic_update_slice(x, value, full, allow_negative_indices=False)


def _broadcast(value, shape, dtype):
    value = value.value if isinstance(value, Scalar) else value
    if dtype is not None:
        value = cast(value, dtype)
    value = without_ones(value, len(shape))
    try:
        return jnp.broadcast_to(value, shape)
    except ValueError:
        raise ValueError(f"could not assign an array of shape {value.shape} to a part of shape {tuple(shape)}") from None


# In `layout`, one entry per dimension of x: ("all",), ("at", k) for the k-th index array, ("int",) for an integer: x has the
# one element there that it names.


def _layout(indices, layout):
    return tuple(slice(None) if e[0] == "all" else 0 if e[0] == "int" else indices[e[1]].astype(jnp.int64) for e in layout)


@op("mx.take_at", static=("layout",))
def take_at(x, indices, layout):
    """NumPy's integer indexing: the index arrays broadcast together; bounds were checked before."""
    kinds = [e[0] for e in layout]
    if kinds.count("at") == 1 and "int" not in kinds:
        return _taken(x, indices[layout[kinds.index("at")][1]], kinds.index("at"))
    return x[_layout(indices, layout)]


def _taken(x, index, axis):
    """x[:, ..., index] with one array at `axis`, as jnp computes it, which takes five times as long to trace."""
    n = x.shape[axis]
    index = to(index, "int64")
    index = to(lax.select(lax.lt(index, 0), lax.add(index, n), index), "int32" if n < 1 << 31 else "int64")
    return take(x, index, axis, Mode.PROMISE_IN_BOUNDS)


@op("mx.put_at", static=("layout",), scalars=("value",))
def put_at(x, value, indices, layout):
    """x with the elements that `take_at` would read replaced; the last of equal positions wins."""
    where = _layout(indices, layout)
    value = value.value if isinstance(value, Scalar) else value
    shape = jnp.broadcast_shapes(*[i.shape for i in indices]) if all(e[0] != "all" for e in layout) else x[where].shape
    return x.at[where].set(_broadcast(value, shape, x.dtype))


@op("mx.put_mask", scalars=("value",))
def put_mask(x, mask, value):
    """x with one number, or a broadcast array, where the mask (of x's leading dimensions) is set."""
    value = value.value if isinstance(value, Scalar) else value
    rest = x.shape[mask.ndim:]
    mask = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))
    while value.ndim > len(rest) and value.shape[0] == 1:
        value = value[0]
    if jnp.broadcast_shapes(value.shape, rest) != rest:
        raise ValueError(f"could not assign an array of shape {value.shape} to each of the parts of shape {rest} that the mask selects")
    return jnp.where(mask, _broadcast(value, rest, x.dtype), x)


def outside(index, n):
    """Whether an index array has elements outside [-n, n)."""
    return _any_outside(index, -n, n)


def _any_outside(index, low, high):
    """Whether an array has elements outside [low, high)."""
    if not index.size:
        return jnp.bool_(False)
    if index.dtype.kind in "iu" and index.dtype.itemsize < 8:
        index = lax.convert_element_type(index, "int64")
    if index.dtype != "int64":
        return jnp.any((index < low) | (index >= high))
    out = lax.bitwise_or(lax.lt(index, low), lax.ge(index, high))
    return lax.reduce_or(out, tuple(range(out.ndim)))


@op("mx.index", static=("n",), check=Check(lambda given: True, outside, IndexError, "an index is out of bounds for an axis of n elements"))
def index(index, n):
    """An index array into an axis of n elements."""
    return index


def misplaced(index, n):
    """Whether an index array has elements outside [0, n)."""
    return _any_outside(index, 0, n)


@op("mx.place", static=("n",),
    check=Check(lambda given: True, misplaced, MXNetError, "an index is out of bounds for an axis of n elements"))
def place(index, n):
    """An index array into an axis of n elements, counted from the start."""
    return index
