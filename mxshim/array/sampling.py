"""The public random functions of np: seeds and the continuous distributions.

np's samplers draw from the serial stream, randint and Dropout from the parallel one, as in MXNet (engine/rng.py).
`size` is an integer or a tuple; without it array parameters are broadcast, and numbers give a 0-d array.
Every function takes `ctx=` (1.x) and `device=` (2.x), those of MXNet also `out=`.
"""
from __future__ import annotations

import math

import numpy as onp

from ..base import FLOAT32, MXNetError, is_float
from ..device import Device
from ..engine import rng, words
from ..engine.op import api
from ..engine.words import F32
from ..ops.random import FORMULAS
from . import samplers, sampling_discrete, sampling_nd  # noqa: F401  # the other two declare the rest of the public functions
from .convert import CLASSES
from .core import Array
from .draws import (
    adopt,
    apply,
    broadcast,
    demand,
    device_of,
    finish,
    float_dtype,
    is_number,
    key_noise,
    on_host,
    parameter_of,
    size_of,
)


# --- seeds ------------------------------------------------------------------------------------------------------------
def _seed(what, value, ctx):
    if not isinstance(value, int | onp.integer):
        raise ValueError(f"{what}: seed_state must be int, got {type(value).__name__}")
    if not isinstance(ctx, Device) and ctx != "all":
        Device(ctx)  # raises for names of no device
    rng.seed(int(value))


@api("mx.random.seed", "np.random.seed")
def seed(seed_state, ctx="all", device=None):
    """Restart all streams of this thread; only the low 32 bits count. Unseeded threads start as after seed(0).

    ctx, device: checked only; as in MXNet all CPU devices share one state, and a seed for one device restarts it.
    Raises: ValueError unless seed_state is an integer.
    """
    _seed("mx.random.seed", seed_state, device or ctx)


@api("npx.random.seed")
def npx_seed(seed, ctx="all", device=None):
    """As mx.random.seed."""
    _seed("npx.random.seed", seed, device or ctx)


api("mx.random.set_policy")(rng.set_policy)


# --- np's continuous distributions --------------------------------------------------------------------------------------
class _Host:
    """The library that formulas calculate with on the host: MXNet's float32 functions, to the bit (log) or nearly so."""

    sqrt, where, times = staticmethod(onp.sqrt), staticmethod(onp.where), staticmethod(onp.multiply)

    @staticmethod
    def log(x):
        if x.size and x.min() > 0 and x.max() < onp.inf:
            return words.logf(x)
        y = words.logf(onp.clip(x, F32(1e-30), F32(1e30)))
        return onp.where(x == 0, F32(-onp.inf), onp.where(x == onp.inf, F32(onp.inf), y))

    @staticmethod
    def exp(x):
        return onp.exp(x.astype(onp.float64)).astype(F32)

    @staticmethod
    def power(x, y):
        return onp.power(x.astype(onp.float64), onp.float64(y)).astype(F32)


_WIDE = ("np.random.uniform", "np.random.normal", "np.random.lognormal")  # float64 with NumPy's default dtypes, the others not


def _draw(name, parameters, size, dtype, ctx, out, what=None):
    """A sample of one of the FORMULAS: on the host for plain numbers, by its operator where arrays take part."""
    what = what or f"np.random.{name}"
    formula, cls = FORMULAS[name], CLASSES["np"]
    dtype = float_dtype("float32" if dtype is None and what not in _WIDE else dtype, what)
    parameters = [parameter_of(v, n, what) for v, n in zip(parameters, formula.parameters, strict=True)]
    for v, (n, wanted) in zip(parameters, formula.parameters.items(), strict=True):
        demand(v, n, wanted, what)
    arrays = [v for v in parameters if isinstance(v, Array)]
    ctx = device_of(*ctx, what, arrays)
    shape = broadcast(what, arrays, size)
    if not on_host(ctx):
        base = apply("mx.random_base", cls, key_noise(formula.noise, shape, FLOAT32, cls, ctx), name)
        return finish(apply(f"mx.random_{name}", cls, base, dtype, *parameters), out, what)
    stream, n = rng.streams().serial, math.prod(shape)
    with onp.errstate(all="ignore"):
        noise = stream.normal(n) if formula.noise == "normal" else stream.uniform(n)
        if name == "power" and n:
            stream.words(1)  # MXNet draws one number more than it uses
        base = formula.base(_Host, noise.reshape(shape))
        if arrays:
            return finish(apply(f"mx.random_{name}", cls, adopt(base, cls, ctx), dtype, *parameters), out, what)
        first, *rest = (F32(v) for v in parameters)
        if name in ("uniform", "normal"):  # in place, as these are drawn by the million
            base *= rest[0] - first if name == "uniform" else rest[0]
            base += first
        else:
            base = formula.of(_Host, base, first, *rest)
        return finish(adopt(base.astype(dtype, copy=False), cls, ctx), out, what)


@api("np.random.uniform")
def uniform(low=0.0, high=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Uniform numbers from low to high. Their gradient is zero, as in MXNet."""
    return _draw("uniform", (low, high), size, dtype, (ctx, device), out)


@api("np.random.normal")
def normal(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Normal numbers of mean loc and standard deviation scale; differentiable in both.

    Raises: ValueError if scale is negative.
    """
    return _draw("normal", (loc, scale), size, dtype, (ctx, device), out)


@api("np.random.lognormal")
def lognormal(mean=0.0, sigma=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """exp of normal numbers of mean `mean` and standard deviation sigma; differentiable in both."""
    return _draw("lognormal", (mean, sigma), size, dtype, (ctx, device), out)


@api("np.random.exponential")
def exponential(scale=1.0, size=None, ctx=None, out=None, device=None):
    """Exponential numbers of mean scale, -scale log(u); differentiable in scale."""
    return _draw("exponential", (scale,), size, None, (ctx, device), out)


@api("np.random.logistic")
def logistic(loc=0.0, scale=1.0, size=None, ctx=None, out=None, device=None):
    """Logistic numbers, loc + scale log(u / (1 - u)); differentiable in both."""
    return _draw("logistic", (loc, scale), size, None, (ctx, device), out)


@api("np.random.gumbel")
def gumbel(loc=0.0, scale=1.0, size=None, ctx=None, out=None, device=None):
    """Gumbel numbers, loc - scale log(-log(u)); differentiable in both."""
    return _draw("gumbel", (loc, scale), size, None, (ctx, device), out)


@api("np.random.laplace")
def laplace(loc=0.0, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Laplace numbers. Differs: differentiable in both, where MXNet's gradient is zero."""
    return _draw("laplace", (loc, scale), size, dtype, (ctx, device), out)


@api("np.random.rayleigh")
def rayleigh(scale=1.0, size=None, ctx=None, out=None, device=None):
    """Rayleigh numbers, scale sqrt(-2 log(u)); differentiable in scale."""
    return _draw("rayleigh", (scale,), size, None, (ctx, device), out)


@api("np.random.weibull")
def weibull(a, size=None, ctx=None, out=None, device=None):
    """Weibull numbers, (-log(u)) ** (1 / a); differentiable in a."""
    return _draw("weibull", (a,), size, None, (ctx, device), out)


@api("np.random.pareto")
def pareto(a, size=None, ctx=None, out=None, device=None):
    """Pareto II (Lomax) numbers, u ** (-1 / a) - 1; differentiable in a."""
    return _draw("pareto", (a,), size, None, (ctx, device), out)


@api("np.random.power")
def power(a, size=None, ctx=None, out=None, device=None):
    """Numbers of density a x ** (a - 1) in [0, 1], (1 - u) ** (1 / a). Their gradient is zero, as in MXNet."""
    return _draw("power", (a,), size, None, (ctx, device), out)


@api("np.random.rand")
def rand(*size, **kwargs):
    """uniform(0, 1) of the shape given by the arguments; takes dtype=, ctx=, device=, out= too."""
    return uniform(0, 1, size, **kwargs)


@api("np.random.randn")
def randn(*size, **kwargs):
    """normal(0, 1) of the shape given by the arguments; takes dtype=, ctx=, device=, out= too."""
    return normal(0, 1, size, **kwargs)


@api("np.random.standard_normal")
def standard_normal(size=None, dtype=None, ctx=None, device=None):
    """normal(0, 1). Differs: MXNet has only randn."""
    return normal(0, 1, size, dtype, ctx, None, device)


@api("npx.random.uniform_n")
def uniform_n(low=0.0, high=1.0, batch_shape=None, dtype=None, ctx=None, device=None):
    """np.random.uniform of shape batch_shape + (the parameters' shape)."""
    return _draw("uniform", (low, high), _batch(batch_shape, low, high, "npx.random.uniform_n"), dtype, (ctx, device), None,
                 "npx.random.uniform_n")


@api("npx.random.normal_n")
def normal_n(loc=0.0, scale=1.0, batch_shape=None, dtype=None, ctx=None, device=None):
    """np.random.normal of shape batch_shape + (the parameters' shape)."""
    return _draw("normal", (loc, scale), _batch(batch_shape, loc, scale, "npx.random.normal_n"), dtype, (ctx, device), None,
                 "npx.random.normal_n")


def _batch(batch_shape, a, b, what):
    inner = broadcast(what, [v for v in (a, b) if isinstance(v, Array)])
    return (() if batch_shape is None else size_of(batch_shape, what)) + inner


# --- gamma and its relatives ----------------------------------------------------------------------------------------------
def _gamma(shape, scale, size, dtype, ctx, out, what):
    cls = CLASSES["np"]
    dtype = float_dtype(dtype, what)
    shape, scale = parameter_of(shape, "shape", what), parameter_of(scale, "scale", what)
    arrays = [v for v in (shape, scale) if isinstance(v, Array)]
    where = device_of(*ctx, what, arrays)
    result = broadcast(what, arrays, size)
    kind = "float64" if isinstance(shape, Array) and shape.dtype == onp.float64 else "float32"
    given = shape.asnumpy() if isinstance(shape, Array) else onp.asarray(shape, F32)
    if given.size and not given.min() > 0:
        raise ValueError(f"{what}: the shape parameter must be > 0, got {given.min()}")
    demand(scale, "scale", "> 0", what)
    given = given.astype(kind)
    given = onp.broadcast_to(given, result).reshape(-1) if given.size > 1 else given.reshape(-1)
    noise = samplers.gamma_serial(rng.streams().serial, given, math.prod(result)).reshape(result)
    if arrays:
        return finish(apply("mx.random_gamma", cls, adopt(noise, cls, where), dtype, shape, scale), out, what)
    noise = noise * F32(scale)
    return finish(adopt(noise.astype(F32 if dtype.itemsize == 2 else dtype).astype(dtype), cls, where), out, what)


@api("np.random.gamma")
def gamma(shape, scale=1.0, size=None, dtype=None, ctx=None, out=None, device=None):
    """Gamma numbers of that shape and scale (Marsaglia and Tsang 2000); differentiable in both.

    Raises: ValueError unless both are positive.
    """
    return _gamma(shape, scale, size, dtype, (ctx, device), out, "np.random.gamma")


@api("np.random.chisquare")
def chisquare(df, size=None, dtype=None, ctx=None, device=None):
    """Chi-square numbers of df degrees of freedom: 2 gamma(df / 2)."""
    what = "np.random.chisquare"
    return _gamma(parameter_of(df, "df", what) / 2, 2.0, size, dtype, (ctx, device), None, what)


@api("np.random.beta")
def beta(a, b, size=None, dtype=None, ctx=None, device=None):
    """Beta numbers, x / (x + y) with x, y from gamma(a), gamma(b); calculated in float64.

    Differs: where one of a and b is a number, the other an array, and size=None, MXNet draws once for the number, so that its results
    depend on each other.
    """
    what = "np.random.beta"
    a, b = parameter_of(a, "a", what), parameter_of(b, "b", what)
    size = broadcast(what, [v for v in (a, b) if isinstance(v, Array)], size)
    x = _gamma(a, 1.0, size, "float64", (ctx, device), None, what)
    y = _gamma(b, 1.0, size, "float64", (ctx, device), None, what)
    return (x / (x + y)).astype(float_dtype(dtype, what))


@api("np.random.f")
def f(dfnum, dfden, size=None, ctx=None, device=None):
    """F numbers, the ratio of two chi-square numbers over their degrees of freedom.

    Differs: without size, MXNet draws once for a number beside an array, as for np.random.beta.
    """
    what = "np.random.f"
    dfnum, dfden = parameter_of(dfnum, "dfnum", what), parameter_of(dfden, "dfden", what)
    size = broadcast(what, [v for v in (dfnum, dfden) if isinstance(v, Array)], size)
    x, y = chisquare(dfnum, size, None, ctx, device), chisquare(dfden, size, None, ctx, device)
    return x * dfden / (y * dfnum)


@api("np.random.multivariate_normal")
def multivariate_normal(mean, cov, size=None, check_valid=None, tol=None):
    """Normal vectors of mean (..., n) and covariance (..., n, n): size + (..., n); differentiable in both.

    check_valid and tol are ignored. Differs: MXNet asks NumPy's generator, this one is seeded by mx.random.seed.
    """
    what, cls = "np.random.multivariate_normal", CLASSES["np"]
    mean, cov = parameter_of(mean, "mean", what), parameter_of(cov, "cov", what)
    if is_number(mean) or is_number(cov) or cov.ndim < 2 or mean.ndim < 1 or cov.shape[-2:] != mean.shape[-1:] * 2:
        raise MXNetError(f"{what}: mean must have shape (..., n), cov (..., n, n), "
                         f"got {getattr(mean, 'shape', ())} and {getattr(cov, 'shape', ())}")
    batch = onp.broadcast_shapes(mean.shape[:-1], cov.shape[:-2])
    shape = (() if size is None else size_of(size, what)) + batch + mean.shape[-1:]
    z = normal(0, 1, shape, onp.dtype(mean.dtype) if is_float(onp.dtype(mean.dtype)) else None, mean.ctx)
    return apply("mx.random_multivariate_normal", cls, z, mean, cov)
