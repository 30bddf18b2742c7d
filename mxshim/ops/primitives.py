"""What operators need of jnp most often, made of the primitives of lax.

A function of jnp, and arithmetic written with operators, is jitted by itself, checks its arguments and looks for a common dtype, which
takes five to ten times as long to trace. So what training calls with ever new shapes is written with these, and with lax. Numbers
beside arrays need the arrays' dtype there: `of`.
"""
from __future__ import annotations

import math

import jax
import numpy as onp
from jax import lax

from ..base import FLOAT32, end
from .outline import outlined

Mode = lax.GatherScatterMode


def of(value, x):
    """A number in the dtype of x."""
    return onp.asarray(value, x.dtype)


def to(x, dtype):
    """x.astype(dtype)."""
    return lax.convert_element_type(x, dtype)


def spread(x, shape):
    """jnp.broadcast_to."""
    return x if x.shape == tuple(shape) else lax.broadcast_in_dim(x, shape, range(len(shape) - x.ndim, len(shape)))


def level(*arrays):
    """The arrays with axes of size 1 in front, so that all have as many; those of one element and no axes fit as they are."""
    ranks = {x.ndim for x in arrays} - {0}
    if len(ranks) < 2:
        return arrays
    return tuple([lax.expand_dims(x, range(max(ranks) - x.ndim)) for x in arrays])


def where(condition, x, y):
    """jnp.where, of arrays of one dtype or a number, which takes the other's."""
    x, y = (v if hasattr(v, "dtype") else of(v, w) for v, w in ((x, y), (y, x)))
    shape = onp.broadcast_shapes(condition.shape, x.shape, y.shape)
    return lax.select(*[spread(v, shape) if v.ndim else lax.full(shape, v, v.dtype) for v in (condition, x, y)])


def _kept(out, axes, keepdims):
    return lax.expand_dims(out, axes) if keepdims else out


def total(x, axes, keepdims=False):
    """jnp.sum along `axes`, counted from the front; half floats are added up in float32."""
    half = x.dtype.itemsize == 2 and x.dtype.kind not in "iu"
    out = _kept(lax.reduce_sum(to(x, FLOAT32) if half else x, tuple(axes)), axes, keepdims)
    return to(out, x.dtype)


def largest(x, axes, keepdims=False):
    """jnp.max along `axes`, counted from the front."""
    return _kept(lax.reduce_max(x, tuple(axes)), axes, keepdims)


def smallest(x, axes, keepdims=False):
    """jnp.min along `axes`, counted from the front."""
    return _kept(lax.reduce_min(x, tuple(axes)), axes, keepdims)


def _peak(x, *, axes):
    return lax.reduce(x, onp.asarray(end(x.dtype, largest=False), x.dtype), lambda a, b: lax.max(a, b), axes)  # noqa: PLW0108


# `largest` without its derivative, and of what has nan in it any number: on CPUs it takes half the time (see engine/lowerings.py).
peak = outlined("reduce_max", _peak, lambda x, axes: [n for a, n in enumerate(x.shape) if a not in axes])


def mean(x, axes, keepdims=False):
    """jnp.mean of float32 or float64 along `axes`, counted from the front."""
    return lax.div(total(x, axes, keepdims), of(math.prod([x.shape[a] for a in axes]), x))


_SHORT = 256  # elements of a row; of longer ones an array more or less does not matter beside the exponentials


def softmax(x, axis):
    """jax.nn.softmax along an axis counted from the front."""
    return (_short_softmax if axis == x.ndim - 1 and x.shape[axis] <= _SHORT else _softmax)(x, axis)


def _softmax(x, axis):
    e = lax.exp(_shifted(x, axis))
    return lax.div(e, total(e, (axis,), True))


# Its derivative needs nothing but the result: on CPUs a gradient takes up to a third less time.
_short_softmax = jax.custom_jvp(_softmax, nondiff_argnums=(1,))


@_short_softmax.defjvp
def _short_softmax_jvp(axis, primals, tangents):
    y, t = _short_softmax(*primals, axis), tangents[0]
    return y, lax.mul(y, lax.sub(t, total(lax.mul(y, t), (axis,), True)))


def log_softmax(x, axis):
    """jax.nn.log_softmax along an axis counted from the front."""
    shifted = _shifted(x, axis)
    return lax.sub(shifted, lax.log(total(lax.exp(shifted), (axis,), True)))


def _shifted(x, axis):
    return lax.sub(x, shift(x, axis))


def shift(x, axis):
    """What softmax takes off x along an axis, so that no exponential overflows; without a derivative."""
    x = lax.stop_gradient(x)
    return lax.expand_dims(peak(x, axes=(axis,)), (axis,)) if axis else largest(x, (0,), True)  # which has a rule for long rows


def take(x, index, axis, mode=Mode.CLIP):
    """jnp.take, x[:, ..., index] with one array at `axis`, counted from the front."""
    m = index.ndim
    axes = lax.GatherDimensionNumbers((*range(axis), *range(axis + m, x.ndim - 1 + m)), (axis,), (axis,))
    return lax.gather(x, lax.expand_dims(index, (m,)), axes, (*x.shape[:axis], 1, *x.shape[axis + 1:]), mode=mode)


def take_along(x, index, axis):
    """jnp.take_along_axis for indices from 0 on that exist, whose shape is that of x, or 1, on all axes but `axis`."""
    if not x.shape[axis]:
        return lax.full((*x.shape[:axis], index.shape[axis], *x.shape[axis + 1:]), 0, x.dtype)
    whole = [a for a, n in enumerate(index.shape) if a != axis and n == 1]
    each = [a for a in range(x.ndim) if a not in whole]  # the axes that the indices have
    beside = [a for a in each if a != axis]
    axes = lax.GatherDimensionNumbers(tuple(whole), (axis,), (axis,), tuple(beside), tuple([each.index(a) for a in beside]))
    sizes = [n if a in whole else min(n, 1) for a, n in enumerate(x.shape)]
    index = lax.reshape(index, (*[index.shape[a] for a in each], 1))
    return lax.gather(x, index, axes, sizes, mode=Mode.PROMISE_IN_BOUNDS)
