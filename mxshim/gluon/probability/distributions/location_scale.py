"""Distributions of real numbers with a place and a width."""
from __future__ import annotations

import math

from .... import numpy as np
from .... import numpy_extension as npx
from .constraint import Interval, LowerCholesky, Positive, PositiveDefinite, Real
from .distribution import Distribution, ExponentialFamily
from .utils import as_shape, cached_property, shape_of

_TWO_PI = 2 * math.pi
EULER = 0.5772156649015329


class _LocationScale(Distribution):
    """Distributions of loc + scale x, where x is always distributed alike."""

    support = Real()
    arg_constraints = {"loc": Real(), "scale": Positive()}

    def __init__(self, loc=0.0, scale=1.0, validate_args=None, F=None):
        self.loc, self.scale = loc, scale
        super().__init__(0, validate_args)


class Normal(_LocationScale, ExponentialFamily):
    """exp(-(x - loc)^2 / (2 scale^2)) / (scale sqrt(2 pi))."""

    has_grad = True

    def log_prob(self, value):
        value = self._checked(value)
        return -(value - self.loc) ** 2 / (2 * self.variance) - np.log(self.scale) - 0.5 * math.log(_TWO_PI)

    def _draw(self, shape):
        return np.random.normal(self.loc, self.scale, shape)

    def sample_n(self, size=None):
        return npx.random.normal_n(self.loc, self.scale, as_shape(size) or None)

    def cdf(self, value):
        return 0.5 * (1 + npx.erf((self._checked(value) - self.loc) / (math.sqrt(2) * self.scale)))

    def icdf(self, value):
        return self.loc + self.scale * npx.erfinv(2 * value - 1) * math.sqrt(2)

    @property
    def mean(self):
        return self.loc

    @property
    def stddev(self):
        return self.scale

    @property
    def variance(self):
        return self.scale ** 2

    def entropy(self):
        return 0.5 + 0.5 * math.log(_TWO_PI) + np.log(self.scale)

    @property
    def _natural_params(self):
        return self.loc / self.scale ** 2, -0.5 / self.scale ** 2

    def _log_normalizer(self, x, y):
        return -0.25 * x ** 2 / y + 0.5 * np.log(-math.pi / y)


class Laplace(_LocationScale):
    """exp(-|x - loc| / scale) / (2 scale)."""

    def log_prob(self, value):
        return -np.log(2 * self.scale) - np.abs(self._checked(value) - self.loc) / self.scale

    def _draw(self, shape):
        return np.random.laplace(self.loc, self.scale, shape)

    def cdf(self, value):
        x = self._checked(value) - self.loc
        return 0.5 - 0.5 * np.sign(x) * np.expm1(-np.abs(x) / self.scale)

    def icdf(self, value):
        x = value - 0.5
        return self.loc - self.scale * np.sign(x) * np.log1p(-2 * np.abs(x))

    @property
    def mean(self):
        return self.loc

    @property
    def stddev(self):
        return 2 ** 0.5 * self.scale

    @property
    def variance(self):
        return 2 * self.scale ** 2

    def entropy(self):
        return 1 + np.log(2 * self.scale)


class Cauchy(_LocationScale):
    """1 / (pi scale (1 + ((x - loc) / scale)^2)). It has no mean and no variance: both are nan."""

    has_grad = True

    def log_prob(self, value):
        return -math.log(math.pi) - np.log(self.scale) - np.log1p(((self._checked(value) - self.loc) / self.scale) ** 2)

    def _draw(self, shape):
        return self.icdf(np.random.uniform(size=shape))

    def cdf(self, value):
        return np.arctan((self._checked(value) - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return np.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    @property
    def mean(self):
        return math.nan

    @property
    def variance(self):
        return math.nan

    def entropy(self):
        return math.log(4 * math.pi) + np.log(self.scale)


class Gumbel(_LocationScale):
    """exp(-(y + exp(-y))) / scale, y = (x - loc) / scale."""

    has_grad = True

    def log_prob(self, value):
        y = (self.loc - self._checked(value)) / self.scale
        return y - np.exp(y) - np.log(self.scale)

    def _draw(self, shape):
        return np.random.gumbel(self.loc, self.scale, shape)

    def cdf(self, value):
        return np.exp(-np.exp(-(self._checked(value) - self.loc) / self.scale))

    def icdf(self, value):
        return self.loc - self.scale * np.log(-np.log(value))

    @property
    def mean(self):
        return self.loc + self.scale * EULER

    @property
    def stddev(self):
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self):
        return self.stddev ** 2

    def entropy(self):
        return np.log(self.scale) + (1 + EULER)


class Uniform(Distribution):
    """1 / (high - low) between low and high."""

    arg_constraints = {"low": Real(), "high": Real()}

    def __init__(self, low=0.0, high=1.0, validate_args=None, F=None):
        self.low, self.high = low, high
        super().__init__(0, validate_args)

    @property
    def support(self):
        return Interval(self.low, self.high)

    def log_prob(self, value):
        value = self._checked(value)
        inside = (np.array(value) > self.low) & (np.array(value) < self.high)
        return np.where(inside, -np.log(self.high - self.low), -math.inf)

    def _draw(self, shape):
        return np.random.uniform(self.low, self.high, shape)

    def cdf(self, value):
        return np.clip((self._checked(value) - self.low) / (self.high - self.low), 0, 1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    @property
    def mean(self):
        return (self.low + self.high) / 2

    @property
    def variance(self):
        return (self.high - self.low) ** 2 / 12

    def entropy(self):
        return np.log(self.high - self.low)


class StudentT(Distribution):
    """loc + scale t, where t has Student's distribution with df degrees of freedom."""

    support = Real()
    arg_constraints = {"df": Positive(), "loc": Real(), "scale": Positive()}

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None, F=None):
        self.df, self.loc, self.scale = df, loc, scale
        super().__init__(0, validate_args)

    def log_prob(self, value):
        df, x = self.df, (self._checked(value) - self.loc) / self.scale
        return (npx.gammaln((df + 1) / 2) - npx.gammaln(df / 2) - np.log(self.scale) - 0.5 * np.log(df * math.pi)
                - 0.5 * (df + 1) * np.log1p(x ** 2 / df))

    def _draw(self, shape):
        x = np.random.normal(0.0, 1.0, shape)
        z = np.random.gamma(self.df / 2, 1, shape) * 2  # chi squared
        return self.loc + x * np.sqrt(self.df / z) * self.scale

    @property
    def mean(self):
        return np.where(self.df <= 1, math.nan, self.loc)

    @property
    def variance(self):
        df = self.df
        least = np.where(df <= 2, 3.0, df)  # another number where the formula does not hold, so that gradients stay finite
        return np.where(df <= 1, math.nan, np.where(df <= 2, math.inf, self.scale ** 2 * least / (least - 2)))

    def entropy(self):
        half, next_half = 0.5 * self.df, 0.5 * (self.df + 1)
        log_beta = npx.gammaln(half) + npx.gammaln(0.5) - npx.gammaln(next_half)
        return np.log(self.scale) + next_half * (npx.digamma(next_half) - npx.digamma(half)) + 0.5 * np.log(self.df) + log_beta


class MultivariateNormal(Distribution):
    """Normal vectors with the mean loc (..., k) and one of: cov, precision (its inverse), scale_tril (its Cholesky factor), (..., k, k).

    Differs: MXNet's samples have the covariance L'L instead of LL', L the Cholesky factor.
    """

    has_grad = True
    support = Real()
    arg_constraints = {"loc": Real(), "cov": PositiveDefinite(), "precision": PositiveDefinite(), "scale_tril": LowerCholesky()}
    _event_axes = {"loc": 1, "cov": 2, "precision": 2, "scale_tril": 2}

    def __init__(self, loc, cov=None, precision=None, scale_tril=None, validate_args=None, F=None):
        given = {name: value for name, value in (("cov", cov), ("precision", precision), ("scale_tril", scale_tril)) if value is not None}
        if len(given) != 1:
            raise ValueError(f"MultivariateNormal: give exactly one of cov, precision and scale_tril; got {', '.join(given) or 'none'}")
        self.loc = loc
        self.__dict__.update(given)
        super().__init__(1, validate_args)

    @cached_property
    def scale_tril(self):
        """The Cholesky factor L of the covariance, LL' = cov."""
        if "cov" in self.__dict__:
            return np.linalg.cholesky(self.cov)
        # The factor of the inverse, from the factor of the flipped matrix.
        flipped = np.flip(np.linalg.cholesky(np.flip(self.precision, (-1, -2))), (-1, -2))
        return np.linalg.inv(np.swapaxes(flipped, -1, -2))

    @cached_property
    def cov(self):
        """The covariance."""
        if "scale_tril" in self.__dict__:
            return np.matmul(self.scale_tril, np.swapaxes(self.scale_tril, -1, -2))
        return np.linalg.inv(self.precision)

    @cached_property
    def precision(self):
        """The inverse of the covariance."""
        return np.linalg.inv(self.cov)

    @property
    def mean(self):
        return np.broadcast_to(self.loc, self._batch_shape + shape_of(self.loc)[-1:])

    @property
    def variance(self):
        return (self.scale_tril ** 2).sum(-1)

    def _draw(self, shape):
        noise = np.random.normal(0.0, 1.0, shape + shape_of(self.loc)[-1:])
        return self.loc + np.einsum("...jk,...k->...j", self.scale_tril, noise)

    def _half_log_det(self, factor):
        return np.log(np.diagonal(factor * self.scale_tril, axis1=-2, axis2=-1)).sum(-1)

    def log_prob(self, value):
        away = self._checked(value) - self.loc
        distance = (away * np.einsum("...jk,...k->...j", self.precision, away)).sum(-1)
        return -0.5 * distance - self._half_log_det(math.sqrt(_TWO_PI))

    def entropy(self):
        return self._half_log_det(math.sqrt(_TWO_PI * math.e))
