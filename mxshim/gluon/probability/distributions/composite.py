"""Distributions made of others."""
from __future__ import annotations

from ..transformation.transformation import Transformation
from .constraint import dependent_property
from .distribution import Distribution
from .utils import as_shape, sum_right_most


class Independent(Distribution):
    """The last axes of a batch taken as parts of one event: their log_prob and entropy are added."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None, F=None):
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        if not 0 <= reinterpreted_batch_ndims <= len(base_distribution._batch_shape):
            raise ValueError(f"Independent: a batch of shape {base_distribution._batch_shape} has no {reinterpreted_batch_ndims} axes")
        super().__init__(reinterpreted_batch_ndims + base_distribution.event_dim, validate_args)

    @property
    def has_grad(self):
        return self.base_dist.has_grad

    @property
    def has_enumerate_support(self):
        return not self.reinterpreted_batch_ndims and self.base_dist.has_enumerate_support

    @dependent_property
    def support(self):
        return self.base_dist.support

    @property
    def _own_axes(self) -> tuple[int, ...]:
        shape = self.base_dist._batch_shape
        return shape[len(shape) - self.reinterpreted_batch_ndims:]

    @property
    def _batch_shape(self):
        shape = self.base_dist._batch_shape
        return shape[:len(shape) - self.reinterpreted_batch_ndims]

    def broadcast_to(self, batch_shape):
        return Independent(self.base_dist.broadcast_to(as_shape(batch_shape) + self._own_axes), self.reinterpreted_batch_ndims,
                           self._validate_args)

    def sample(self, size=None):
        return self.base_dist.sample(size)

    def sample_n(self, size=None):
        return self.base_dist.sample_n(size)

    def log_prob(self, value):
        return sum_right_most(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    @property
    def mean(self):
        return self.base_dist.mean

    @property
    def variance(self):
        return self.base_dist.variance

    def entropy(self):
        return sum_right_most(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self):
        if self.reinterpreted_batch_ndims:
            raise NotImplementedError("Independent: the outcomes of several parts together are not enumerated")
        return self.base_dist.enumerate_support()


class TransformedDistribution(Distribution):
    """What becomes of a distribution's samples under a Transformation, or a list of them one after the other."""

    def __init__(self, base_dist, transforms, validate_args=None, F=None):
        self._base_dist = base_dist
        self._transforms = [transforms] if isinstance(transforms, Transformation) else list(transforms)
        super().__init__(max([base_dist.event_dim, *(t.event_dim for t in self._transforms)]), validate_args)

    @property
    def _batch_shape(self):
        return self._base_dist._batch_shape

    def broadcast_to(self, batch_shape):
        return TransformedDistribution(self._base_dist.broadcast_to(batch_shape), self._transforms, self._validate_args)

    def _transformed(self, x):
        for t in self._transforms:
            x = t(x)
        return x

    def sample(self, size=None):
        return self._transformed(self._base_dist.sample(size))

    def sample_n(self, size=None):
        return self._transformed(self._base_dist.sample_n(size))

    def log_prob(self, value):
        result, y = 0.0, self._checked(value)
        for t in reversed(self._transforms):
            x = t.inv(y)
            result = result - sum_right_most(t.log_det_jacobian(x, y), self.event_dim - t.event_dim)
            y = x
        return result + sum_right_most(self._base_dist.log_prob(y), self.event_dim - self._base_dist.event_dim)

    def cdf(self, value):
        value, sign = self._checked(value), 1.0
        for t in reversed(self._transforms):
            value, sign = t.inv(value), sign * t.sign
        return sign * (self._base_dist.cdf(value) - 0.5) + 0.5

    def icdf(self, value):
        sign = 1.0
        for t in self._transforms:
            sign = sign * t.sign
        return self._transformed(self._base_dist.icdf(sign * (value - 0.5) + 0.5))
