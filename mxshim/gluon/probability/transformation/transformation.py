"""Invertible functions with the logarithm of their slope."""
from __future__ import annotations

import math

from .... import numpy as np
from .... import numpy_extension as npx
from ...block import HybridBlock
from ..distributions.utils import cached_property, clip_prob, sum_right_most


class Transformation:
    """y = t(x). bijective: one x for every y.  event_dim: how many of the last axes belong together.  inv: from y back to x."""

    bijective = False
    event_dim = 0

    @property
    def sign(self):
        """1 if the function rises, -1 if it falls."""
        raise NotImplementedError(f"{type(self).__name__} neither rises nor falls everywhere")

    @cached_property
    def inv(self):
        """The inverse."""
        return _Inverse(self)

    def __call__(self, x):
        return self._forward_compute(x)

    def _forward_compute(self, x):
        raise NotImplementedError(f"{type(self).__name__} must define _forward_compute(x)")

    def _inverse_compute(self, y):
        raise NotImplementedError(f"{type(self).__name__} has no inverse")

    def log_det_jacobian(self, x, y):
        """log |dy / dx|, summed over an event's axes."""
        raise NotImplementedError(f"{type(self).__name__} has no log_det_jacobian")


class _Inverse(Transformation):
    def __init__(self, forward):
        self.inv = forward

    @property
    def sign(self):
        return self.inv.sign

    @property
    def bijective(self):
        return self.inv.bijective

    @property
    def event_dim(self):
        return self.inv.event_dim

    def _forward_compute(self, x):
        return self.inv._inverse_compute(x)

    def _inverse_compute(self, y):
        return self.inv._forward_compute(y)

    def log_det_jacobian(self, x, y):
        return -self.inv.log_det_jacobian(y, x)


class TransformBlock(Transformation, HybridBlock):
    """A transformation with parameters of its own."""

    def __init__(self, *args, **kwargs):
        HybridBlock.__init__(self, *args, **kwargs)


class ComposeTransform(Transformation):
    """One after the other."""

    def __init__(self, parts):
        self._parts = list(parts)

    def _forward_compute(self, x):
        for part in self._parts:
            x = part(x)
        return x

    @cached_property
    def sign(self):
        """The product of the parts' signs."""
        return math.prod(part.sign for part in self._parts)

    @cached_property
    def event_dim(self):
        """The largest of the parts'."""
        return max((part.event_dim for part in self._parts), default=0)

    @cached_property
    def bijective(self):
        """Whether all parts are."""
        return all(part.bijective for part in self._parts)

    @cached_property
    def inv(self):
        """The inverses from the last to the first."""
        inverse = ComposeTransform([part.inv for part in reversed(self._parts)])
        inverse.inv = self
        return inverse

    def log_det_jacobian(self, x, y):
        if not self._parts:
            return np.zeros_like(x)
        result = 0
        for i, part in enumerate(self._parts):
            after = y if i == len(self._parts) - 1 else part(x)
            result = result + sum_right_most(part.log_det_jacobian(x, after), self.event_dim - part.event_dim)
            x = after
        return result


class ExpTransform(Transformation):
    """y = exp(x)."""

    bijective = True
    sign = 1

    def _forward_compute(self, x):
        return np.exp(x)

    def _inverse_compute(self, y):
        return np.log(y)

    def log_det_jacobian(self, x, y):
        return x


class AffineTransform(Transformation):
    """y = loc + scale x."""

    bijective = True

    def __init__(self, loc, scale, event_dim=0):
        self._loc, self._scale = loc, scale
        self.event_dim = event_dim

    def _forward_compute(self, x):
        return self._loc + self._scale * x

    def _inverse_compute(self, y):
        return (y - self._loc) / self._scale

    def log_det_jacobian(self, x, y):
        return sum_right_most(np.ones_like(x) * np.log(np.abs(self._scale)), self.event_dim)

    @property
    def sign(self):
        return np.sign(self._scale)


class PowerTransform(Transformation):
    """y = x^exponent, for x > 0."""

    bijective = True
    sign = 1

    def __init__(self, exponent):
        self._exponent = exponent

    def _forward_compute(self, x):
        return x ** self._exponent

    def _inverse_compute(self, y):
        return y ** (1 / self._exponent)

    def log_det_jacobian(self, x, y):
        return np.log(np.abs(self._exponent * y / x))


class SigmoidTransform(Transformation):
    """y = 1 / (1 + exp(-x)), kept away from 0 and 1."""

    bijective = True
    sign = 1

    def _forward_compute(self, x):
        return clip_prob(npx.sigmoid(x))

    def _inverse_compute(self, y):
        y = clip_prob(y)
        return np.log(y) - np.log1p(-y)

    def log_det_jacobian(self, x, y):
        return -np.logaddexp(0, -x) - np.logaddexp(0, x)


class SoftmaxTransform(Transformation):
    """y = softmax(x) along the last axis. Its inverse is one of many: x = log(y)."""

    event_dim = 1

    def _forward_compute(self, x):
        return npx.softmax(x, -1)

    def _inverse_compute(self, y):
        return np.log(y)


class AbsTransform(Transformation):
    """y = |x|. Its inverse is one of two: x = y."""

    def _forward_compute(self, x):
        return np.abs(x)

    def _inverse_compute(self, y):
        return y
