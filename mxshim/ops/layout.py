"""Repeating, turning and padding what is in an array: tile, repeat, flip, roll, rot90, pad, depth_to_space."""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import Scalar, op
from .axes import axes_in, axis_in, number
from .samples import calls_on

_GRID = onp.arange(6, dtype="float32").reshape(2, 3)

_on_grid = calls_on(_GRID)


@op("np.tile", "np.ndarray.tile", static=("reps",), samples=_on_grid({"reps": 2}, {"reps": (2, 1, 2)}))
def tile(A, reps):
    """The array repeated `reps` times along each axis; more entries in `reps` than axes add axes in front."""
    if any(isinstance(n, int) and n < 0 for n in (reps if isinstance(reps, tuple) else (reps,))):
        raise MXNetError(f"`reps` must be counts, not negative; got {reps!r}")
    return jnp.tile(A, reps)


@op("nd.tile", "nd.NDArray.tile", static=("reps",), samples=_on_grid({"reps": (2, 2)}))
def tile_nd(data, reps):
    """The array repeated `reps` times along each axis."""
    return tile(data, reps)


def _repeat(x, repeats, axis):
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = axis_in(axis, x.ndim)
    counts = repeats if isinstance(repeats, tuple) else (repeats,)
    if any(not isinstance(n, int) or n < 0 for n in counts):
        raise MXNetError(f"`repeats` must be a count or a list of counts, got {repeats!r}")
    if len(counts) == 1:
        n = counts[0]
        wide = jnp.broadcast_to(jnp.expand_dims(x, axis + 1), (*x.shape[:axis + 1], n, *x.shape[axis + 1:]))
        return wide.reshape(*x.shape[:axis], x.shape[axis] * n, *x.shape[axis + 1:])
    if len(counts) != x.shape[axis]:
        raise MXNetError(f"`repeats` must be one count or {x.shape[axis]}, one per place of axis {axis}, got {len(counts)}")
    return jnp.take(x, onp.repeat(onp.arange(x.shape[axis]), counts), axis=axis)


@op("np.repeat", "np.ndarray.repeat", static=("repeats",), samples=_on_grid({"repeats": 2}, {"repeats": (1, 2), "axis": 0}))
def repeat(a, repeats, axis=None):
    """Each element repeated along `axis` (None: of the flattened array). The gradient is right (2.0.0b1: zero)."""
    return _repeat(a, repeats, axis)


@op("nd.repeat", "nd.NDArray.repeat", static=("repeats",), samples=_on_grid({"repeats": 2, "axis": 1}))
def repeat_nd(data, repeats, axis=None):
    """Each element repeated along `axis` (None: of the flattened array)."""
    return _repeat(data, repeats, axis)


@op("np.resize", static=("new_shape",), samples=_on_grid({"new_shape": (2, 5)}))
def resize(a, new_shape):
    """The elements, over and over, in an array of `new_shape`."""
    shape = new_shape if isinstance(new_shape, tuple) else (new_shape,)
    size = math.prod(shape)
    if a.size == 0:
        return jnp.zeros(shape, a.dtype)
    flat = a.reshape(-1)
    return jnp.tile(flat, -(-size // a.size))[:size].reshape(shape)


@op("np.flip", samples=_on_grid({}, {"axis": 1}))
def flip(m, axis=None):
    """The order of the elements reversed along `axis`, along all by default."""
    return jnp.flip(m, axes_in(axis, m.ndim))


@op("nd.flip", "nd.reverse", "nd.NDArray.flip", static=("axis",), samples=_on_grid({"axis": 0}))
def flip_nd(data, axis):
    """The order of the elements reversed along `axis`."""
    return flip(data, axis)


@op("np.flipud", samples=_on_grid({}))
def flipud(m):
    """Reversed along axis 0."""
    return flip(m, 0)


@op("np.fliplr", samples=_on_grid({}))
def fliplr(m):
    """Reversed along axis 1."""
    return flip(m, 1)


@op("np.roll", static=("shift",), scalars=("shift",), samples=_on_grid({"shift": 1}, {"shift": (1, 2), "axis": (0, 1)}))
def roll(a, shift, axis=None):
    """The elements moved by `shift` places along `axis` (None: of the flattened array), the last ones back to the front.

    A single `shift` is a run-time number.
    """
    if axis is not None:
        axis = axes_in(axis, a.ndim)
    if not isinstance(shift, Scalar):
        return jnp.roll(a, shift, axis)
    if axis is None:
        return _rolled(a.reshape(-1), shift, 0).reshape(a.shape)
    for k in axis:
        a = _rolled(a, shift, k)
    return a


def _rolled(a, shift, axis):
    """The elements moved by a run-time number: a window of two copies."""
    n = a.shape[axis]
    if n < 2:
        return a
    start = lax.rem((1 << 62) // n * n - shift.astype("int64"), onp.int64(n))  # from a multiple of n that is beyond any shift
    return lax.dynamic_slice_in_dim(lax.concatenate([a, a], axis), start.astype("uint64"), n, axis)  # not negative


@op("np.rot90", samples=_on_grid({}, {"k": 2}, {"axes": (1, 0)}))
def rot90(m, k=1, axes=(0, 1)):
    """Turned by k times 90 degrees from the first of `axes` towards the second."""
    axes = axes_in(axes, m.ndim, "axes")
    if len(axes) != 2:
        raise MXNetError(f"`axes` must name two axes, got {axes}")
    return jnp.rot90(m, k, axes)


_PAD_MODES = ("constant", "edge", "reflect", "symmetric", "maximum", "minimum")


@op("np.pad", scalars=("constant_values",), samples=_on_grid({"pad_width": ((1, 0), (0, 2))},
                                                            {"pad_width": ((1, 1), (2, 1)), "mode": "reflect"}))
def pad(x, pad_width=None, mode="constant", constant_values=0, reflect_type="even"):
    """The array with more elements around it: `pad_width` is ((before, after), ...), one pair for each axis.

    mode: "constant", "edge", "reflect", "symmetric", "maximum" or "minimum".
    Raises: TypeError if pad_width is no tuple, ValueError for another mode.
    """
    if not isinstance(pad_width, tuple):
        raise TypeError(f"`pad_width` must be tuple: ((before, after), ...), got {pad_width!r}")
    if mode not in _PAD_MODES:
        raise ValueError(f"mode {mode!r} is not offered; use one of {', '.join(_PAD_MODES)}")
    if mode == "constant":
        return jnp.pad(x, pad_width, mode, constant_values=number(constant_values, x.dtype))
    if mode in ("reflect", "symmetric"):
        return jnp.pad(x, pad_width, mode, reflect_type=reflect_type)
    return jnp.pad(x, pad_width, mode)


@op("nd.pad", "nd.Pad", "npx.pad", "nd.NDArray.pad", scalars=("constant_value",), samples={
    "args": [((onp.ones((1, 1, 2, 3), "float32"),), {"mode": "edge", "pad_width": (0, 0, 0, 0, 1, 1, 2, 1)})]})
def pad_nd(data, mode="constant", pad_width=(), constant_value=0.0):
    """The array with more elements around it; `pad_width` is flat: before and after of axis 0, of axis 1, ...

    mode: "constant", "edge" or "reflect". Any number of axes (MXNet: 4 or 5, of which only the last may grow).
    """
    if mode not in ("constant", "edge", "reflect"):
        raise MXNetError(f"mode {mode!r} is not offered; use 'constant', 'edge' or 'reflect'")
    if len(pad_width) != 2 * data.ndim:
        raise MXNetError(f"`pad_width` must have {2 * data.ndim} entries, two for each axis, got {len(pad_width)}")
    return pad(data, tuple(zip(pad_width[::2], pad_width[1::2], strict=True)), mode, constant_value)


def _blocks(data, block_size):
    if data.ndim != 4:
        raise MXNetError(f"a 4-d array (batch, channel, height, width) is needed, got shape {data.shape}")
    if not isinstance(block_size, int) or block_size < 1:
        raise MXNetError(f"`block_size` must be a positive int, got {block_size!r}")
    return (*data.shape, block_size)


@op("nd.depth_to_space", "nd.NDArray.depth_to_space", static=("block_size",),
    samples={"args": [((onp.arange(8, dtype="float32").reshape(1, 8, 1, 1),), {"block_size": 2})]})
def depth_to_space(data, block_size):
    """Channels moved into blocks of pixels: (n, c, h, w) to (n, c/b^2, h*b, w*b)."""
    n, c, h, w, b = _blocks(data, block_size)
    if c % (b * b):
        raise MXNetError(f"{c} channels do not fill blocks of {b} x {b}: the number must be a multiple of {b * b}")
    x = data.reshape(n, b, b, c // (b * b), h, w)
    return x.transpose(0, 3, 4, 1, 5, 2).reshape(n, c // (b * b), h * b, w * b)


@op("nd.space_to_depth", "nd.NDArray.space_to_depth", static=("block_size",),
    samples={"args": [((onp.arange(8, dtype="float32").reshape(1, 2, 2, 2),), {"block_size": 2})]})
def space_to_depth(data, block_size):
    """Blocks of pixels moved into channels: (n, c, h, w) to (n, c*b^2, h/b, w/b)."""
    n, c, h, w, b = _blocks(data, block_size)
    if h % b or w % b:
        raise MXNetError(f"{h} x {w} pixels do not divide into blocks of {b} x {b}")
    x = data.reshape(n, c, h // b, b, w // b, b)
    return x.transpose(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)
