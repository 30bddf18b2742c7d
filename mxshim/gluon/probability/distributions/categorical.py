"""Distributions over several events, and their relaxed forms, whose samples have gradients."""
from __future__ import annotations

from numbers import Number

import numpy as onp

from .... import numpy as np
from .... import numpy_extension as npx
from ..transformation.transformation import ExpTransform, SigmoidTransform
from .composite import TransformedDistribution
from .constraint import IntegerInterval, Interval, OpenInterval, Real, Simplex
from .distribution import Distribution, WithLogits
from .utils import shape_of

_PARAMETERS = {"prob": Simplex(), "logit": Real()}
_AXES = {"prob": 1, "logit": 1}


class _Events(WithLogits):
    """Distributions with a probability for each of num_events events, along the last axis of prob or logit."""

    arg_constraints = _PARAMETERS
    _event_axes = _AXES
    _binary = False

    def __init__(self, event_dim, num_events, prob, logit, validate_args):
        self._take(prob, logit)
        if num_events <= 0 or shape_of(self.prob if prob is not None else self.logit)[-1:] != (int(num_events),):
            raise ValueError(f"{type(self).__name__}: num_events={num_events} must be the length of the last axis of "
                             f"{'prob' if prob is not None else 'logit'}, which has the shape {shape_of(logit if prob is None else prob)}")
        self.num_events = int(num_events)
        Distribution.__init__(self, event_dim, validate_args)

    def _log_probs(self):
        """The logits, normalized."""
        return npx.log_softmax(self.logit, axis=-1)

    def _indices(self, shape):
        return np.argmax(np.random.gumbel(self.logit, 1.0, (*shape, self.num_events)), axis=-1)


class Categorical(_Events):
    """The number of the event, 0 ... num_events - 1. Differs: logits need not be normalized for log_prob."""

    has_enumerate_support = True

    def __init__(self, num_events, prob=None, logit=None, validate_args=None, F=None):
        super().__init__(0, num_events, prob, logit, validate_args)

    @property
    def support(self):
        return IntegerInterval(0, self.num_events - 1)

    def log_prob(self, value):
        index = np.expand_dims(self._checked(value), -1).astype("int32")
        logs = self._log_probs()
        logs = np.broadcast_to(logs, onp.broadcast_shapes(shape_of(logs)[:-1], shape_of(index)[:-1]) + (self.num_events,))
        index = np.broadcast_to(index, shape_of(logs)[:-1] + (1,))
        return np.squeeze(npx.pick(logs, index, keepdims=True), -1)

    def _draw(self, shape):
        return self._indices(shape)

    def entropy(self):
        return -(self.prob * self._log_probs()).sum(-1)

    def enumerate_support(self):
        values = np.arange(self.num_events).reshape((-1,) + (1,) * len(self._batch_shape))
        return np.broadcast_to(values, (self.num_events, *self._batch_shape))


class OneHotCategorical(_Events):
    """The event as a vector: 1 at its place, else 0."""

    has_enumerate_support = True
    support = Simplex()

    def __init__(self, num_events, prob=None, logit=None, validate_args=None, F=None):
        super().__init__(1, num_events, prob, logit, validate_args)

    def log_prob(self, value):
        return (self._checked(value) * self._log_probs()).sum(-1)

    def _draw(self, shape):
        return npx.one_hot(self._indices(shape), self.num_events)

    @property
    def mean(self):
        return self.prob

    @property
    def variance(self):
        return self.prob * (1 - self.prob)

    def entropy(self):
        return -(self.prob * self._log_probs()).sum(-1)

    def enumerate_support(self):
        values = npx.one_hot(np.arange(self.num_events), self.num_events)
        values = values.reshape((self.num_events,) + (1,) * len(self._batch_shape) + (self.num_events,))
        return np.broadcast_to(values, (self.num_events, *self._batch_shape, self.num_events))


class Multinomial(_Events):
    """How often each event comes in total_count (a number) draws: a vector with that sum."""

    def __init__(self, num_events, prob=None, logit=None, total_count=1, validate_args=None, F=None):
        if not isinstance(total_count, Number):
            raise ValueError(f"Multinomial: total_count must be a number, got {type(total_count).__name__}")
        self.total_count = total_count
        super().__init__(1, num_events, prob, logit, validate_args)

    @property
    def support(self):
        return IntegerInterval(0, self.total_count)

    def log_prob(self, value):
        counts = self._checked(value)
        ways = npx.gammaln(counts.sum(-1) + 1) - npx.gammaln(counts + 1).sum(-1)
        return ways + (self._log_probs() * counts).sum(-1)

    def _draw(self, shape):
        return npx.one_hot(self._indices((int(self.total_count), *shape)), self.num_events).sum(0)

    @property
    def mean(self):
        return self.prob * self.total_count

    @property
    def variance(self):
        return self.total_count * self.prob * (1 - self.prob)


class _LogitRelaxedBernoulli(WithLogits):
    """The logit of a RelaxedBernoulli's samples."""

    has_grad = True
    support = Real()

    def __init__(self, T, prob=None, logit=None, validate_args=None):
        self.T = T
        super().__init__(prob, logit, validate_args)

    def _draw(self, shape):
        return np.random.logistic(self.logit, 1.0, shape) / self.T

    def log_prob(self, value):
        away = self.logit - self.T * value
        return np.log(self.T) + away - 2 * np.logaddexp(0, away)


class _LogRelaxedOneHotCategorical(_Events):
    """The logarithm of a RelaxedOneHotCategorical's samples."""

    has_grad = True

    def __init__(self, T, num_events, prob=None, logit=None, validate_args=None):
        self.T = T
        super().__init__(1, num_events, prob, logit, validate_args)

    def _draw(self, shape):
        scores = np.random.gumbel(self.logit, 1.0, (*shape, self.num_events)) / self.T
        return npx.log_softmax(scores, axis=-1)

    def log_prob(self, value):
        k, y = self.num_events, self.logit - value * self.T
        scale = npx.gammaln(float(k)) + (k - 1) * np.log(self.T)
        return npx.log_softmax(y, axis=-1).sum(-1) + scale


class _Relaxed(TransformedDistribution):
    has_grad = True
    T = property(lambda self: self._base_dist.T)
    prob = property(lambda self: self._base_dist.prob)
    logit = property(lambda self: self._base_dist.logit)


class RelaxedBernoulli(_Relaxed):
    """Numbers between 0 and 1 that come near to a Bernoulli's as the temperature T falls (Maddison, Mnih and Teh, 2017)."""

    support = OpenInterval(0, 1)
    arg_constraints = {"prob": Interval(0, 1), "logit": Real()}

    def __init__(self, T, prob=None, logit=None, validate_args=None, F=None):
        super().__init__(_LogitRelaxedBernoulli(T, prob, logit, validate_args), SigmoidTransform(), validate_args)


class RelaxedOneHotCategorical(_Relaxed):
    """Vectors with the sum 1 that come near to a OneHotCategorical's as the temperature T falls (the same paper)."""

    support = Simplex()
    arg_constraints = _PARAMETERS

    def __init__(self, T, num_events, prob=None, logit=None, validate_args=None, F=None):
        super().__init__(_LogRelaxedOneHotCategorical(T, num_events, prob, logit, validate_args), ExpTransform(), validate_args)
