"""How far one distribution is from another: KL(p, q), the expected value under p of log p(x) - log q(x)."""
from __future__ import annotations

import inspect
import math
import warnings

from .... import numpy as np
from .... import numpy_extension as npx
from .categorical import Categorical, OneHotCategorical
from .counts import Bernoulli, Binomial, Geometric, Poisson
from .location_scale import EULER, Cauchy, Gumbel, Laplace, MultivariateNormal, Normal, Uniform
from .positive import Beta, Dirichlet, Exponential, Gamma, HalfNormal, Pareto

_KNOWN: dict[tuple[type, type], object] = {}
gammaln, digamma = npx.gammaln, npx.digamma


def register_kl(typeP, typeQ):
    """A decorator: the function of (p, q) gives kl_divergence for these classes and their subclasses.

    Raises: TypeError for a function that does not take two arguments.
    """
    def decorator(func):
        count = len(inspect.signature(func).parameters)
        if count != 2:
            raise TypeError(f"register_kl: the function must take two distributions, p and q; {func.__name__} takes {count} arguments")
        if (typeP, typeQ) in _KNOWN:
            warnings.warn(f"register_kl: KL({typeP.__name__}, {typeQ.__name__}) is replaced", stacklevel=2)
        _KNOWN[typeP, typeQ] = func
        return func

    return decorator


def kl_divergence(p, q):
    """KL(p, q), of the shape of their batches. Raises: NotImplementedError if nothing is registered for their classes."""
    for kind_p in type(p).__mro__:
        for kind_q in type(q).__mro__:
            if (kind_p, kind_q) in _KNOWN:
                return _KNOWN[kind_p, kind_q](p, q)
    raise NotImplementedError(f"kl_divergence: nothing is known of {type(p).__name__} and {type(q).__name__}; register_kl a function, or "
                              "use empirical_kl")


def empirical_kl(p, q, n_samples=1):
    """The mean of log p(x) - log q(x) over samples of p."""
    x = p.sample_n(n_samples)
    return (p.log_prob(x) - q.log_prob(x)).mean(0)


@register_kl(Normal, Normal)
@register_kl(HalfNormal, HalfNormal)
def _normal(p, q):
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - np.log(ratio))


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    return p.prob * np.log(p.prob / q.prob) + (1 - p.prob) * np.log((1 - p.prob) / (1 - q.prob))


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    one = p.prob * (p.logit - q.logit) + np.log1p(-p.prob) - np.log1p(-q.prob)
    return np.full_like(one, math.inf) if p.n > q.n else p.n * one


@register_kl(Categorical, Categorical)
@register_kl(OneHotCategorical, OneHotCategorical)
def _categorical(p, q):
    return (p.prob * (p._log_probs() - q._log_probs())).sum(-1)


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    return np.where((np.array(q.low) > p.low) | (np.array(q.high) < p.high), math.inf, np.log((q.high - q.low) / (p.high - p.low)))


@register_kl(Cauchy, Cauchy)
def _cauchy(p, q):
    return np.log((p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2) - np.log(4 * p.scale * q.scale)


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, away = p.scale / q.scale, np.abs(p.loc - q.loc)
    return -np.log(ratio) + away / q.scale + ratio * np.exp(-away / p.scale) - 1


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return p.rate * (np.log(p.rate) - np.log(q.rate)) - (p.rate - q.rate)


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - np.log1p(-q.prob) / p.prob - q.logit


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = p.scale / q.scale
    return ratio - 1 - np.log(ratio)


@register_kl(Pareto, Pareto)
def _pareto(p, q):
    ratio = q.alpha / p.alpha
    found = q.alpha * np.log(p.scale / q.scale) - np.log(ratio) + ratio - 1
    return np.where(np.array(p.scale) < q.scale, math.nan, found)


@register_kl(Gumbel, Gumbel)
def _gumbel(p, q):
    ratio, away = p.scale / q.scale, (q.loc - p.loc) / q.scale
    return -np.log(ratio) - away + ratio * EULER + np.exp(away + gammaln(1 + ratio)) - (1 + EULER)


@register_kl(Gamma, Gamma)
def _gamma(p, q):
    return (q.shape * np.log(q.scale / p.scale) + gammaln(q.shape) - gammaln(p.shape) + (p.shape - q.shape) * digamma(p.shape)
            + p.shape * p.scale * (1 / q.scale - 1 / p.scale))


@register_kl(Beta, Beta)
def _beta(p, q):
    sum_p, sum_q = p.alpha + p.beta, q.alpha + q.beta
    logs = q._log_beta() - p._log_beta()
    return logs + (p.beta - q.beta) * digamma(p.beta) + (p.alpha - q.alpha) * digamma(p.alpha) + (sum_q - sum_p) * digamma(sum_p)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p, q):
    away = digamma(p.alpha) - np.expand_dims(digamma(p.alpha.sum(-1)), -1)
    return q._log_beta() - p._log_beta() + ((p.alpha - q.alpha) * away).sum(-1)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p, q):
    # Differs: MXNet's formula has the wrong sign before the distance, and half of the determinants.
    away = q.loc - p.loc
    distance = (away * np.einsum("...jk,...k->...j", q.precision, away)).sum(-1)
    trace = (q.precision * np.swapaxes(p.cov, -1, -2)).sum((-1, -2))
    return q._half_log_det(1.0) - p._half_log_det(1.0) + 0.5 * (trace + distance - away.shape[-1])


@register_kl(Uniform, Normal)
def _uniform_normal(p, q):
    width, middle = p.high - p.low, (p.high + p.low) / 2
    return np.log(math.sqrt(2 * math.pi) * q.scale / width) + 0.5 * (width ** 2 / 12 + (middle - q.loc) ** 2) / q.scale ** 2


@register_kl(Uniform, Gumbel)
def _uniform_gumbel(p, q):
    ratio, high, low = q.scale / (p.high - p.low), (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return np.log(ratio) + 0.5 * (high + low) - ratio * (np.exp(-high) - np.exp(-low))


@register_kl(Exponential, Gumbel)
def _exponential_gumbel(p, q):
    ratio, place = q.scale / p.scale, q.loc / q.scale
    return np.log(ratio) - 1 - place + np.exp(place) * ratio / (ratio + 1) + 1 / ratio


@register_kl(Exponential, Normal)
def _exponential_normal(p, q):
    return 0.5 * np.log(2 * math.pi * q.variance / p.scale ** 2) - 1 + (p.scale ** 2 - q.loc * p.scale + q.loc ** 2 * 0.5) / q.variance


@register_kl(Exponential, Gamma)
def _exponential_gamma(p, q):
    ratio = p.scale / q.scale
    return -q.shape * np.log(ratio) + ratio + gammaln(q.shape) + q.shape * EULER - (1 + EULER)
