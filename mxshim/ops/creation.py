"""Arrays made from numbers: ranges, identity matrices, and arrays like another one.

The `mx.` ones are what np.arange, nd.eye, ... (array/creation.py) call once they have settled shape, dtype and device: what
fixes the shape is static, numbers are run-time inputs. Their digits are MXNet's: a range is computed in its own dtype, evenly
spaced numbers in float64.
"""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import FLOAT32, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import op
from .axes import axis_in
from .dtypes import cast, value

_M = onp.array([[3., 1., 2.], [2., 5., 2.]], "float32")
_I = onp.array([[3, 1, 2], [2, 5, 2]], "int32")


# Ranges.

def _counted(n, repeat):
    """0, 1, ..., every number `repeat` times; n of them."""
    places = lax.iota(INT64, n)
    return places if repeat == 1 else lax.div(places, onp.int64(repeat))


def _range(start, step, places, dtype):
    """start + places * step, every operation rounded to `dtype`."""
    start, step = value(start, dtype), value(step, dtype)
    if not is_float(dtype) or dtype.itemsize > 4:
        return start + places.astype(dtype) * step
    # The product is exact in float64 and rounded there: compilers merge a plain one with the sum and round only once.
    product = places.astype(FLOAT32).astype(FLOAT64) * step.astype(FLOAT64)
    info = jnp.finfo(dtype)
    return start + lax.reduce_precision(product, info.nexp, info.nmant).astype(dtype)


@op("mx.arange", static=("num", "repeat", "dtype"), scalars=("start", "step"), grad=False,
    samples={"args": [((0.5, 0.25, 5, 1, FLOAT32), {}), ((0, 2, 3, 2, onp.dtype("int32")), {})]})
def arange(start, step, num, repeat, dtype):
    """`num` numbers from `start` by `step`, every one `repeat` times in a row."""
    return _range(start, step, _counted(num * repeat, repeat), dtype)


@op("mx.linspace", static=("num", "endpoint", "dtype"), scalars=("start", "stop"), grad=False,
    samples={"args": [((0, 1, 5, True, FLOAT32), {}), ((0, 1, 5, False, FLOAT32), {})]})
def linspace(start, stop, num, endpoint, dtype):
    """`num` evenly spaced numbers from `start` to `stop`, with it if `endpoint`."""
    start, stop = value(start, FLOAT64), value(stop, FLOAT64)
    step = (stop - start) / max(num - 1 if endpoint else num, 1)
    places = jnp.arange(num, dtype=INT64)
    spaced = start + places.astype(FLOAT64) * step
    if endpoint and num > 1:
        spaced = jnp.where(places == num - 1, stop, spaced)
    return cast(spaced, dtype)


@op("npx.arange_like", "nd.contrib.arange_like", scalars=("start", "step"), grad=False,
    samples={"args": [((_M,), {}), ((_M,), {"axis": 1}), ((_M,), {"start": 2, "step": 0.5, "repeat": 2})]})
def arange_like(data, start=0.0, step=1.0, repeat=1, axis=None):
    """start, start + step, ... in the shape of `data`, or along one of its axes; its dtype.

    Args: repeat: how many times in a row every number stands; the length stays that of `data`.
    """
    if data.dtype == bool:
        raise MXNetError("arange_like does not support boolean arrays: cast with astype()")
    if repeat < 1:
        raise MXNetError(f"repeat must be at least 1, got {repeat}")
    shape = data.shape if axis is None else (data.shape[axis_in(axis, data.ndim)],)
    return _range(start, step, _counted(math.prod(shape), repeat), data.dtype).reshape(shape)


@op("np.indices", static=("dimensions",), grad=False, samples={"args": [(((2, 3),), {}), (((2,),), {"dtype": FLOAT32})]})
def indices(dimensions, dtype=None, device=None):
    """For a shape of n axes the n coordinates of every place: shape (n, *dimensions), int64 unless `dtype` is given."""
    dimensions = (dimensions,) if isinstance(dimensions, int) else tuple(dimensions)
    places = [jnp.arange(n, dtype=INT64).reshape(-1, *[1] * (len(dimensions) - 1 - i)) for i, n in enumerate(dimensions)]
    stacked = [jnp.broadcast_to(p, dimensions) for p in places]
    return (jnp.stack(stacked) if stacked else jnp.zeros((0,), INT64)).astype(dtype or INT64)


# Matrices.

@op("mx.eye", static=("rows", "columns", "k", "dtype"), grad=False, samples={"args": [((3, 4, -1, FLOAT32), {})]})
def eye(rows, columns, k, dtype):
    """A matrix with ones on the k-th diagonal, zeros elsewhere."""
    return jnp.eye(rows, columns, k, dtype=dtype)


# Like another array.

_LIKE = {"args": [((_M,), {}), ((_M,), {"dtype": onp.dtype("int32")}), ((_I,), {})]}


@op("np.zeros_like", grad=False, samples=_LIKE)
def zeros_like(a, dtype=None, order="C", device=None, out=None, *, shape=None):
    """Zeros in the shape and dtype of `a`, or those given."""
    return jnp.zeros(a.shape if shape is None else shape, dtype or a.dtype)


@op("np.empty_like", grad=False, samples={"args": [((_M,), {}), ((_M, onp.dtype("int32")), {})]})
def empty_like(prototype, dtype=None, device=None, order="C", subok=False, shape=None):
    """An array to be overwritten in the shape and dtype of `prototype`, or those given; it holds zeros."""
    return jnp.zeros(prototype.shape if shape is None else shape, dtype or prototype.dtype)


@op("np.ones_like", grad=False, samples=_LIKE)
def ones_like(a, dtype=None, order="C", device=None, out=None, *, shape=None):
    """Ones in the shape and dtype of `a`, or those given."""
    return jnp.ones(a.shape if shape is None else shape, dtype or a.dtype)


@op("np.full_like", scalars=("fill_value",), static=("fill_value",), grad=False,
    samples={"args": [((_M, 1.5), {}), ((_I, 1.7), {}), ((_M, 3), {"dtype": onp.dtype("int32")})]})
def full_like(a, fill_value, dtype=None, order="C", device=None, out=None, *, shape=None):
    """One number everywhere in the shape and dtype of `a`, or those given; a fraction is cut off in integers."""
    return jnp.broadcast_to(value(fill_value, dtype or a.dtype), a.shape if shape is None else shape)


@op("nd.zeros_like", "nd.NDArray.zeros_like", grad=False, samples={"args": [((_M,), {}), ((_I,), {})]})
def zeros_like_nd(data):
    """Zeros in the shape and dtype of `data`."""
    return jnp.zeros_like(data)


@op("nd.ones_like", "nd.NDArray.ones_like", grad=False, samples={"args": [((_M,), {}), ((_I,), {})]})
def ones_like_nd(data):
    """Ones in the shape and dtype of `data`."""
    return jnp.ones_like(data)
