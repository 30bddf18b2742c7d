"""Products of int8 matrices with the scale of floats: `intgemm_*`, after the library of that name.

A float x of an array whose largest magnitude is m becomes the integer x * 127 / m. MXNet keeps prepared weights in the order its
processor likes; here they stay as they are, (outputs, inputs), and sizes need not be multiples of 8 and 64.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import FLOAT32, MXNetError
from ..engine.op import op
from .nn.spatial import bias_given, has_shape, one_of, required


def _of(name, x, *dtypes):
    if x is None:
        raise MXNetError(f"`{name}` is missing: an array of {' or '.join(dtypes)} is needed")
    one_of(f"dtype of {name}", x.dtype.name, dtypes)
    return x


def _reach(data):
    return jnp.max(jnp.abs(data), initial=0).astype(FLOAT32)


def _levels(x, reach):
    """The int8 of float32 x, from -127 to 127; halves go to the even number."""
    return jnp.clip(jnp.rint(x * (jnp.asarray(127, FLOAT32) / reach)), -127, 127).astype("int8")


def _number(name, x):
    has_shape(name, _of(name, x, "float32"), (1,), "one number")
    return x[0]


_X = (onp.arange(2 * 8) * 7 % 23 - 11).reshape(2, 8).astype("float32") / 4
_W = (onp.arange(8 * 8) * 11 % 31 - 15).reshape(8, 8).astype("int8")
_ONE, _B = onp.array([3.], "float32"), onp.arange(8).astype("float32")


@op("npx.intgemm_maxabsolute", "nd.contrib.intgemm_maxabsolute", grad=False, samples={"args": [((_X,), {})]})
def intgemm_maxabsolute(data):
    """The largest magnitude in data, float32, as (1,)."""
    return _reach(_of("data", data, "float32")).reshape(1)


@op("npx.intgemm_prepare_data", "nd.contrib.intgemm_prepare_data", grad=False, samples={"args": [((_X, _ONE), {})]})
def intgemm_prepare_data(data, maxabs):
    """data as int8: maxabs becomes 127, and what is beyond is held to it.

    data: float32.  maxabs: float32 (1,), as intgemm_maxabsolute gives it.
    """
    return _levels(_of("data", data, "float32"), _number("maxabs", maxabs))


@op("npx.intgemm_prepare_weight", "nd.contrib.intgemm_prepare_weight", arrays=("maxabs",), grad=False, samples={"args": [
    ((_X, _ONE), {}), ((_W,), {"already_quantized": True})]})
def intgemm_prepare_weight(weight, maxabs=None, already_quantized=False):
    """A weight (outputs, inputs) as intgemm_fully_connected takes it: float32 becomes int8 as in intgemm_prepare_data.

    already_quantized: the weight is int8 and stays so; maxabs is not needed then.
    """
    if already_quantized:
        return _of("weight", weight, "int8")
    return _levels(_of("weight", weight, "float32"), _number("maxabs", maxabs))


@op("npx.intgemm_take_weight", "nd.contrib.intgemm_take_weight", grad=False, samples={"args": [
    ((_W, onp.array([3, 0, 7], "int32")), {})]})
def intgemm_take_weight(weight, indices):
    """The outputs of a prepared weight that indices (n,), int32, count; numbers beyond are held to its ends."""
    _of("weight", weight, "int8")
    if _of("indices", indices, "int32").ndim != 1:
        raise MXNetError(f"`indices` must be a vector, got shape {indices.shape}")
    return jnp.take(weight, indices, axis=0, mode="clip")


@op("npx.intgemm_fully_connected", "nd.contrib.intgemm_fully_connected", arrays=("scaling", "bias"), grad=False, samples={"args": [
    ((_X, _W, _ONE, _B), {"num_hidden": 8}), ((_W[:2].copy(), _W, _ONE), {"num_hidden": 8, "no_bias": True}),
    ((_W[:2].copy(), _W, _B.astype("int32")), {"num_hidden": 8, "out_type": "int32"})]})
def intgemm_fully_connected(data, weight, scaling=None, bias=None, num_hidden=None, no_bias=False, flatten=True, out_type="float32"):
    """data @ weight.T in integers, times scaling, plus bias.

    data: (N, ...), int8 of intgemm_prepare_data, or float32, which is prepared here and whose scale the result takes again.
    weight: int8 (num_hidden, C) of intgemm_prepare_weight.  scaling: float32 (1,), what a product of two ones stands for.
    bias: (num_hidden,) of out_type, not with no_bias.
    out_type: "float32", or "int32" for the sums as they are: there is no scaling then, and bias may be the third argument.
    Raises: MXNetError if something is missing, or dtypes or shapes do not fit.
    """
    required(num_hidden=num_hidden)
    one_of("out_type", out_type, ("float32", "int32"))
    if out_type == "int32" and bias is None:
        scaling, bias = None, scaling
    bias_given(bias, no_bias)
    x = _of("data", data, "float32", "int8")
    x = x.reshape(x.shape[0], -1) if flatten else x
    has_shape("weight", _of("weight", weight, "int8"), (num_hidden, x.shape[-1]), "num_hidden by the size of one input")
    reach = None
    if x.dtype == FLOAT32:
        reach = _reach(x)
        x = _levels(x, reach)
    y = lax.dot_general(x.astype("int32"), weight.astype("int32"), (((x.ndim - 1,), (1,)), ((), ())))
    if out_type == "float32":
        unit = _number("scaling", scaling)
        y = y.astype(FLOAT32) * (unit if reach is None else unit * (reach / 127))
    if bias is not None:
        has_shape("bias", _of("bias", bias, out_type), (num_hidden,), "one number for each output")
        y = y + bias
    return y
