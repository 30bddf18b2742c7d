"""Elementwise functions with parameters, and those that choose: clip, round, where, cast, losses; np, npx, nd."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import BOOL, FLOAT32, FLOAT64, MXNetError, is_float
from ..engine.op import Scalar, op
from .axes import over
from .dtypes import cast, equal, in_floats, kind, promote, promoted, value
from .outline import pointwise
from .samples import calls_on

_X = onp.array([[-2.3, -0.7, 0.3], [0.6, 1.8, 3.1]], "float32")
_Y = onp.array([[1., 2., -3.], [4.5, -0.5, 0.75]], "float32")

_on = calls_on(_X)


# clip

def _bound(v, dtype):
    """A bound in the array's dtype; one outside its range is moved to the end of the range, and fractions are cut off."""
    if is_float(dtype):
        return value(v, dtype)
    range_ = jnp.iinfo(dtype)
    wide = value(v, FLOAT64)
    inside = (wide > float(range_.min)) & (wide < float(range_.max))
    ends = jnp.where(wide <= float(range_.min), jnp.asarray(range_.min, dtype), jnp.asarray(range_.max, dtype))
    return jnp.where(inside, value(v, dtype), ends)


def _clip(x, low, high):
    if x.dtype == BOOL:
        raise MXNetError("clip does not support boolean arrays: cast with astype()")
    out = x
    if low is not None:
        low = _bound(low, x.dtype)
        out = jnp.where(x < low, low, out)
    if high is not None:  # the upper bound wins where the lower one is above it
        high = _bound(high, x.dtype)
        out = jnp.where(x > high, high, out)
    return out


_CLIPS = ((-1, 1), (-0.5, 2.5))


@op("np.clip", scalars=("a_min", "a_max"), elementwise=True, samples={"args": [((_X, *c), {}) for c in _CLIPS]})
def clip(a, a_min, a_max):
    """a held to [a_min, a_max]; one of the bounds may be None. The gradient passes inside and on the borders.

    Raises: ValueError if both bounds are None, MXNetError for booleans.
    """
    if a_min is None and a_max is None:
        raise ValueError("must set either a_min or a_max, both are None")
    return _clip(a, a_min, a_max)


@op("np.ndarray.clip", scalars=("min", "max"), elementwise=True, samples=_on({"min": -1}, {"min": -1, "max": 1}))
def clip_method(a, min=None, max=None):
    """The array held to [min, max]; one of the bounds may be None."""
    return clip(a, min, max)


@op("nd.clip", "nd.NDArray.clip", scalars=("a_min", "a_max"), elementwise=True, samples={"args": [((_X, *c), {}) for c in _CLIPS]})
def clip_nd(data, a_min, a_max):
    """data held to [a_min, a_max]. The gradient passes inside and on the borders."""
    return _clip(data, a_min, a_max)


# Rounding to decimals.

@op("np.round", "np.around", "np.round_", "np.ndarray.round", elementwise=True, grad=False,
    samples=_on({}, {"decimals": 1}, {"decimals": -1}))
def round_(x, decimals=0):
    """x rounded to `decimals` places after the point, before it if negative; halves go to the even digit.

    The point is moved one place at a time, as in MXNet: in float32 49.42 becomes 49.420002. Differs: integers are rounded, too; with
    negative decimals MXNet cuts them off.
    """
    if x.dtype == BOOL:
        raise MXNetError("round does not support boolean arrays: cast with astype()")
    if not is_float(x.dtype):
        if decimals >= 0:
            return x
        unit = 10 ** -decimals
        return cast(jnp.rint(over(x.astype(FLOAT64), float(unit))) * unit, x.dtype)

    return _rounded_to(x, decimals=decimals)


def _rounded(x, *, decimals):
    def moved(x, places):
        for _ in range(min(abs(places), 400)):  # in float64, or XLA would make one product of them all
            wide = x.astype(FLOAT64)
            x = (wide * 10 if places > 0 else wide / 10).astype(x.dtype)
        return x

    return moved(jnp.rint(moved(x, decimals)), -decimals)


_rounded_to = pointwise("rounded", _rounded)


def _finite_or(x, nan, largest, least):
    x = jnp.where(jnp.isnan(x), nan, x)
    return jnp.where(x == -jnp.inf, least, jnp.where(x == jnp.inf, largest, x))


_numbers_only = pointwise("numbers_only", _finite_or)


@op("np.nan_to_num", scalars=("nan", "posinf", "neginf"), elementwise=True,
    samples=_on({}, {"nan": 2, "posinf": 5}))
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """x with nan, infinity and -infinity replaced; by default by 0 and the largest and lowest number of the dtype."""
    if not is_float(x.dtype):
        return x
    ends = jnp.finfo(x.dtype)
    largest, least = ends.max if posinf is None else posinf, ends.min if neginf is None else neginf
    return _numbers_only(x, *[value(v if isinstance(v, Scalar) else float(v), x.dtype) for v in (nan, largest, least)])


# Casts. Derivatives pass as if the numbers were reals, through integers too.

def _cast_reals(data, dtype):
    return data.astype(dtype if is_float(dtype) else FLOAT32)


_CASTS = _on({"dtype": onp.dtype("int32")}, {"dtype": onp.dtype("float64")}, {"dtype": onp.dtype("bool")})


@op("nd.cast", "nd.Cast", "npx.cast", static=("dtype",), elementwise=True, diff=_cast_reals, samples=_CASTS)
def cast_(data, dtype):
    """data in another dtype: fractions are cut off, integers wrap around, nan becomes the lowest integer."""
    return cast(data, dtype)


@op("nd.amp_cast", static=("dtype",), elementwise=True, samples=_on({"dtype": onp.dtype("float64")}))
def amp_cast(data, dtype):
    """Floats in another dtype, in integers rounded, halves to the even one; integers and booleans stay as they are."""
    if not is_float(data.dtype):
        return data
    return data.astype(dtype) if is_float(dtype) else cast(jnp.rint(data), dtype)


@op("nd.amp_multicast", samples={"args": [((_X, _Y.astype("float16")), {"num_outputs": 2})]})
def amp_multicast(*data, num_outputs=None, cast_narrow=False):
    """All arrays in the widest float dtype among them, or with cast_narrow in the narrowest."""
    floats = [x.dtype for x in data if is_float(x.dtype)]
    if not floats:
        return tuple(data)
    common = floats[0]
    for dtype in floats[1:]:
        if cast_narrow:
            common = min(common, dtype, key=lambda d: d.itemsize)
        else:
            common = promote(common, dtype)
    return tuple(x.astype(common) if is_float(x.dtype) else x for x in data)


# where

def _choose_reals(condition, x, y):
    dtype = promoted(x, y)
    return jnp.where(_holds(condition), value(x, dtype), value(y, dtype))


@op("np.where", scalars=("x", "y"), elementwise=True, diff=_choose_reals,
    samples={"args": [((_X > 0, _X, _Y), {}), ((_X > 0, _X, 2.5), {}), ((_X, 1, _Y[0]), {})]})
def where(condition, x, y):
    """x where condition is not 0, else y; all three broadcast. With the condition alone: np.nonzero(condition).

    Args:
        condition: any dtype.  x, y: arrays of one dtype, or numbers, which take the other's dtype; two numbers make float32.
    Raises: ValueError if one of x and y is missing, MXNetError for arrays of two dtypes.
    """
    kinds = kind(x), kind(y)
    if kinds == ("", "") and x.dtype != y.dtype:
        equal(x, y)
    dtype = x.dtype if not kinds[0] else y.dtype if not kinds[1] else FLOAT32
    return jnp.where(_holds(condition), value(x, dtype), value(y, dtype))


@op("nd.where", elementwise=True, diff=lambda condition, x, y: _choose_reals(_by_row(condition, x), x, y),
    samples={"args": [((_X, _X, _Y), {}), ((_Y[:, 0], _X, _Y), {})]})
def where_nd(condition, x, y):
    """x where condition is not 0, else y; x and y of one shape and dtype.

    Args: condition: the shape of x, or a vector with one entry per row of x.
    """
    if x.shape != y.shape or x.dtype != y.dtype:
        got = " and ".join(f"{a.dtype.name}{list(a.shape)}" for a in (x, y))
        raise MXNetError(f"x and y must have one shape and dtype, got {got}")
    return jnp.where(_holds(_by_row(condition, x)), x, y)


def _holds(condition):
    return condition if condition.dtype == bool else condition != 0


def _by_row(condition, x):
    if condition.shape == x.shape:
        return condition
    if condition.ndim != 1 or not x.ndim or condition.shape[0] != x.shape[0]:
        raise MXNetError(f"condition must have shape {x.shape} or one entry per row of x, got {condition.shape}")
    return condition.reshape(-1, *[1] * (x.ndim - 1))


# Functions with parameters.

@op("nd.smooth_l1", "npx.smooth_l1", scalars=("scalar",), elementwise=True, numbers=value, samples=_on({}, {"scalar": 2.0}))
def smooth_l1(data, scalar=1.0):
    """(s x)^2 / 2 where |x| < 1 / s^2, else |x| - 1 / (2 s^2), with s = `scalar`. MXNet: smooth_l1 (Girshick, Fast R-CNN)."""
    def loss(x):
        square = cast(value(scalar, data.dtype), x.dtype) ** 2
        far = jnp.abs(x) * square > 1
        near = jnp.where(far, jnp.zeros((), x.dtype), x)  # an infinity would make the gradient nan
        return jnp.where(far, jnp.abs(x) - 0.5 / square, 0.5 * square * near * near)
    return in_floats(loss)(data)


@op("nd.hard_sigmoid", scalars=("alpha", "beta"), elementwise=True, samples=_on({}, {"alpha": 0.3, "beta": 0.4}))
def hard_sigmoid(data, alpha=0.2, beta=0.5):
    """alpha x + beta held to [0, 1]; no gradient passes on the borders."""
    line = value(alpha, data.dtype) * data + value(beta, data.dtype)
    return jnp.where(line <= 0, jnp.zeros((), data.dtype), jnp.where(line >= 1, jnp.ones((), data.dtype), line))


@op("nd.contrib.quadratic", scalars=("a", "b", "c"), elementwise=True, samples=_on({"a": 1.0, "b": 2.0, "c": 3.0}))
def quadratic(data, a=0.0, b=0.0, c=0.0):
    """a x^2 + b x + c."""
    return in_floats(lambda x: (value(a, x.dtype) * x + value(b, x.dtype)) * x + value(c, x.dtype))(data)


@jax.custom_jvp
def _scaled_gradient(x, scale):
    return x


@_scaled_gradient.defjvp
def _scaled_gradient_jvp(primals, tangents):
    return primals[0], primals[1] * tangents[0]


@op("nd.contrib.gradientmultiplier", scalars=("scalar",), samples=_on({"scalar": 7.0}, own_gradient=True))
def gradientmultiplier(data, scalar=1.0, is_int=False):
    """data itself; its gradient is multiplied by `scalar`."""
    return _scaled_gradient(data, value(scalar, data.dtype)) if is_float(data.dtype) else data


@op("nd.contrib.div_sqrt_dim", samples=_on({}))
def div_sqrt_dim(data):
    """data divided by the square root of the length of its last axis."""
    return in_floats(lambda x: x / jnp.sqrt(jnp.asarray(x.shape[-1], x.dtype)))(data)


# Ends of a network: whatever gradient arrives from above is replaced.

@jax.custom_vjp
def _end(x, gradient):
    return x


def _end_forward(x, gradient):
    return x, gradient


def _end_backward(gradient, _):
    return gradient, jnp.zeros_like(gradient)


_end.defvjp(_end_forward, _end_backward)


@op("nd.make_loss", loss=True, samples=_on({}, own_gradient=True))
def make_loss(data):
    """data itself as a loss: its gradient is 1 in every element, whatever arrives from above."""
    return _end(data, jnp.ones_like(data)) if is_float(data.dtype) else data


_NORMALIZATIONS = ("null", "batch", "valid")


@op("nd.MakeLoss", loss=True, scalars=("grad_scale", "valid_thresh"),
    samples=_on({}, {"grad_scale": 3.0, "normalization": "batch"}, {"normalization": "valid", "valid_thresh": 0.0},
                own_gradient=True))
def make_loss_scaled(data, grad_scale=1.0, valid_thresh=0.0, normalization="null"):
    """data itself as a loss: its gradient is `grad_scale` in every element, whatever arrives from above.

    Args: normalization: "null"; "batch" divides by the number of rows (all axes but the last); "valid" by the number of
        elements above `valid_thresh` (at least 1).
    """
    if normalization not in _NORMALIZATIONS:
        raise MXNetError(f"normalization must be one of {', '.join(_NORMALIZATIONS)}, got {normalization!r}")
    if not is_float(data.dtype):
        raise MXNetError(f"MakeLoss needs a floating point array, got {data.dtype.name}: cast with astype('float32')")
    scale = value(grad_scale, data.dtype)
    if normalization == "batch" and data.ndim:
        scale = scale / (data.size // data.shape[-1])
    elif normalization == "valid":
        count = jnp.sum(lax.stop_gradient(data) > value(valid_thresh, data.dtype))
        scale = scale / jnp.maximum(count, 1).astype(data.dtype)
    return _end(data, jnp.broadcast_to(scale, data.shape))
