"""From noise to distributions. The noise is data, drawn before (array/sampling.py) or by `mx.noise` from a key.

A formula is written once, for NumPy and for JAX: `m` is the library it calculates with.  np's samplers are differentiable
in their parameters as in MXNet 2.0 (the noise stays as it was drawn); the samplers of nd have zero gradients.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.custom_derivatives import SymbolicZero
from jax.scipy.special import gammaln, xlog1py, xlogy

from ..base import FLOAT32, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import Scalar, op
from .axes import wide

_X = onp.array([[0.5, 1.5, 2.5], [0.25, 0.75, 1.25]], "float32")  # example arguments for the tests
_A, _B = onp.array([0.5, 1.25], "float32"), onp.array([3.0, 2.75], "float32")
_KEY = onp.array([3, 1], "uint32")


class Formula(NamedTuple):
    """How a distribution comes from noise.

    noise: "uniform", float32 in [0, 1), or "normal", standard normal.  base: (m, noise) -> the part without parameters.
    of: (m, base, *parameters) -> sample.  parameters: names with what MXNet demands of them: None, ">= 0" or "> 0".
    """

    noise: str
    base: Callable
    of: Callable
    parameters: dict[str, str | None]


class Traced:
    """The library of the formulas inside programs."""

    log, exp, sqrt, power, where = jnp.log, jnp.exp, jnp.sqrt, jnp.power, jnp.where

    @staticmethod
    def times(scale, noise):
        """The product, rounded. XLA on a CPU would fuse it with an addition and skip the rounding, but not through a choice."""
        return jnp.where(noise == noise, scale * noise, noise)


def _located(m, base, loc, scale):
    return loc + m.times(scale, base)


_LOC_SCALE, _SCALE, _SHAPE = {"loc": None, "scale": ">= 0"}, {"scale": ">= 0"}, {"a": "> 0"}
FORMULAS = {
    "uniform": Formula("uniform", lambda m, u: u, lambda m, u, low, high: low + m.times(high - low, u),
                       {"low": None, "high": None}),
    "normal": Formula("normal", lambda m, z: z, _located, _LOC_SCALE),
    "lognormal": Formula("normal", lambda m, z: z, lambda m, z, mean, sigma: m.exp(mean + m.times(sigma, z)),
                         {"mean": None, "sigma": ">= 0"}),
    "exponential": Formula("uniform", lambda m, u: -m.log(u), lambda m, x, scale: x * scale, _SCALE),
    "logistic": Formula("uniform", lambda m, u: m.log(u) - m.log(1 - u), _located, _LOC_SCALE),
    "gumbel": Formula("uniform", lambda m, u: -m.log(-m.log(u)), _located, _LOC_SCALE),
    "laplace": Formula("uniform", lambda m, u: m.where(u < 0.5, m.log(2 * u), -m.log(2 - 2 * u)), _located,
                       {"loc": None, "scale": None}),
    "rayleigh": Formula("uniform", lambda m, u: m.sqrt(-2 * m.log(u)), lambda m, x, scale: x * scale, _SCALE),
    "weibull": Formula("uniform", lambda m, u: -m.log(u), lambda m, x, a: m.power(x, 1 / a), _SHAPE),
    "pareto": Formula("uniform", lambda m, u: -m.log(u), lambda m, x, a: m.exp(x / a) - 1, _SHAPE),
    "power": Formula("uniform", lambda m, u: 1 - u, lambda m, x, a: m.power(x, 1 / a), _SHAPE),
}
_FLAT = {"uniform", "power"}  # MXNet's gradient is zero


def _operand(v, dtype):
    if isinstance(v, Scalar):
        return v.value.astype(dtype)
    return v.astype(dtype) if isinstance(v, jax.Array) else jnp.asarray(v, dtype)


def _working_dtype(arrays):
    """MXNet calculates in float32; float64 parameters are kept."""
    wide = any(isinstance(v, jax.Array) and v.dtype == jnp.float64 for v in arrays)
    return FLOAT64 if wide else FLOAT32


def _declare(name, formula):
    example = (_X, FLOAT32, *[_B[:1] for _ in formula.parameters])

    @op(f"mx.random_{name}", scalars=("p1", "p2"), static=("dtype",), grad=name not in _FLAT, samples={"args": [(example, {})]},
        doc=f"{name} from its base, which has the result's shape; arrays or numbers as parameters, in float32 or wider.")
    def sample(base, dtype, p1, p2=None):
        formula = FORMULAS[name]
        given = (p1, p2)[:len(formula.parameters)]
        working = _working_dtype((base, *given))
        return formula.of(Traced, base.astype(working), *[_operand(v, working) for v in given]).astype(dtype)


for _name, _formula in FORMULAS.items():
    _declare(_name, _formula)


@op("mx.random_base", static=("name",), elementwise=True, grad=False, samples={"args": [((_X / 3, name), {}) for name in FORMULAS]})
def base(noise, name):
    """The part of a distribution that needs no parameters."""
    return FORMULAS[name].base(Traced, noise)


# --- nd: a parameter of shape s gives samples of shape s + shape ---------------------------------------------------------
def _trailing(v, noise):
    return v.reshape(v.shape + (1,) * (noise.ndim - v.ndim))


_TWO = {"args": [((_X, _A, _B, FLOAT32), {})]}


@op("mx.sample_uniform", static=("dtype",), grad=False, samples=_TWO)
def sample_uniform(noise, low, high, dtype):
    """low + (high - low) noise; low, high: shape s, noise: shape s + any, in [0, 1)."""
    low, high = _trailing(low, noise), _trailing(high, noise)
    return (low + Traced.times(high - low, noise)).astype(dtype)


@op("mx.sample_normal", static=("dtype",), grad=False, samples=_TWO)
def sample_normal(noise, mu, sigma, dtype):
    """mu + sigma noise; mu, sigma: shape s, noise: shape s + any, standard normal."""
    return (_trailing(mu, noise) + Traced.times(_trailing(sigma, noise), noise)).astype(dtype)


@op("mx.sample_exponential", static=("dtype",), grad=False, samples={"args": [((_X / 3, _A, FLOAT32), {})]})
def sample_exponential(noise, lam, dtype):
    """-log(1 - noise) / lam in float64, as MXNet calculates it; lam: shape s, noise: shape s + any, in [0, 1)."""
    return (-jnp.log(1 - noise.astype(jnp.float64)) / _trailing(lam, noise)).astype(dtype)


@op("mx.sample", grad=False, samples={"args": [((_X, _A), {})]})
def sample(*arrays):
    """The first array: samples that were drawn from the parameters behind it, which get zero gradients."""
    return arrays[0]


# --- gamma ----------------------------------------------------------------------------------------------------------------
@jax.custom_jvp
def _of_shape(x, shape):
    """x, drawn from a gamma distribution of that shape; its derivative is the one of the inverse distribution function."""
    return x


def _of_shape_jvp(primals, tangents):
    (x, shape), (dx, dshape) = primals, tangents
    total = jnp.zeros_like(x)
    if not isinstance(dx, SymbolicZero):
        total += dx
    if not isinstance(dshape, SymbolicZero):
        total += jax.lax.random_gamma_grad(shape, x) * dshape
    return x, total


_of_shape.defjvp(_of_shape_jvp, symbolic_zeros=True)


@op("mx.random_gamma", scalars=("shape", "scale"), static=("dtype",),
    samples={"args": [((_X.astype("float64"), FLOAT32, 2.5, _B[:1]), {})]})
def gamma(noise, dtype, shape, scale):
    """scale noise, where noise was drawn with scale 1 from `shape`; differentiable in both, once in `shape`."""
    shape = jnp.broadcast_to(_operand(shape, noise.dtype), noise.shape)
    return (_of_shape(noise, shape) * _operand(scale, noise.dtype)).astype(dtype)


@op("mx.random_multivariate_normal", samples={"args": [((_X[:, :2], _A, onp.array([[2, 0.5], [0.5, 1]], "float32")), {})]})
def multivariate_normal(noise, mean, cov):
    """mean + L noise with L the Cholesky factor of cov; noise (..., n) standard normal, mean (..., n), cov (..., n, n)."""
    dtype = wide(noise.dtype)
    factor = jnp.linalg.cholesky(cov.astype(dtype))
    return (mean.astype(dtype) + jnp.einsum("...ij,...j->...i", factor, noise.astype(dtype))).astype(noise.dtype)


# --- discrete -------------------------------------------------------------------------------------------------------------
@op("mx.random_bernoulli", scalars=("prob",), static=("dtype", "logit"), grad=False,
    samples={"args": [((_X / 3, FLOAT32, 0.4, False), {}), ((_X / 3, FLOAT32, _X, True), {})]})
def bernoulli(noise, dtype, prob, logit):
    """1 where noise, uniform in [0, 1), is below `prob`; `logit` tells that prob is log(p / (1 - p)) instead."""
    prob = _operand(prob, _working_dtype((prob,)))
    return (noise < (jax.nn.sigmoid(prob) if logit else prob)).astype(dtype)


@op("mx.random_log_likelihood", samples={"args": [((_X / 3, onp.array([[1, 0], [2, 2]])), {})]})
def log_likelihood(data, index):
    """log data[..., index]; data: shape s + (k,), index: shape s + any, integers in 0..k-1."""
    flat = index.astype(jnp.int32).reshape(*data.shape[:-1], -1)
    return jnp.log(jnp.take_along_axis(data, flat, -1)).reshape(index.shape)


@op("mx.random_rows", samples={"args": [((_X, onp.array([1, 0, 1])), {})]})
def rows(data, order):
    """The rows data[order]; order: integers of any shape."""
    return jnp.take(data, order, axis=0, mode="clip")


# --- noise inside a program -------------------------------------------------------------------------------------------------
def _canonical(key, shape, dtype):
    """Uniform in [0, 1), on MXNet's grid of 2**32 numbers for float32."""
    if dtype == jnp.float64:
        return jax.random.uniform(key, shape, dtype)
    words = jax.random.bits(key, shape, jnp.uint32)
    return jnp.minimum(words.astype(dtype) * onp.float32(2.0 ** -32), onp.float32(1 - 2.0 ** -24))


@op("mx.noise", static=("kind", "shape", "dtype"), grad=False,
    samples={"args": [((_KEY, kind, (2, 3), FLOAT32), {}) for kind in ("uniform", "normal")]})
def noise(key, kind, shape, dtype):
    """Noise of a kind ("uniform", "normal") from a key: uint32 (2,), a seed and a counter (threefry)."""
    key = jax.random.wrap_key_data(key, impl="threefry2x32")
    return jax.random.normal(key, shape, dtype) if kind == "normal" else _canonical(key, shape, dtype)


@op("mx.random_integers", scalars=("low", "high"), static=("shape", "dtype"), grad=False,
    samples={"args": [((_KEY, -3, 9, (2, 3), INT64), {})]})
def integers(key, low, high, shape, dtype):
    """Integers in low..high-1 from a key."""
    key = jax.random.wrap_key_data(key, impl="threefry2x32")
    low, high = _operand(low, jnp.int64), _operand(high, jnp.int64)
    return jax.random.randint(key, shape, low, high, jnp.int64).astype(dtype)


# --- densities --------------------------------------------------------------------------------------------------------------
def _density(sample, parameters, is_log, log_density, event=0, counts=False):
    """A density, or its logarithm: parameters of shape s (+ event), sample of shape s + any (+ event), the same s for all.

    counts: the sample holds counts, along which nothing is differentiated.
    """
    if counts:
        sample = lax.stop_gradient(sample)
    if not is_float(sample.dtype):
        raise MXNetError(f"sample must hold floats, got {sample.dtype.name}")
    inner, extra = parameters[0].ndim - event, sample.ndim - parameters[0].ndim
    wanted = sample.shape[:inner] + sample.shape[sample.ndim - event:]
    for v in parameters:
        if extra < 0 or v.shape != wanted:
            raise MXNetError(f"a parameter has shape {v.shape}; sample {sample.shape} must start with that shape")
    shape = wanted[:inner] + (1,) * extra + wanted[inner:]
    value = log_density(*[v.astype(jnp.float64) for v in (sample, *[v.reshape(shape) for v in parameters])])
    return (value if is_log else jnp.exp(value)).astype(sample.dtype)


_PDF = {"args": [((_X, _A, _B), {}), ((_X, _A, _B), {"is_log": True})]}
_PDF1 = {"args": [((_X, _A), {}), ((_X, _A), {"is_log": True})]}
_COUNTS = onp.array([[0, 1, 2], [3, 4, 5]], "float32")


@op("nd.random_pdf_uniform", samples={"args": [((_X, _A * 0, _B), {}), ((_X, _A * 0, _B), {"is_log": True})]})
def pdf_uniform(sample, low, high, is_log=False):
    """1 / (high - low) between low and high. Differs: 0 outside, where MXNet forgets to look."""
    return _density(sample, (low, high), is_log, lambda x, a, b: jnp.where((x >= a) & (x <= b), -jnp.log(b - a), -jnp.inf))


@op("nd.random_pdf_normal", samples=_PDF)
def pdf_normal(sample, mu, sigma, is_log=False):
    """The normal density with mean mu and standard deviation sigma."""
    return _density(sample, (mu, sigma), is_log,
                    lambda x, mu, sigma: -((x - mu) / sigma) ** 2 / 2 - jnp.log(sigma) - onp.log(2 * onp.pi) / 2)


@op("nd.random_pdf_gamma", samples=_PDF)
def pdf_gamma(sample, alpha, beta, is_log=False):
    """The gamma density with shape alpha and rate beta."""
    return _density(sample, (alpha, beta), is_log, lambda x, a, b: xlogy(a, b) + xlogy(a - 1, x) - b * x - gammaln(a))


@op("nd.random_pdf_exponential", samples=_PDF1)
def pdf_exponential(sample, lam, is_log=False):
    """lam exp(-lam sample)."""
    return _density(sample, (lam,), is_log, lambda x, lam: jnp.log(lam) - lam * x)


@op("nd.random_pdf_poisson", samples={"args": [((_COUNTS, _A), {})], "constant": (0,)})
def pdf_poisson(sample, lam, is_log=False):
    """The probability of `sample` events where lam are expected."""
    return _density(sample, (lam,), is_log, lambda x, lam: xlogy(x, lam) - lam - gammaln(x + 1), counts=True)


def _log_negative_binomial(x, k, p):
    return gammaln(x + k) - gammaln(x + 1) - gammaln(k) + xlogy(k, p) + xlog1py(x, -p)


@op("nd.random_pdf_negative_binomial", samples={"args": [((_COUNTS, _B, _A / 2), {})], "constant": (0,)})
def pdf_negative_binomial(sample, k, p, is_log=False):
    """The probability of `sample` failures before k successes of probability p."""
    return _density(sample, (k, p), is_log, _log_negative_binomial, counts=True)


@op("nd.random_pdf_generalized_negative_binomial", samples={"args": [((_COUNTS, _B, _A), {})], "constant": (0,)})
def pdf_generalized_negative_binomial(sample, mu, alpha, is_log=False):
    """The negative binomial with mean mu and dispersion alpha: k = 1 / alpha, p = 1 / (mu alpha + 1)."""
    return _density(sample, (mu, alpha), is_log, lambda x, mu, a: _log_negative_binomial(x, 1 / a, 1 / (mu * a + 1)),
                    counts=True)


@op("nd.random_pdf_dirichlet", samples={"args": [((_X[:, None, :2] / 3, onp.stack([_A, _B])), {})]})
def pdf_dirichlet(sample, alpha, is_log=False):
    """The Dirichlet density; alpha: shape s + (k,), sample: shape s + any + (k,), sums along the last axis are 1."""
    return _density(sample, (alpha,), is_log,
                    lambda x, a: (xlogy(a - 1, x) - gammaln(a)).sum(-1) + gammaln(a.sum(-1)), event=1)
