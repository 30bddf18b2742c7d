"""Operators the engine and the array layer use themselves; their names start with `mx.` and belong to no dialect."""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp

from ..base import MXNetError
from ..engine.op import op
from .dtypes import cast as cast_to

_X = onp.array([[1., -2.], [3., 0.5]], "float32")


@op("mx.zeros", static=("shape", "dtype"))
def zeros(shape, dtype):
    """Zeros of a shape and dtype."""
    return jnp.zeros(shape, dtype)


@op("mx.ones", static=("shape", "dtype"))
def ones(shape, dtype):
    """Ones of a shape and dtype."""
    return jnp.ones(shape, dtype)


@op("mx.reshape", static=("shape",))
def reshape(x, shape):
    """The elements of x, row by row, in another shape of the same size."""
    return jnp.reshape(x, shape)


@op("mx.reshape_back", static=("shape",))
def reshape_back(x, new, shape):
    """What a write through a reshaped view makes of its memory x."""
    return jnp.reshape(new, x.shape)


def _passed_on(x, dtype):
    return x


@op("mx.cast", static=("dtype",), elementwise=True, diff=_passed_on)
def cast(x, dtype):
    """x in another dtype; floats are cut off towards zero on the way to integers."""
    return cast_to(x, dtype)


@op("mx.rows", samples={"args": [((_X, -_X, _X), {"turns": 2, "count": 3})]})
def rows(*arrays, turns, count):
    """The first `turns` of the arrays, equal in shape and dtype, along a new axis 0, then zeros: `count` rows."""
    first = arrays[0]
    if any(x.shape != first.shape or x.dtype != first.dtype for x in arrays):
        raise MXNetError(f"the outputs of all turns must agree, got {', '.join(f'{x.dtype.name}{list(x.shape)}' for x in arrays)}")
    rest = [jnp.zeros((count - turns, *first.shape), first.dtype)] if turns < count else []
    return jnp.concatenate(([jnp.stack(arrays[:turns])] if turns else []) + rest)


@op("mx.copy", elementwise=True)
def copy(x):
    """x itself; a copy because values never change."""
    return x


@op("mx.alias")
def alias(x):
    """x itself, read through a handle that shares its memory."""
    return x


@op("mx.alias_back")
def alias_back(x, new):
    """What a write through an alias makes of its memory."""
    return new


@op("mx.fit", static=("shape", "dtype"), diff=lambda x, shape, dtype: _fit(x, shape))
def fit(x, shape, dtype):
    """x broadcast to a shape and cast to a dtype, as `target[:] = x` does."""
    return cast_to(_fit(x, shape), dtype)


def _fit(x, shape):
    x = without_ones(x, len(shape))
    try:
        return jnp.broadcast_to(x, shape)
    except ValueError:
        raise ValueError(f"could not broadcast shape {x.shape} into {tuple(shape)}") from None


def without_ones(x, ndim):
    """What is written into an array of `ndim` axes: MXNet lets leading dimensions of one element fall away."""
    extra = x.ndim - ndim
    return x.reshape(x.shape[extra:]) if extra > 0 and all(n == 1 for n in x.shape[:extra]) else x


@op("mx.fill", scalars=("value",), static=("shape", "dtype"))
def fill(value, shape, dtype):
    """A shape full of a run-time number."""
    return jnp.broadcast_to(cast_to(value.value, dtype), shape)


@op("mx.sum_of_gradients", elementwise=True)
def sum_of_gradients(a, b):
    """Two gradients of the same array added up."""
    return jnp.logical_or(a, b) if a.dtype == bool else a + b
