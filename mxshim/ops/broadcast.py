"""Arrays repeated along axes of size 1: broadcast_to, broadcast_axis, broadcast_like."""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp

from ..base import MXNetError
from ..engine.op import op
from .axes import axes_in
from .shape import sizes


def _broadcast(x, shape):
    try:
        fits = onp.broadcast_shapes(x.shape, shape) == tuple(shape)
    except ValueError:
        fits = False
    if not fits:
        raise MXNetError(f"an array of shape {x.shape} cannot be broadcast to {tuple(shape)}: "
                         "sizes must be equal or 1, counted from the last")
    return jnp.broadcast_to(x, shape)


@op("np.broadcast_to", "np.ndarray.broadcast_to", static=("shape",),
    samples={"args": [((onp.arange(3, dtype="float32"),), {"shape": (2, 3)})]})
def broadcast_to(array, shape):
    """The array repeated along new axes and axes of size 1 until it has `shape`."""
    return _broadcast(array, sizes(shape))


@op("nd.broadcast_to", static=("shape",), samples={"args": [((onp.ones((1, 3), "float32"),), {"shape": (2, 0)})]})
def broadcast_to_nd(data, shape):
    """The array repeated along axes of size 1; a 0 in `shape` keeps that size. The number of axes must not change."""
    shape = sizes(shape)
    if len(shape) != data.ndim:
        raise MXNetError(f"`shape` must have {data.ndim} sizes, as the array has, got {shape}")
    return _broadcast(data, tuple(n or m for n, m in zip(shape, data.shape, strict=True)))


@op("nd.broadcast_axis", "nd.broadcast_axes", "nd.NDArray.broadcast_axes",
    samples={"args": [((onp.ones((1, 2, 1), "float32"),), {"axis": (0, 2), "size": (3, 4)})]})
def broadcast_axis(data, axis=(), size=()):
    """The array repeated along axes of size 1: `axis` names them, `size` says how often."""
    axes, counts = axes_in(axis, data.ndim), sizes(size, "size")
    if len(axes) != len(counts):
        raise MXNetError(f"`axis` and `size` must have as many entries, got {axis} and {size}")
    shape = list(data.shape)
    for a, n in zip(axes, counts, strict=True):
        if shape[a] != 1:
            raise MXNetError(f"axis {a} has size {shape[a]}; only axes of size 1 can be repeated")
        shape[a] = n
    return jnp.broadcast_to(data, shape)


@op("nd.broadcast_like", "npx.broadcast_like")
def broadcast_like(lhs, rhs, lhs_axes=None, rhs_axes=None):
    """lhs broadcast to the shape of rhs, or, if both are given, only its axes `lhs_axes` to the sizes of axes `rhs_axes` of rhs."""
    if lhs_axes is None or rhs_axes is None:
        return _broadcast(lhs, rhs.shape)
    left, right = axes_in(lhs_axes, lhs.ndim, "lhs_axes"), axes_in(rhs_axes, rhs.ndim, "rhs_axes")
    if len(left) != len(right):
        raise MXNetError(f"`lhs_axes` and `rhs_axes` must have as many entries, got {lhs_axes} and {rhs_axes}")
    shape = list(lhs.shape)
    for a, b in zip(left, right, strict=True):
        shape[a] = rhs.shape[b]
    return _broadcast(lhs, tuple(shape))


@op("nd.NDArray.broadcast_like")
def broadcast_like_method(data, other):
    """The array broadcast to the shape of `other`."""
    return _broadcast(data, other.shape)
