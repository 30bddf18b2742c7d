"""Distribution: what all distributions have."""
from __future__ import annotations

import copy
from numbers import Number

import numpy as onp

from .... import numpy as np
from .constraint import Interval, Real
from .utils import as_shape, cached_property, logit2prob, prob2logit, shape_of


class Distribution:
    """Base of all distributions. The parameters' shapes, broadcast, are the batch; an event is one outcome.

    event_dim: how many axes an event has.  validate_args: check parameters and values against their constraints.
    F: what MXNet's first versions of this module took; not needed.
    A subclass keeps its parameters as attributes named as in `arg_constraints`, and defines `_draw(shape)`: samples for a batch of
    that shape, which the parameters broadcast to.
    """

    has_grad = False
    has_enumerate_support = False
    support = None
    arg_constraints: dict = {}
    _validate_args = False
    _event_axes: dict = {}  # parameter -> how many of its last axes belong to an event

    def __init__(self, event_dim=None, validate_args=None, F=None):
        self.event_dim = event_dim
        if validate_args is not None:
            self._validate_args = validate_args
        self._given = tuple(name for name in self.arg_constraints if name in self.__dict__)
        if self._validate_args:
            for name in self._given:
                setattr(self, name, self.arg_constraints[name].check(getattr(self, name), f"{type(self).__name__}: {name}"))

    @staticmethod
    def set_default_validate_args(value):
        """Whether distributions check their arguments when validate_args is not given; False at first."""
        if value not in (True, False):
            raise ValueError(f"Distribution.set_default_validate_args: expected True or False, got {value!r}")
        Distribution._validate_args = value

    @property
    def _batch_shape(self) -> tuple[int, ...]:
        shapes = (shape_of(getattr(self, name)) for name in self._given)
        return onp.broadcast_shapes(*(shape[:len(shape) - self._event_axes.get(name, 0)] for name, shape in zip(self._given, shapes)))

    # Samples.

    def _draw(self, shape):
        raise NotImplementedError(f"{type(self).__name__} has no samples")

    def sample(self, size=None):
        """Samples of the given batch shape, to which the parameters broadcast; of the distribution's own by default."""
        return self._draw(self._batch_shape if size is None else as_shape(size))

    def sample_n(self, size=None):
        """`size` samples (a number, or a shape) of the whole batch: shape (*size, *batch, *event)."""
        return self._draw(as_shape(size) + self._batch_shape)

    def broadcast_to(self, batch_shape):
        """The same distribution with its parameters broadcast to a batch of this shape."""
        new = copy.copy(self)
        for name in self.arg_constraints:
            value = new.__dict__.pop(name, None)  # what was derived is derived anew
            if name in self._given:
                axes = self._event_axes.get(name, 0)
                event = shape_of(value)[len(shape_of(value)) - axes:] if axes else ()
                new.__dict__[name] = np.broadcast_to(value, as_shape(batch_shape) + event)
        return new

    # Densities.

    def log_prob(self, value):
        """The logarithm of the density, or probability, at `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def pdf(self, value):
        """The density, or probability, at `value`."""
        return np.exp(self.log_prob(value))

    def cdf(self, value):
        """The probability of at most `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf")

    def icdf(self, value):
        """The quantile: where cdf is `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no icdf")

    def _checked(self, value):
        """`value`, within the support if that is to be checked."""
        if self._validate_args and self.support is not None:
            self.support.check(value, f"{type(self).__name__}: the value")
        return value

    # Facts.

    @property
    def mean(self):
        """The expected value."""
        raise NotImplementedError(f"{type(self).__name__} has no mean")

    @property
    def variance(self):
        """The expected squared distance from the mean."""
        raise NotImplementedError(f"{type(self).__name__} has no variance")

    @property
    def stddev(self):
        """The square root of the variance."""
        return np.sqrt(self.variance)

    def entropy(self):
        """The expected value of -log_prob, in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy")

    def perplexity(self):
        """exp(entropy)."""
        return np.exp(self.entropy())

    def enumerate_support(self):
        """All outcomes, along a new first axis."""
        raise NotImplementedError(f"{type(self).__name__} has no finite support to enumerate")

    def __repr__(self):
        shown = [f"{name}: size {() if isinstance(value, Number) else shape_of(value)}"
                 for name, value in ((name, self.__dict__[name]) for name in self._given)]
        return f"{type(self).__name__}({', '.join([*shown, f'event_dim: {self.event_dim}'])})"


class ExponentialFamily(Distribution):
    """Distributions with the density exp(t(x) n - a(n)) h(x), for natural parameters n."""

    @property
    def _natural_params(self):
        raise NotImplementedError(f"{type(self).__name__} does not give its natural parameters")

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError(f"{type(self).__name__} does not give its normalizer")


class WithLogits(Distribution):
    """Distributions with `prob` or `logit`, whichever is given; the other follows. _binary: one event or not, not several."""

    arg_constraints = {"prob": Interval(0, 1), "logit": Real()}
    _binary = True

    def __init__(self, prob=None, logit=None, validate_args=None, F=None):
        self._take(prob, logit)
        super().__init__(0, validate_args)

    def _take(self, prob, logit):
        if (prob is None) == (logit is None):
            raise ValueError(f"{type(self).__name__}: give either prob or logit, not both or none; got prob={prob}, logit={logit}")
        if prob is not None:
            self.prob = prob
        else:
            self.logit = logit

    @cached_property
    def prob(self):
        """The probability."""
        return logit2prob(self.logit, self._binary)

    @cached_property
    def logit(self):
        """log(prob / (1 - prob)); for several events, log(prob)."""
        return prob2logit(self.prob, self._binary)
