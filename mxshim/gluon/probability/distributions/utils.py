"""Small functions that distributions share."""
from __future__ import annotations

import functools

import numpy as onp

from .... import numpy as np
from .... import numpy_extension as npx

EPS = float(onp.finfo("float32").eps)


class cached_property:
    """A property that is computed once, and kept under its own name; it can be assigned instead."""

    def __init__(self, func):
        self._func = func
        functools.update_wrapper(self, func)

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        value = instance.__dict__[self._func.__name__] = self._func(instance)
        return value


def constraint_check():
    """The function (condition, message): 1.0 if a bool or all of an array holds. It raises ValueError with the message if not."""
    def check(condition, err_msg):
        if isinstance(condition, bool | onp.bool_):
            if not condition:
                raise ValueError(err_msg)
            return 1.0
        return npx.constraint_check(condition, err_msg)
    return check


def digamma():
    """npx.digamma, for arrays and numbers."""
    return npx.digamma


def erf():
    """npx.erf, for arrays and numbers."""
    return npx.erf


def erfinv():
    """npx.erfinv, for arrays and numbers."""
    return npx.erfinv


def gammaln():
    """npx.gammaln, for arrays and numbers."""
    return npx.gammaln


def as_shape(size) -> tuple[int, ...]:
    """A size as a tuple: of a number, of None the empty one."""
    return () if size is None else (int(size),) if isinstance(size, int | onp.integer) else tuple(size)


def sample_n_shape_converter(size):
    """What MXNet's samplers are given for `size` samples: (-2, *size), where -2 stands for the parameters' own shape; None for none."""
    return (-2, *as_shape(size)) if as_shape(size) else None


def sum_right_most(x, ndim):
    """The sum over the last `ndim` axes."""
    return x.sum(axis=tuple(range(-ndim, 0))) if ndim else x


def clip_prob(prob):
    """Away from 0 and 1 by the float32's spacing there."""
    return np.clip(prob, EPS, 1 - EPS)


def prob2logit(prob, binary=True):
    """log(p / (1 - p)), or log(p) for probabilities of several events; p clipped away from 0 and 1."""
    prob = clip_prob(prob)
    return np.log(prob) - np.log1p(-prob) if binary else np.log(prob)


def logit2prob(logit, binary=True):
    """The sigmoid of logits, or their softmax for several events."""
    return npx.sigmoid(logit) if binary else npx.softmax(logit)


def shape_of(value) -> tuple[int, ...]:
    """An array's shape; a number's is ()."""
    return tuple(getattr(value, "shape", ()))
