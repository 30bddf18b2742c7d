"""Distributions of positive numbers, of numbers between 0 and 1, and of parts of a whole."""
from __future__ import annotations

import math

from .... import numpy as np
from .... import numpy_extension as npx
from ..transformation.transformation import AbsTransform, AffineTransform, ExpTransform, PowerTransform
from .composite import TransformedDistribution
from .constraint import GreaterThan, NonNegative, Positive, Simplex, UnitInterval, dependent_property
from .distribution import Distribution, ExponentialFamily
from .location_scale import EULER, Cauchy, Normal
from .utils import EPS, clip_prob, shape_of


class _Own(TransformedDistribution):
    """A TransformedDistribution with parameters of its own, from which the base and the transformations follow."""

    def __init__(self, validate_args):
        Distribution.__init__(self, 0, validate_args)

    _batch_shape = Distribution._batch_shape
    broadcast_to = Distribution.broadcast_to


class _Half(_Own):
    """|x|, where x is distributed around 0."""

    has_grad = True
    support = NonNegative()
    arg_constraints = {"scale": Positive()}
    _transforms = [AbsTransform()]

    def __init__(self, scale=1.0, validate_args=None, F=None):
        self.scale = scale
        super().__init__(validate_args)

    def log_prob(self, value):
        value = self._checked(value)
        return np.where(np.array(value) < 0, -math.inf, self._base_dist.log_prob(value) + math.log(2))

    def cdf(self, value):
        return 2 * self._base_dist.cdf(self._checked(value)) - 1

    def icdf(self, value):
        return self._base_dist.icdf((value + 1) / 2)

    def entropy(self):
        return self._base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """|x| for a Normal x around 0 with this scale."""

    _base_dist = property(lambda self: Normal(0.0, self.scale))
    loc = property(lambda self: 0.0)

    @property
    def mean(self):
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self):
        return self.scale ** 2 * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """|x| for a Cauchy x around 0 with this scale. Its mean and variance are infinite. Differs: MXNet gives HalfNormal's."""

    _base_dist = property(lambda self: Cauchy(0.0, self.scale))

    @property
    def mean(self):
        return self.scale * math.inf

    @property
    def variance(self):
        return self.scale * math.inf


class Exponential(ExponentialFamily):
    """exp(-x / scale) / scale."""

    has_grad = True
    support = NonNegative()
    arg_constraints = {"scale": Positive()}

    def __init__(self, scale=1.0, validate_args=None, F=None):
        self.scale = scale
        super().__init__(0, validate_args)

    @property
    def rate(self):
        """1 / scale."""
        return 1 / self.scale

    def log_prob(self, value):
        return -np.log(self.scale) - self._checked(value) / self.scale

    def _draw(self, shape):
        return np.random.exponential(self.scale, shape)

    def cdf(self, value):
        return -np.expm1(-self._checked(value) / self.scale)

    def icdf(self, value):
        return -self.scale * np.log1p(-value)

    @property
    def mean(self):
        return self.scale

    @property
    def stddev(self):
        return self.scale

    @property
    def variance(self):
        return self.scale ** 2

    def entropy(self):
        return 1.0 + np.log(self.scale)

    @property
    def _natural_params(self):
        return (-self.rate,)

    def _log_normalizer(self, x):
        return -np.log(-x)


class Pareto(_Own):
    """alpha scale^alpha / x^(alpha + 1) from scale on."""

    has_grad = True
    arg_constraints = {"alpha": Positive(), "scale": Positive()}
    _base_dist = property(lambda self: Exponential(1 / self.alpha))
    _transforms = property(lambda self: [ExpTransform(), AffineTransform(0, self.scale)])

    def __init__(self, alpha, scale=1.0, validate_args=None, F=None):
        self.alpha, self.scale = alpha, scale
        super().__init__(validate_args)

    @dependent_property
    def support(self):
        return GreaterThan(self.scale)

    def _draw(self, shape):
        return self.scale * (np.random.pareto(self.alpha, shape) + 1)

    sample, sample_n = Distribution.sample, Distribution.sample_n

    @property
    def mean(self):
        a = np.clip(self.alpha, 1, None)
        return a * self.scale / (a - 1)

    @property
    def variance(self):
        a = np.clip(self.alpha, 2, None)
        return self.scale ** 2 * a / ((a - 1) ** 2 * (a - 2))

    def entropy(self):
        return np.log(self.scale / self.alpha) + 1 / self.alpha + 1


class Weibull(_Own):
    """(k / scale) (x / scale)^(k - 1) exp(-(x / scale)^k), k the concentration."""

    has_grad = True
    support = Positive()
    arg_constraints = {"concentration": Positive(), "scale": Positive()}
    _base_dist = property(lambda self: Exponential())
    _transforms = property(lambda self: [PowerTransform(1 / self.concentration), AffineTransform(0, self.scale)])

    def __init__(self, concentration, scale=1.0, validate_args=None, F=None):
        self.concentration, self.scale = concentration, scale
        super().__init__(validate_args)

    def _draw(self, shape):
        return self.scale * np.random.weibull(self.concentration, shape)

    sample, sample_n = Distribution.sample, Distribution.sample_n

    def _moment(self, n):
        return np.exp(npx.gammaln(1 + n / self.concentration))

    @property
    def mean(self):
        return self.scale * self._moment(1)

    @property
    def variance(self):
        return self.scale ** 2 * (self._moment(2) - self._moment(1) ** 2)

    def entropy(self):
        return EULER * (1 - 1 / self.concentration) + np.log(self.scale / self.concentration) + 1


class Gamma(ExponentialFamily):
    """x^(shape - 1) exp(-x / scale) / (Gamma(shape) scale^shape)."""

    support = Positive()
    arg_constraints = {"shape": Positive(), "scale": Positive()}

    def __init__(self, shape, scale=1.0, validate_args=None, F=None):
        self.shape, self.scale = shape, scale
        super().__init__(0, validate_args)

    def log_prob(self, value):
        a, x = self.shape, self._checked(value)
        return (a - 1) * np.log(x) - a * np.log(self.scale) - x / self.scale - npx.gammaln(a)

    def _draw(self, shape):
        return np.random.gamma(self.shape, 1, shape) * self.scale

    @property
    def mean(self):
        return self.shape * self.scale

    @property
    def variance(self):
        return self.shape * self.scale ** 2

    def entropy(self):
        a = self.shape
        return a + np.log(self.scale) + npx.gammaln(a) + (1 - a) * npx.digamma(a)

    @property
    def _natural_params(self):
        return self.shape - 1, -1 / self.scale

    def _log_normalizer(self, x, y):
        return npx.gammaln(x + 1) - (x + 1) * np.log(-y)


class Chi2(Gamma):
    """The sum of df squares of standard normal numbers: Gamma(df / 2, 2)."""

    arg_constraints = {"df": Positive()}
    shape = property(lambda self: self.df / 2)
    scale = property(lambda self: 2.0)

    @property
    def df(self):
        """The degrees of freedom."""
        return self.__dict__["df"]

    @df.setter
    def df(self, value):
        self.__dict__["df"] = value

    def __init__(self, df, validate_args=None, F=None):
        self.df = df
        ExponentialFamily.__init__(self, 0, validate_args)


class FisherSnedecor(Distribution):
    """(a / df1) / (b / df2), where a and b are chi squared with df1 and df2 degrees of freedom."""

    support = Positive()
    arg_constraints = {"df1": Positive(), "df2": Positive()}

    def __init__(self, df1, df2, validate_args=None, F=None):
        self.df1, self.df2 = df1, df2
        super().__init__(0, validate_args)

    def log_prob(self, value):
        half1, half2, ratio, x = self.df1 / 2, self.df2 / 2, self.df1 / self.df2, self._checked(value)
        t = npx.gammaln(half1 + half2) - npx.gammaln(half1) - npx.gammaln(half2)
        return t + np.log(ratio) * half1 + (half1 - 1) * np.log(x) - (half1 + half2) * np.log1p(ratio * x)

    def _draw(self, shape):
        part = lambda df: np.random.gamma(0.5 * df, 1, shape) * (1 / df)
        return part(self.df1) / part(self.df2)

    @property
    def mean(self):
        df2 = np.where(self.df2 <= 2, math.nan, self.df2)
        return df2 / (df2 - 2)

    @property
    def variance(self):
        df1, df2 = self.df1, np.where(self.df2 <= 4, math.nan, self.df2)
        return 2 * df2 ** 2 * (df1 + df2 - 2) / (df1 * (df2 - 2) ** 2 * (df2 - 4))


class Beta(ExponentialFamily):
    """x^(alpha - 1) (1 - x)^(beta - 1) / B(alpha, beta)."""

    support = UnitInterval()
    arg_constraints = {"alpha": Positive(), "beta": Positive()}

    def __init__(self, alpha, beta, validate_args=None, F=None):
        self.alpha, self.beta = alpha, beta
        super().__init__(0, validate_args)

    def _log_beta(self):
        return npx.gammaln(self.alpha) + npx.gammaln(self.beta) - npx.gammaln(self.alpha + self.beta)

    def log_prob(self, value):
        x = self._checked(value)
        return (self.alpha - 1) * np.log(x) + (self.beta - 1) * np.log1p(-x) - self._log_beta()

    def _draw(self, shape):
        x, y = np.random.gamma(self.alpha, 1, shape), np.random.gamma(self.beta, 1, shape)
        return clip_prob(x / (x + y))

    @property
    def mean(self):
        return self.alpha / (self.alpha + self.beta)

    @property
    def variance(self):
        a, b = self.alpha, self.beta
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def entropy(self):
        a, b, digamma = self.alpha, self.beta, npx.digamma
        return self._log_beta() - (a - 1) * digamma(a) - (b - 1) * digamma(b) + (a + b - 2) * digamma(a + b)


class Dirichlet(ExponentialFamily):
    """The product of x_i^(alpha_i - 1) / B(alpha), for x (..., k) with the sum 1; alpha (..., k)."""

    support = Simplex()
    arg_constraints = {"alpha": Positive()}
    _event_axes = {"alpha": 1}

    def __init__(self, alpha, validate_args=None, F=None):
        self.alpha = alpha
        super().__init__(1, validate_args)

    def _log_beta(self):
        return npx.gammaln(self.alpha).sum(-1) - npx.gammaln(self.alpha.sum(-1))

    def log_prob(self, value):
        return (np.log(self._checked(value)) * (self.alpha - 1)).sum(-1) - self._log_beta()

    def _draw(self, shape):
        parts = np.random.gamma(self.alpha, 1, shape + shape_of(self.alpha)[-1:])
        return np.maximum(parts / parts.sum(-1, keepdims=True), EPS)

    @property
    def mean(self):
        return self.alpha / self.alpha.sum(-1, keepdims=True)

    @property
    def variance(self):
        a, s = self.alpha, self.alpha.sum(-1, keepdims=True)
        return a * (s - a) / ((s + 1) * s ** 2)

    def entropy(self):
        a, a0 = self.alpha, self.alpha.sum(-1)
        return self._log_beta() + (a - 1).sum(-1) * npx.digamma(a0) - ((a - 1) * npx.digamma(a)).sum(-1)
