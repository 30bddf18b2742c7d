"""Distributions of counts: 0 or 1, and 0, 1, 2, ..."""
from __future__ import annotations

from numbers import Number

from .... import numpy as np
from .... import numpy_extension as npx
from .constraint import Boolean, GreaterThanEq, IntegerInterval, Interval, NonNegativeInteger, Positive, Real
from .distribution import ExponentialFamily, WithLogits
from .utils import EPS, as_shape


class Poisson(ExponentialFamily):
    """rate^k exp(-rate) / k!."""

    support = NonNegativeInteger()
    arg_constraints = {"rate": Positive()}

    def __init__(self, rate=1.0, validate_args=None, F=None):
        self.rate = rate
        super().__init__(0, validate_args)

    def log_prob(self, value):
        k = self._checked(value)
        return k * np.log(self.rate) - self.rate - npx.gammaln(k + 1)

    def _draw(self, shape):
        if isinstance(self.rate, Number):
            return npx.scalar_poisson(self.rate, shape)
        return npx.tensor_poisson(np.broadcast_to(self.rate, shape))

    def sample_n(self, size=None):
        if isinstance(self.rate, Number):
            return self._draw(as_shape(size))
        drawn, count = npx.tensor_poisson(self.rate, as_shape(size)), len(as_shape(size))  # MXNet draws them in this order
        return np.moveaxis(drawn, tuple(range(-count, 0)), tuple(range(count))) if count else drawn

    @property
    def mean(self):
        return self.rate

    @property
    def variance(self):
        return self.rate

    @property
    def _natural_params(self):
        return (np.log(self.rate),)

    def _log_normalizer(self, x):
        return np.exp(x)


class Bernoulli(WithLogits, ExponentialFamily):
    """1 with the probability prob, else 0; logit = log(prob / (1 - prob)). One of them is given."""

    support = Boolean()

    def log_prob(self, value):
        x = self._checked(value)
        if "logit" in self._given:
            return x * self.logit - np.logaddexp(0, self.logit)
        return np.log(self.prob + 1e-12) * x + np.log1p(-self.prob + 1e-12) * (1 - x)

    def _draw(self, shape):
        return npx.random.bernoulli(prob=self.prob, size=shape)

    @property
    def mean(self):
        return self.prob

    @property
    def variance(self):
        return self.prob * (1 - self.prob)

    def entropy(self):
        return np.logaddexp(0, -self.logit) - self.logit * (self.prob - 1)

    @property
    def _natural_params(self):
        return (self.logit,)

    def _log_normalizer(self, x):
        return np.logaddexp(0, x)


class Binomial(WithLogits):
    """How many of n (a number) independent trials succeed, each with the probability prob."""

    def __init__(self, n=1, prob=None, logit=None, validate_args=None, F=None):
        if n < 0 or n % 1:
            raise ValueError(f"Binomial: n must be an integer, 0 or more; got {n}")
        self.n = n
        super().__init__(prob, logit, validate_args)

    @property
    def support(self):
        return IntegerInterval(0, self.n)

    def log_prob(self, value):
        k, n, prob = self._checked(value), self.n, np.clip(self.prob, EPS, 1 - EPS)
        choices = npx.gammaln(n + 1.0) - npx.gammaln(1 + k) - npx.gammaln(n - k + 1)
        return choices + k * np.log(prob) + (n - k) * np.log1p(-prob)

    def _draw(self, shape):
        trials = np.broadcast_to(np.expand_dims(np.array(self.prob), -1), (*shape, int(self.n)))
        return npx.random.bernoulli(prob=trials).sum(-1)

    @property
    def mean(self):
        return self.n * self.prob

    @property
    def variance(self):
        return self.n * self.prob * (1 - self.prob)


class Geometric(WithLogits):
    """How many trials fail before the first that succeeds, each with the probability prob: (1 - prob)^k prob."""

    support = NonNegativeInteger()

    def log_prob(self, value):
        return self._checked(value) * np.log1p(-self.prob) + np.log(self.prob)

    def _draw(self, shape):
        return np.floor(np.log(np.random.uniform(0.0, 1.0, shape)) / np.log1p(-self.prob))

    @property
    def mean(self):
        return 1 / self.prob - 1

    @property
    def variance(self):
        return (1 / self.prob - 1) / self.prob

    def entropy(self):
        return (np.logaddexp(0, -self.logit) - self.logit * (self.prob - 1)) / self.prob


class NegativeBinomial(WithLogits):
    """As MXNet has it: log_prob is C(k + n - 1, k) prob^n (1 - prob)^k, while mean, variance and samples take 1 - prob for prob.

    The mean is n prob / (1 - prob): of log_prob that is the mean for 1 - prob.
    """

    support = NonNegativeInteger()
    arg_constraints = {"n": GreaterThanEq(0), "prob": Interval(0, 1), "logit": Real()}

    def __init__(self, n, prob=None, logit=None, validate_args=None, F=None):
        self.n = n
        super().__init__(prob, logit, validate_args)

    def log_prob(self, value):
        k, n = self._checked(value), self.n
        choices = npx.gammaln(k + n) - npx.gammaln(1 + k) - npx.gammaln(n)
        return choices + n * np.log(self.prob) + k * np.log1p(-self.prob)

    def _draw(self, shape):
        return Poisson(np.random.gamma(self.n, 1, shape) * np.exp(self.logit)).sample()

    @property
    def mean(self):
        return self.n * np.exp(self.logit)

    @property
    def variance(self):
        return self.n * self.prob / (1 - self.prob) ** 2


