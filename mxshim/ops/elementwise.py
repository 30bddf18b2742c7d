"""Functions of one operand, element by element: signs, rounding, exponentials, trigonometry, tests, casts; np, npx and nd.

np answers transcendental functions of integers in floats (float16 up to 16 bits, float32 above) and keeps the dtype
elsewhere; npx and nd always keep it: integers are computed in float32 and cut off. Booleans are refused where the dtype is
kept. Not-a-number and infinities pass through. What is not a row of the tables here is in `selection.py`.
"""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.scipy import special

from ..base import BOOL, FLOAT16, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import op
from .dtypes import cast, float_of, in_floats, numpy_float_of, row

_WHOLE = onp.array([[-3, 0, 2], [5, 7, -1]], "int32")
_SPECIAL = onp.array([0.5, float("nan"), float("inf"), -float("inf")], "float32")


# How a function meets dtypes.

def _refuse_booleans(x):
    if x.dtype == BOOL:
        raise MXNetError("this operator does not support boolean arrays: cast with astype()")


def _to_floats(fn):
    return lambda x: fn(x.astype(float_of(x.dtype)))


def _integers_wide(fn):
    return lambda x: fn(x if is_float(x.dtype) else x.astype(FLOAT64))


def _keeping(fn):
    return _exact(in_floats(fn))


def _exact(fn):
    def body(x):
        _refuse_booleans(x)
        return fn(x)
    return body


def _whole(fn):
    """A rounding: integers are whole already."""
    return lambda x: fn(x) if is_float(x.dtype) else x


def _also_booleans(fn):
    """Booleans are answered in float16, as by functions that answer floats."""
    return lambda x: fn(x.astype(FLOAT16) if x.dtype == BOOL else x)


# Rows.

def declare(names, body, doc, **facts):
    """Declare a function of one array; np calls it x, the others data."""
    if names[0].startswith("np."):
        def fn(x):
            return body(x)
    else:
        def fn(data):
            return body(data)
    op(*names, doc=doc, elementwise=True, **facts)(row(fn, names[0]))


def unary(name, fn, doc, domain=(-4, 4), np=_to_floats, nd=_keeping, also=(), method=True, **facts):
    """Declare np.NAME, and nd.NAME with its method; `np` and `nd` say how `fn` meets dtypes there, None leaves a dialect out.

    also: further names in full; those of np join np's record, all others nd's.
    """
    facts = {"samples": {"domain": domain}, **facts}
    first = [f"nd.{name}"] + ([f"nd.NDArray.{name}"] if method else []) if nd else []
    if np is not None:
        declare([f"np.{name}", *[n for n in also if n.startswith("np.")]], np(fn), doc, **facts)
    legacy = first + [n for n in also if not n.startswith("np.")]
    if legacy:
        declare(legacy, (nd or _keeping)(fn), doc, **facts)


# Signs and rounding: exact on integers.

@jax.custom_jvp
def absolute(x):
    """|x| whose derivative at 0 is 0, as MXNet's; JAX's own is 1 there."""
    return jnp.abs(x)


@absolute.defjvp
def _absolute_jvp(primals, tangents):
    return absolute(primals[0]), _sign(primals[0]) * tangents[0]


def _sign(x):
    one, zero = jnp.ones((), x.dtype), jnp.zeros((), x.dtype)
    return jnp.where(x > 0, one, jnp.where(x < 0, -one, zero))


def _rint(x):
    low, high = jnp.floor(x), jnp.ceil(x)
    return jnp.where(x - low <= high - x, low, high)


def _round_away(x):
    return lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO)


def _relu(x):
    return jnp.where(x <= 0, jnp.zeros((), x.dtype), x)


exact = {"np": _exact, "nd": _exact}
unary("abs", absolute, "The absolute value of x. Its gradient at 0 is 0.",
      also=("np.absolute", "np.fabs", "np.ndarray.__abs__", "nd.NDArray.__abs__"), **exact)
unary("negative", jnp.negative, "-x.", also=("np.ndarray.__neg__",), method=False, **exact)
declare(["nd.NDArray.__neg__"], lambda x: jnp.negative(x.astype(INT64) if x.dtype == BOOL else x), "-x; of booleans int64.",
        samples={"domain": (-4, 4)})
unary("square", jnp.square, "x * x.", **exact)
unary("sign", _sign, "-1, 0 or 1, the sign of x; 0 for nan.", grad=False, **exact)
unary("floor", _whole(jnp.floor), "The next integer not above x.", np=_also_booleans, nd=_exact, grad=False)
unary("ceil", _whole(jnp.ceil), "The next integer not below x.", np=_also_booleans, nd=_exact, grad=False)
unary("trunc", _whole(jnp.trunc), "x without its fraction.", np=_also_booleans, nd=_exact, grad=False)
unary("fix", _whole(jnp.trunc), "x without its fraction.", nd=_exact, grad=False)
unary("rint", _whole(_rint), "The nearest integer; halves go down.", nd=_exact, grad=False)
unary("round", _whole(_round_away), "The nearest integer; halves go away from zero.", np=None, nd=_exact, grad=False)
unary("relu", _relu, "max(x, 0). Its gradient at 0 is 0.", np=None, nd=_exact, also=("npx.relu",))


# Powers, exponentials, logarithms.

unary("reciprocal", lambda x: 1 / x, "1 / x.", domain=(0.3, 4), np=_keeping)
unary("sqrt", jnp.sqrt, "The square root of x; nan below 0.", domain=(0.1, 4))
unary("cbrt", jnp.cbrt, "The cube root of x.", domain=(0.1, 4))
unary("rsqrt", lax.rsqrt, "1 / sqrt(x).", domain=(0.1, 4), np=None)
unary("rcbrt", lambda x: 1 / jnp.cbrt(x), "1 / cbrt(x).", domain=(0.1, 4), np=None)
unary("exp", jnp.exp, "e ** x.")
unary("expm1", jnp.expm1, "e ** x - 1, precise near 0.")
unary("log", jnp.log, "The natural logarithm of x; nan below 0.", domain=(0.1, 4))
unary("log2", jnp.log2, "The logarithm of x to base 2.", domain=(0.1, 4))
unary("log10", jnp.log10, "The logarithm of x to base 10.", domain=(0.1, 4))
unary("log1p", jnp.log1p, "log(1 + x), precise near 0.", domain=(-0.9, 4))


# Trigonometry: angles in radians.

unary("sin", jnp.sin, "Sine of x, x in radians.")
unary("cos", jnp.cos, "Cosine of x, x in radians.")
unary("tan", jnp.tan, "Tangent of x, x in radians.", domain=(-1.3, 1.3))
unary("arcsin", jnp.arcsin, "The angle in radians whose sine is x, from -pi/2 to pi/2.", domain=(-0.9, 0.9), also=("np.asin",))
unary("arccos", jnp.arccos, "The angle in radians whose cosine is x, from 0 to pi.", domain=(-0.9, 0.9), also=("np.acos",))
unary("arctan", jnp.arctan, "The angle in radians whose tangent is x, from -pi/2 to pi/2.", also=("np.atan",))
unary("sinh", jnp.sinh, "Hyperbolic sine of x.")
unary("cosh", jnp.cosh, "Hyperbolic cosine of x.")
unary("tanh", jnp.tanh, "Hyperbolic tangent of x.")
unary("arcsinh", jnp.arcsinh, "Inverse hyperbolic sine of x.", also=("np.asinh",))
unary("arccosh", jnp.arccosh, "Inverse hyperbolic cosine of x; nan below 1.", domain=(1.1, 8), also=("np.acosh",))
unary("arctanh", jnp.arctanh, "Inverse hyperbolic tangent of x.", domain=(-0.9, 0.9), also=("np.atanh",))
unary("degrees", jnp.degrees, "Radians in degrees.", also=("np.rad2deg",))
unary("radians", jnp.radians, "Degrees in radians.", also=("np.deg2rad",))


# Functions of statistics and networks; nd and npx keep every dtype.

def _sharp(fn):
    """Computed in float64 and rounded once: XLA's float32 gamma is off in the sixth digit."""
    return lambda x: fn(x.astype(FLOAT64)).astype(x.dtype)


def _at_poles(fn):
    """`fn`, infinite at 0, -1, -2, ..., as in MXNet."""
    return lambda x: jnp.where((x <= 0) & (x == jnp.floor(x)), jnp.inf, fn(x))


_psi = jax.custom_jvp(_at_poles(special.digamma))
_psi.defjvp(lambda x, t: (_psi(*x), _at_poles(partial(special.polygamma, 1))(*x) * t[0]))


_gamma, _gammaln = (jax.custom_jvp(f) for f in (special.gamma, special.gammaln))
_gamma.defjvp(lambda x, t: (special.gamma(*x), special.gamma(*x) * _psi(*x) * t[0]))
_gammaln.defjvp(lambda x, t: (special.gammaln(*x), _psi(*x) * t[0]))


def _softsign(x):
    return x / (1 + absolute(x))


network = {"np": None, "method": False}
unary("sigmoid", lax.logistic, "1 / (1 + e ** -x).", np=None, also=("npx.sigmoid",))
unary("softsign", _softsign, "x / (1 + |x|).", also=("npx.softsign",), **network)
unary("erf", lax.erf, "The error function of x.", also=("npx.erf",), **network)
unary("erfinv", lax.erf_inv, "The inverse of erf; infinite at -1 and 1.", domain=(-0.9, 0.9), also=("npx.erfinv",), **network)
unary("gamma", _sharp(_gamma), "The gamma function of x.", domain=(0.5, 4), also=("npx.gamma",), **network)
unary("gammaln", _sharp(_gammaln), "The logarithm of |gamma(x)|.", domain=(0.5, 4), also=("npx.gammaln",), **network)
unary("digamma", _sharp(_psi), "The derivative of gammaln; inf at its poles.", (0.5, 4), np=None, nd=None,
      also=("npx.digamma", "nd.digamma"))
unary("i0", _sharp(special.i0), "The modified Bessel function of order 0; of integers in float64.", np=_integers_wide, nd=None)


# Tests: np answers bool, nd 0 and 1 of the operand's dtype. No gradient.

def _of_floats(fn, otherwise=False):
    """A test of floats; integers and booleans all answer `otherwise`."""
    return lambda x: fn(x) if is_float(x.dtype) else jnp.full(x.shape, otherwise)


def _kept(fn):
    return lambda x: fn(x).astype(x.dtype)


_TESTED = {"grad": False, "samples": {"args": [((_SPECIAL,), {}), ((_WHOLE,), {})]}}
for _name, _fn, _doc in (("isnan", _of_floats(jnp.isnan), "Whether x is not a number"),
                         ("isinf", _of_floats(jnp.isinf), "Whether x is infinite"),
                         ("isfinite", _of_floats(jnp.isfinite, True), "Whether x is neither infinite nor nan")):
    declare([f"np.{_name}"], _fn, f"{_doc}; bool.", **_TESTED)
    declare([f"nd.contrib.{_name}"], _kept(_fn), f"{_doc}: 1 or 0 of its dtype.", **_TESTED)
declare(["np.isposinf"], _of_floats(lambda x: x == float("inf")), "Whether x is infinite and positive; bool.", **_TESTED)
declare(["np.isneginf"], _of_floats(lambda x: x == -float("inf")), "Whether x is infinite and negative; bool.", **_TESTED)
declare(["np.signbit"], lambda x: jnp.signbit(x) if is_float(x.dtype) else x < jnp.zeros((), x.dtype),
        "Whether x has a minus sign, -0 too; bool.", **_TESTED)
declare(["np.logical_not"], jnp.logical_not, "Whether x is 0; bool.", **_TESTED)
declare(["nd.logical_not"], _kept(jnp.logical_not), "Whether x is 0: 1 or 0 of its dtype.", **_TESTED)


def _invert(x):
    if is_float(x.dtype):
        raise MXNetError(f"this operator only supports integer and boolean arrays, got {x.dtype.name}: cast with astype()")
    return jnp.invert(x)


declare(["np.invert", "np.bitwise_not", "np.bitwise_invert", "np.ndarray.__invert__"], _invert,
        "~x: every bit of an integer, or a boolean, turned over.", grad=False,
        samples={"args": [((_WHOLE,), {}), ((_WHOLE > 0,), {})]})


# x itself, and what stops or bends its gradient.

def _same(x):
    return x


_ANY = {"samples": {"domain": (-4, 4)}}
declare(["np.positive", "np.ndarray.__pos__"], _same, "x itself.", **_ANY)
declare(["nd.identity"], _same, "A copy of data.", **_ANY)
declare(["nd.stop_gradient", "nd.BlockGrad", "npx.stop_gradient"], lax.stop_gradient,
        "data itself, through which no gradient flows.", grad=False, **_ANY)


@op("np.copy", **_ANY)
def copy(a, out=None):
    """A copy of a."""
    return a


@op("np.real", **_ANY)
def real(val):
    """A copy of val; elements are real here."""
    return val


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _straight_through(fn, x):
    return fn(x)


@_straight_through.defjvp
def _straight_through_jvp(fn, primals, tangents):
    return fn(primals[0]), tangents[0]


_OWN = {"domain": (-4, 4), "own_gradient": True}  # the gradient is not that of the function, by design
unary("round_ste", partial(_straight_through, _whole(_round_away)),
      "The nearest integer, halves away from zero; the gradient passes as if nothing had been rounded.",
      np=None, nd=None, also=("nd.contrib.round_ste", "npx.round_ste"), samples=_OWN)
unary("sign_ste", partial(_straight_through, _sign), "The sign of data; the gradient passes as if it were data itself.",
      np=None, nd=None, also=("nd.contrib.sign_ste", "npx.sign_ste"), samples=_OWN)


# NumPy's own, which MXNet borrows.

@op("np.modf", samples={"domain": (-4, 4)})
def modf(x):
    """(fraction, whole part) of x, both with its sign."""
    x = x.astype(numpy_float_of(x.dtype))
    whole = lax.stop_gradient(jnp.trunc(x))
    return jnp.where(jnp.isinf(x), jnp.copysign(jnp.zeros((), x.dtype), x), x - whole), whole


@op("np.frexp", samples={"domain": (-4, 4)}, grad=False)
def frexp(x):
    """(m, e) with x = m * 2 ** e, |m| in [0.5, 1), e int32."""
    m, e = jnp.frexp(x.astype(numpy_float_of(x.dtype)))
    return m, cast(e, onp.dtype("int32"))


@op("np.spacing", samples={"domain": (-4, 4)}, grad=False)
def spacing(x):
    """The distance from x to the next number of its dtype away from zero."""
    x = x.astype(numpy_float_of(x.dtype))
    return jnp.nextafter(x, jnp.copysign(jnp.full((), jnp.inf, x.dtype), x)) - x
