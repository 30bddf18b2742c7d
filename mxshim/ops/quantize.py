"""Integers that stand for floats: symmetric int8 and int32, uint8 from a range; with every array travel the two ends of its range.

An int8 q of the range (a, b) stands for q * max(|a|, |b|) / 127, a uint8 for q * max(|a|, |b|) / 255, an int32 for
q * max(|a|, |b|) / (2**31 - 1); quantize and dequantize divide by 127.5 and 255.5, as oneDNN's do in MXNet's builds.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import FLOAT32, MXNetError
from ..engine.op import op
from .nn.spatial import bias_given, has_shape, ints, one_of, required
from .shape import reshape_nd, reshape_npx

_INT32 = float(2 ** 31 - 1)
_TOP = {"int8": 127.0, "uint8": 255.0, "int32": _INT32}
_STEPS = {"int8": 127.5, "uint8": 255.5}  # what quantize_v2 and dequantize divide a range into


def _end(name, x):
    if x.size != 1:
        raise MXNetError(f"`{name}` must hold one number, got shape {x.shape}")
    return x.reshape(()).astype(FLOAT32)


def _reach(low, high):
    return jnp.maximum(jnp.abs(low), jnp.abs(high))


def _ends(low, high):
    return low.reshape(1).astype(FLOAT32), high.reshape(1).astype(FLOAT32)


def _quantized(x, reach, kind, low, high, steps=_STEPS):
    """(x in steps of half a level more than MXNet's integers have, as oneDNN takes them; the ends of the range)."""
    limits = onp.iinfo(kind)
    return (jnp.clip(jnp.rint(x * (steps[kind] / reach)), limits.min, limits.max).astype(kind), *_ends(low, high))


def _to_int8(x, reach):
    """(rounded away from 0 at halves and held to the range, -reach, reach).

    MXNet's addition takes the product as it is before rounding to float32, so that some halves are a little less; float64 is exact.
    """
    q = jnp.sign(x) * jnp.minimum(jnp.floor(jnp.abs(x).astype("float64") * (127 / reach) + 0.5), 127)
    return (q.astype("int8"), *_ends(-reach, reach))


def _to(kind, x, low, high, steps=_STEPS):
    """int8 are symmetric; uint8 keep the range they were given."""
    reach = _reach(low, high)
    return _quantized(x, reach, kind, *((low, high) if kind == "uint8" else (-reach, reach)), steps)


def _floats(data):
    if data.dtype != FLOAT32:
        raise MXNetError(f"`data` must be float32, got {data.dtype.name}")
    return data


_X = onp.array([[-1., 0.5, 2.]], "float32")
_LOW, _HIGH = onp.array([-1.], "float32"), onp.array([2.], "float32")
_Q = onp.array([[-127, 3, 64]], "int8")
_U = onp.array([[0, 128, 255]], "uint8")
_W = onp.array([[10, 20, -30], [1, 2, 3]], "int8")


@op("nd.contrib.quantize", "npx.contrib_quantize", grad=False, samples={"args": [
    ((_X, _LOW, _HIGH), {}), ((_X, _LOW, _HIGH), {"out_type": "int8"})]})
def quantize(data, min_range, max_range, out_type="uint8"):
    """Floats as integers of a given range.

    data: float32.  min_range, max_range: arrays of one number.  out_type: "uint8" or "int8".
    Returns: the integers, and the two ends of their range, (1,) each.
    """
    one_of("out_type", out_type, ("uint8", "int8"))
    low, high = _end("min_range", min_range), _end("max_range", max_range)
    return _to(out_type, _floats(data), low, high, _TOP)


@op("nd.contrib.quantize_v2", "npx.contrib_quantize_v2", grad=False, samples={"args": [
    ((_X,), {}), ((_X,), {"out_type": "uint8"}), ((_X,), {"out_type": "auto", "min_calib_range": 0.0, "max_calib_range": 2.0})]})
def quantize_v2(data, out_type="int8", min_calib_range=None, max_calib_range=None):
    """Floats as integers of the range that calibration found, or of their own.

    out_type: "int8", "uint8", or "auto": uint8 where the calibrated range has nothing negative.
    Returns: the integers, and the two ends of their range, (1,) each.
    """
    one_of("out_type", out_type, ("int8", "uint8", "auto"))
    calibrated = min_calib_range is not None and max_calib_range is not None
    if out_type == "auto":
        out_type = "uint8" if calibrated and min_calib_range >= 0 else "int8"
    x = _floats(data)
    low, high = (jnp.asarray(v, FLOAT32) for v in (min_calib_range, max_calib_range)) if calibrated else (jnp.min(x), jnp.max(x))
    return _to(out_type, x, low, high)


@op("nd.contrib.dequantize", grad=False, samples={"args": [((_Q, _LOW, _HIGH), {}), ((_U, _LOW, _HIGH), {})]})
def dequantize(data, min_range, max_range, out_type="float32"):
    """The floats that int8 or uint8 stand for. min_range, max_range: arrays of one number, the ends of the range."""
    one_of("out_type", out_type, ("float32",))
    one_of("dtype of data", data.dtype.name, ("int8", "uint8"))
    reach = _reach(_end("min_range", min_range), _end("max_range", max_range))
    return data.astype(FLOAT32) * (reach / jnp.asarray(_STEPS[data.dtype.name], FLOAT32))


@op("nd.contrib.requantize", "npx.requantize", grad=False, samples={"args": [
    ((onp.array([[-1000000, 0, 2000000]], "int32"), _LOW * 200, _HIGH * 200), {}),
    ((onp.array([[-1000000, 0, 2000000]], "int32"), _LOW * 200, _HIGH * 200), {"min_calib_range": -0.5, "max_calib_range": 0.5})]})
def requantize(data, min_range, max_range, out_type="int8", min_calib_range=None, max_calib_range=None):
    """int32 as int8 of the range that calibration found, or of their own.

    Returns: the integers, and the two ends of their range, (1,) each.
    """
    one_of("out_type", out_type, ("int8",))
    one_of("dtype of data", data.dtype.name, ("int32",))
    x = data.astype(FLOAT32) * _one(data, _end("min_range", min_range), _end("max_range", max_range))
    if min_calib_range is not None and max_calib_range is not None:
        return _to_int8(x, jnp.asarray(max(abs(min_calib_range), abs(max_calib_range)), FLOAT32))
    return _to_int8(x, jnp.max(jnp.abs(x)))


@op("nd.contrib.quantized_act", "npx.quantized_act", grad=False, samples={"args": [((_Q, _LOW, _HIGH), {"act_type": "relu"})]})
def quantized_act(data, min_data, max_data, act_type=None):
    """relu of integers; their range stays. Raises: MXNetError for another act_type."""
    required(act_type=act_type)
    one_of("act_type", act_type, ("relu",))
    return (jnp.maximum(data, jnp.zeros((), data.dtype)), *_ends(min_data, max_data))


@op("nd.contrib.quantized_flatten", "npx.quantized_flatten", grad=False, samples={"args": [((_Q.reshape(1, 3, 1), _LOW, _HIGH), {})]})
def quantized_flatten(data, min_data, max_data):
    """All dimensions but the first as one; the range stays."""
    return (data.reshape(data.shape[0], -1), *_ends(min_data, max_data))


_RESHAPED = ((_Q.reshape(1, 3, 1), _LOW, _HIGH),)


@op("nd.contrib.quantized_reshape", "nd.quantized_reshape", grad=False, samples={"args": [
    (*_RESHAPED, {"shape": (-3, 0)}), (*_RESHAPED, {"shape": (-1, 0), "reverse": True})]})
def quantized_reshape_nd(data, min_data, max_data, shape=None, reverse=False, target_shape=None, keep_highest=False):
    """nd.reshape of integers; the range stays."""
    return (reshape_nd(_integers(data), shape, reverse, target_shape, keep_highest), *_ends(min_data, max_data))


@op("npx.quantized_reshape", grad=False, static=("newshape",), samples={"args": [(*_RESHAPED, {"newshape": (-5, -2)})]})
def quantized_reshape(data, min_data, max_data, newshape, reverse=False, order="C"):
    """npx.reshape of integers; the range stays."""
    return (reshape_npx(_integers(data), newshape, reverse, order), *_ends(min_data, max_data))


def _integers(data):
    one_of("dtype of data", data.dtype.name, ("int8", "uint8"))
    return data


@op("nd.contrib.quantized_transpose", "nd.quantized_transpose", "npx.quantized_transpose", grad=False, samples={"args": [
    ((_Q, _LOW, _HIGH), {"axes": (1, 0)})]})
def quantized_transpose(data, min_data, max_data, axes=()):
    """The axes in another order, by default reversed; the range stays."""
    return (jnp.transpose(data, axes or None), *_ends(min_data, max_data))


@op("nd.contrib.quantized_embedding", "npx.quantized_embedding", grad=False, samples={"args": [
    ((onp.array([0., 1.], "float32"), _W, _LOW, _HIGH), {"input_dim": 2, "output_dim": 3})]})
def quantized_embedding(data, weight, min_weight, max_weight, input_dim=None, output_dim=None, dtype=None, sparse_grad=False):
    """The rows of an int8 weight (input_dim, output_dim) that data counts; the range stays. Numbers beyond are held to its ends."""
    required(input_dim=input_dim, output_dim=output_dim)
    has_shape("weight", weight, (input_dim, output_dim), "input_dim by output_dim")
    return (weight[jnp.clip(data.astype("int32"), 0, input_dim - 1)], *_ends(min_weight, max_weight))


def _given(**arrays):
    for name, x in arrays.items():
        if x is None:
            raise MXNetError(f"`{name}` is missing: the ends of each array's range are needed")


def _one(q, low, high):
    """What 1 stands for."""
    return _reach(low, high) / jnp.asarray(_TOP[q.dtype.name], FLOAT32)


def _shifted(bias, data, *ends):
    """An int8 bias in the units of the product of data and weight; ends: of their ranges and of bias's."""
    ratio = _reach(*ends[4:]) * _STEPS[data.dtype.name] / (_reach(*ends[:2]) * _reach(*ends[2:4]))
    return jnp.trunc(bias.astype(FLOAT32) * ratio).astype("int32")


@op("nd.contrib.quantized_fully_connected", "npx.quantized_fully_connected", grad=False,
    arrays=("bias", "min_data", "max_data", "min_weight", "max_weight", "min_bias", "max_bias"), samples={"args": [
        ((_Q, _W, onp.array([5, -7], "int8"), _LOW, _HIGH, _LOW, _HIGH, _LOW * 3, _HIGH * 3), {"num_hidden": 2}),
        ((_U, _W), {"min_data": _LOW, "max_data": _HIGH, "min_weight": _LOW, "max_weight": _HIGH, "num_hidden": 2, "no_bias": True})]})
def quantized_fully_connected(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None,
                              max_bias=None, num_hidden=None, no_bias=False, flatten=True):
    """data @ weight.T + bias of integers, as int32 and the two ends of its range.

    data: int8 or uint8, (N, ...).  weight: int8 (num_hidden, C).  bias: int8 (num_hidden,).  min_*, max_*: arrays of one number.
    Raises: MXNetError if something is missing or shapes do not fit.
    """
    required(num_hidden=num_hidden)
    _given(min_data=min_data, max_data=max_data, min_weight=min_weight, max_weight=max_weight)
    bias_given(bias, no_bias)
    x = data.reshape(data.shape[0], -1) if flatten else data
    has_shape("weight", weight, (num_hidden, x.shape[-1]), "num_hidden by the size of one input")
    y = lax.dot_general(x.astype("int32"), weight.astype("int32"), (((x.ndim - 1,), (1,)), ((), ())))
    ends = [_end("min_data", min_data), _end("max_data", max_data), _end("min_weight", min_weight), _end("max_weight", max_weight)]
    unit = _one(data, *ends[:2]) * _one(weight, *ends[2:])
    if bias is not None:
        _given(min_bias=min_bias, max_bias=max_bias)
        has_shape("bias", bias, (num_hidden,), "one number for each hidden unit")
        y = y + _shifted(bias, data, *ends, _end("min_bias", min_bias), _end("max_bias", max_bias))
    return (y, *_ends(-unit * _INT32, unit * _INT32))


@op("nd.contrib.quantized_conv", "npx.quantized_conv", grad=False,
    arrays=("bias", "min_data", "max_data", "min_weight", "max_weight", "min_bias", "max_bias"), samples={"args": [
        ((_U.reshape(1, 1, 1, 3), _W[:, :2].reshape(2, 1, 1, 2)),
         {"min_data": _LOW, "max_data": _HIGH, "min_weight": _LOW, "max_weight": _HIGH, "kernel": (1, 2), "num_filter": 2,
          "no_bias": True})]})
def quantized_conv(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None,
                   max_bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, workspace=1024,
                   no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None):
    """A convolution of integers (N, C, H, W), as int32 and the two ends of its range; see quantized_fully_connected."""
    required(kernel=kernel, num_filter=num_filter)
    _given(min_data=min_data, max_data=max_data, min_weight=min_weight, max_weight=max_weight)
    bias_given(bias, no_bias)
    one_of("layout", layout, (None, "NCHW"))
    kernel = ints("kernel", kernel, 2, 1)
    stride, dilate, pad = ints("stride", stride, 2, 1), ints("dilate", dilate, 2, 1), ints("pad", pad, 2, 0)
    if data.ndim != 4 or data.shape[1] % num_group:
        raise MXNetError(f"data (N, C, H, W) with channels for num_group={num_group} is needed, got {data.shape}")
    has_shape("weight", weight, (num_filter, data.shape[1] // num_group, *kernel), "num_filter, channels per group and kernel")
    y = lax.conv_general_dilated(data.astype("int32"), weight.astype("int32"), stride, [(p, p) for p in pad], rhs_dilation=dilate,
                                 feature_group_count=num_group)
    ends = [_end("min_data", min_data), _end("max_data", max_data), _end("min_weight", min_weight), _end("max_weight", max_weight)]
    unit = _one(weight, *ends[:2]) * _one(weight, *ends[2:])  # as if data were int8, as in MXNet
    if bias is not None:
        _given(min_bias=min_bias, max_bias=max_bias)
        y = y + _shifted(bias, data, *ends, _end("min_bias", min_bias), _end("max_bias", max_bias))[:, None, None]
    return (y, *_ends(-unit * _INT32, unit * _INT32))


@op("nd.contrib.quantized_elemwise_mul", "npx.quantized_elemwise_mul", grad=False, samples={"args": [
    ((_Q, _Q, _LOW, _HIGH, _LOW, _HIGH), {})]})
def quantized_elemwise_mul(lhs, rhs, lhs_min, lhs_max, rhs_min, rhs_max, min_calib_range=None, max_calib_range=None,
                           enable_float_output=False):
    """The product of int8 arrays: as int32 and the two ends of its range, as int8 of a calibrated range, or as floats."""
    has_shape("rhs", rhs, lhs.shape, "as `lhs`")
    y = lhs.astype("int32") * rhs.astype("int32")
    unit = _one(lhs, _end("lhs_min", lhs_min), _end("lhs_max", lhs_max)) * _one(rhs, _end("rhs_min", rhs_min), _end("rhs_max", rhs_max))
    if enable_float_output:
        return y.astype(FLOAT32) * unit
    if min_calib_range is not None and max_calib_range is not None:
        return _to_int8(y.astype(FLOAT32) * unit, jnp.asarray(max(abs(min_calib_range), abs(max_calib_range)), FLOAT32))
    return (y, *_ends(-unit * _INT32, unit * _INT32))
