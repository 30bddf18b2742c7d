"""Activation functions by name, the leaky family, softmax and its relatives."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError, is_float
from ...engine.op import op
from ..axes import axis_in, number, wide
from ..primitives import log_softmax as log_softmax_along
from ..primitives import of, shift, to, total, where
from ..primitives import softmax as softmax_along
from .spatial import floats_only, has_shape, one_of, required

_X = onp.array([[-2., -0.5, 0.5], [3., -1., 0.25]], "float32")

def _mish(x):
    """x tanh(log(1 + e)), e = exp(x), which is x p / (p + 2), p = e (e + 2): an exponential and a division. Beyond 20 it is x."""
    e = jnp.exp(jnp.minimum(x, 20))
    p = e * (e + 2)
    return x * (p / (p + 2))


# Activation: name -> function; the derivative of relu at 0 is 0.

ACTIVATIONS = {
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "softrelu": jax.nn.softplus,
    "softsign": lambda x: x / (1 + jnp.abs(x)),
    "tanh": jnp.tanh,
    "log_sigmoid": lambda x: -jax.nn.softplus(-x),
    "mish": _mish,
}
_ACTIVATION = {"args": [((_X,), {"act_type": a}) for a in ACTIVATIONS]}


@op("npx.activation", elementwise=True, samples=_ACTIVATION)
def activation(data, act_type="relu"):
    """relu, sigmoid, softrelu log(1 + exp(x)), softsign x / (1 + |x|), tanh, log_sigmoid, or mish x tanh(softrelu(x)).

    Raises: MXNetError for another name or a dtype that is not floating.
    """
    required(act_type=act_type)
    one_of("act_type", act_type, ACTIVATIONS)
    floats_only(data)
    return ACTIVATIONS[act_type](data)


@op("nd.Activation", elementwise=True, samples=_ACTIVATION)
def activation_nd(data, act_type=None):
    """An activation function by name; see npx.activation. Here the name is required."""
    return activation(data, act_type)


@op("nd.log_sigmoid", "nd.NDArray.log_sigmoid", elementwise=True, samples={"args": [((_X,), {})]})
def log_sigmoid(data):
    """log(1 / (1 + exp(-x))). Raises: MXNetError if data is not floating."""
    return activation(data, "log_sigmoid")


@op("nd.mish", "nd.NDArray.mish", elementwise=True, samples={"args": [((_X,), {})]})
def mish(data):
    """x tanh(log(1 + exp(x))) (Misra, 2019). Raises: MXNetError if data is not floating."""
    return activation(data, "mish")


# The leaky family. The branch for negative numbers also decides value and derivative at 0.

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _below(x):
    """x where it is not positive, else 0: keeps what grows without bound out of the branch that is not taken."""
    return jnp.where(x > 0, jnp.zeros_like(x), x)


def _fit_gamma(gamma, x):
    """prelu's gamma against x: its axes lie along the axes 1 and 0 of x, wherever they fit, from the last on."""
    shape, left = [1] * x.ndim, list(gamma.shape)
    for a in (1, 0):
        if a < x.ndim and left and left[-1] in (1, x.shape[a]):
            shape[a] = left.pop()
    if left:
        raise MXNetError(f"prelu's gamma of shape {gamma.shape} fits neither axis 1 (channels) nor axis 0 of data {x.shape}")
    return gamma.reshape(shape)


def _gelu(x):
    """As in MXNet, by erf; JAX takes erfc, which is more exact far below 0 and three times as long on CPUs."""
    y = to(x, wide(x.dtype))
    return to(0.5 * y * (1 + lax.erf(y * of(0.5 ** 0.5, y))), x.dtype)


@jax.custom_jvp
def _selu(x):
    return SELU_SCALE * jnp.where(x > 0, x, SELU_ALPHA * jnp.expm1(_below(x)))


@_selu.defjvp
def _selu_jvp(primals, tangents):
    """MXNet's own derivative: of the result it adds alpha to, it should take off the scale first."""
    out = _selu(*primals)
    return out, tangents[0] * SELU_SCALE * jnp.where(primals[0] > 0, jnp.ones_like(out), out + SELU_ALPHA)


def _leaky(x, gamma, act_type, slope, lower_bound, upper_bound, uniforms, training):
    one_of("act_type", act_type, ("leaky", "elu", "gelu", "gelu_erf", "gelu_tanh", "selu", "prelu", "rrelu"))
    floats_only(x)
    if (gamma is not None) != (act_type == "prelu"):
        raise MXNetError(f"act_type={act_type!r} {'needs' if gamma is None else 'takes no'} `gamma`, the slopes of prelu")
    if act_type == "gelu_tanh":
        return jax.nn.gelu(x, approximate=True)
    if act_type in ("gelu", "gelu_erf"):
        return _gelu(x)
    if act_type == "selu":
        return _selu(x)
    if act_type == "prelu":
        return jnp.where(x > 0, x, _fit_gamma(gamma, x) * x)
    if act_type == "rrelu":
        return _random_leaky(x, lower_bound, upper_bound, uniforms, training)
    slope = number(slope, x.dtype)
    return jnp.where(x > 0, x, slope * (jnp.expm1(_below(x)) if act_type == "elu" else x))


def _random_leaky(x, lower_bound, upper_bound, uniforms, training):
    """(result, slopes): the mean slope when predicting, else one for each element from its uniform number."""
    low, high = number(lower_bound, x.dtype), number(upper_bound, x.dtype)
    if not training:
        return jnp.where(x > 0, x, (low + high) / 2 * x), jnp.zeros_like(x)
    if uniforms is None:
        raise MXNetError("act_type='rrelu' in training mode needs `uniforms`, numbers in [0, 1) of data's shape: pass "
                         "uniforms=random.uniform(size=data.shape), or wrap the call in autograd.predict_mode()")
    has_shape("uniforms", uniforms, x.shape, "one number for each element")
    slopes = low + (high - low) * uniforms.astype(x.dtype)
    return jnp.where(x > 0, x, slopes * x), slopes


_LEAKY = {"args": [((_X,), {"act_type": "leaky", "slope": 0.1}), ((_X,), {"act_type": "elu", "slope": 0.5}),
                   ((_X,), {"act_type": "gelu"}), ((_X,), {"act_type": "gelu_tanh"}),  # not selu, whose gradient is none
                   ((_X, _X[0]), {"act_type": "prelu"}), ((_X,), {"act_type": "rrelu"})]}


@op("npx.leaky_relu", "nd.LeakyReLU", arrays=("gamma", "uniforms"), scalars=("slope", "lower_bound", "upper_bound"), train=True,
    elementwise=True, samples=_LEAKY)
def leaky_relu(data, gamma=None, act_type="leaky", slope=0.25, lower_bound=0.125, upper_bound=0.334, uniforms=None, *,
               training=False):
    """x where x > 0, else what `act_type` says.

    leaky: slope x.  elu: slope (exp(x) - 1).  prelu: gamma x, with gamma one number, one for each channel, or of the first two
    axes' shape.  selu: the constants of Klambauer et al., 2017, also as a factor of positive x.
    gelu, gelu_erf: x times the normal distribution function at x everywhere; gelu_tanh: its approximation.
    rrelu: slopes from lower_bound to upper_bound, returned as second result; their mean (and zeros) when predicting.
        uniforms: what the slopes are made of in training mode, of data's shape in [0, 1).
    Raises: MXNetError for an unknown act_type, and if shapes or dtypes do not fit.
    The gradient of selu is MXNet's: scale (y + alpha) where x <= 0, not the derivative scale alpha exp(x).
    Differs: rrelu works in training mode, where MXNet crashes.
    """
    return _leaky(data, gamma, act_type, slope, lower_bound, upper_bound, uniforms, training)


# Softmax. Half floats are computed in float32.

def _scores(x, temperature, out):
    """x / temperature in the dtype to compute in; the dtype of the result."""
    floats_only(x)
    out = x.dtype if out is None else out
    if not is_float(out):
        raise MXNetError(f"`dtype` must be floating, got {out.name}")
    y = to(x, wide(x.dtype))
    return (y if temperature is None else lax.div(y, number(temperature, y.dtype))), out


def _within(x, axis, length, use_length):
    """Where the positions along `axis` are below `length`; None without lengths."""
    if not use_length:
        if length is not None:
            raise MXNetError("`length` was given without use_length=True: pass both, or none")
        return None
    shape = tuple(n for a, n in enumerate(x.shape) if a != axis)
    if length is None:
        raise MXNetError(f"use_length=True needs `length`, an integer array of shape {shape}")
    has_shape("length", length, shape, f"that of the data {x.shape} without axis {axis}")
    if is_float(length.dtype):
        raise MXNetError(f"`length` must be of an integer dtype, got {length.dtype.name}: cast it with astype('int32')")
    return lax.lt(lax.broadcasted_iota(length.dtype, x.shape, axis), lax.expand_dims(length, (axis,)))


def _parts(x, mask, axis):
    """(scores minus the largest, their exponentials or 0, the sum or 1 where nothing is left) of what `mask` keeps."""
    kept = where(mask, x, jnp.finfo(x.dtype).min)
    shifted = lax.sub(kept, shift(kept, axis))
    e = where(mask, lax.exp(shifted), 0)
    sums = total(e, (axis,), True)
    return shifted, e, where(lax.eq(sums, of(0, sums)), 1, sums)


def _axis(x, axis):
    """The softmax axis; None is the last, and a 0-d array has one to spare."""
    return axis_in(-1 if axis is None else axis, max(x.ndim, 1))


def _softmax(x, axis, temperature, dtype, mask=None):
    y, dtype = _scores(x, temperature, dtype)
    if x.ndim == 0:
        return jnp.where(jnp.isnan(y), y, jnp.ones_like(y)).astype(dtype)
    if mask is None or not x.size:
        return to(softmax_along(y, axis), dtype)
    _, e, sums = _parts(y, mask, axis)
    return to(where(mask, lax.div(e, sums), 0), dtype)  # 0 also beside a nan


def _log_softmax(x, axis, temperature, dtype, mask=None):
    y, dtype = _scores(x, temperature, dtype)
    if x.ndim == 0:
        return jnp.where(jnp.isnan(y), y, jnp.zeros_like(y)).astype(dtype)
    if mask is None or not x.size:
        return to(log_softmax_along(y, axis), dtype)
    shifted, _, sums = _parts(y, mask, axis)
    return to(where(mask, lax.sub(shifted, lax.log(sums)), -jnp.inf), dtype)


_LENGTH = onp.array([2, 3], "int32")
_FLAT = ({}, {"axis": 0}, {"temperature": 2.0, "dtype": "float64"})
_SOFTMAX = {"args": [((_X,), dict(k)) for k in _FLAT] + [((_X,), {"length": _LENGTH, "use_length": True})]}
_PLAIN = {"args": [((_X,), dict(k)) for k in _FLAT]}


@op("npx.softmax", "nd.softmax", "nd.NDArray.softmax", arrays=("length",), scalars=("temperature",), samples=_SOFTMAX)
def softmax(data, length=None, axis=-1, temperature=None, use_length=False, dtype=None):
    """exp(data / temperature), divided by its sum along `axis`.

    length: with use_length, how many positions along the axis count; the others give 0. Integers, data's shape without it.
    dtype: of the result, by default data's.
    Raises: MXNetError if data is not floating or `length` does not fit.
    """
    axis = _axis(data, axis)
    return _softmax(data, axis, temperature, dtype, _within(data, axis, length, use_length))


@op("npx.log_softmax", arrays=("length",), scalars=("temperature",), samples=_SOFTMAX)
def log_softmax(data, axis=-1, length=None, temperature=None, use_length=False, dtype=None):
    """The logarithm of the softmax, see npx.softmax; -inf at positions from `length` on."""
    axis = _axis(data, axis)
    return _log_softmax(data, axis, temperature, dtype, _within(data, axis, length, use_length))


def _no_lengths(use_length):
    if use_length:
        raise MXNetError("use_length=True is not offered here, there is no `length`; nd.softmax has both")


@op("nd.log_softmax", "nd.NDArray.log_softmax", scalars=("temperature",), samples=_PLAIN)
def log_softmax_nd(data, axis=-1, temperature=None, dtype=None, use_length=False):
    """The logarithm of the softmax of data / temperature along `axis`. Raises: MXNetError if data is not floating."""
    _no_lengths(use_length)
    return _log_softmax(data, _axis(data, axis), temperature, dtype)


@op("nd.softmin", "nd.NDArray.softmin", scalars=("temperature",), samples=_PLAIN)
def softmin(data, axis=-1, temperature=None, dtype=None, use_length=False):
    """The softmax of -data / temperature along `axis`. Raises: MXNetError if data is not floating."""
    _no_lengths(use_length)
    return _softmax(-data, _axis(data, axis), temperature, dtype)


@op("nd.SoftmaxActivation", samples={"args": [((_X,), {}), ((_X.reshape(1, 2, 3),), {"mode": "channel"})]})
def softmax_activation(data, mode="instance"):
    """The softmax along the last axis (mode "instance") or along axis 1 ("channel")."""
    one_of("mode", mode, ("instance", "channel"))
    return _softmax(data, axis_in(1 if mode == "channel" else -1, data.ndim), None, None)


def _checked_mask(data, mask):
    if mask.dtype != bool:
        raise MXNetError(f"`mask` must be boolean, got {mask.dtype.name}: cast it with astype(bool)")
    if mask.ndim != data.ndim or any(m not in (1, n) for m, n in zip(mask.shape, data.shape, strict=True)):
        raise MXNetError(f"`mask` must have the data's shape {data.shape}, or 1 in places, got {mask.shape}")
    return mask


_MASK = onp.array([[True, True, False], [False, True, True]])
_MASKED = {"args": [((_X, _MASK), {}), ((_X, _MASK), {"axis": 0, "temperature": 2.0}), ((_X, _MASK[:1]), {})]}


@op("npx.masked_softmax", "nd.masked_softmax", scalars=("temperature",), samples=_MASKED)
def masked_softmax(data, mask, axis=-1, temperature=1.0, normalize=True):
    """The softmax of the positions where mask is True; 0 elsewhere, and everywhere if a row has none.

    mask: boolean, data's shape or 1 in places.  normalize: MXNet's switch against overflow, always on here.
    Raises: MXNetError if data is not floating or the mask does not fit.
    """
    return _softmax(data, _axis(data, axis), temperature, None, _checked_mask(data, mask))


@op("npx.masked_log_softmax", "nd.masked_log_softmax", scalars=("temperature",), samples=_MASKED)
def masked_log_softmax(data, mask, axis=-1, temperature=1.0, normalize=True):
    """The logarithm of npx.masked_softmax: -inf where mask is False."""
    return _log_softmax(data, _axis(data, axis), temperature, None, _checked_mask(data, mask))
