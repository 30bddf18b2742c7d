"""What the tests of layers share."""
from __future__ import annotations

import math

import numpy as onp

from mxshim import autograd, nd

RANDOM = onp.random.RandomState(11)


def some(*shape):
    return RANDOM.randn(*shape).astype("float32")


def counting(*shape):
    """1, 2, 3, ... as the MXNet measurements use them."""
    return nd.arange(1, 1 + math.prod(shape)).reshape(shape)


def gradients(fn, *arrays, above=None, train_mode=True):
    """(value, gradients of the arrays), the first output given `above` or 0.25, 0.5, 0.75, ... from above."""
    arrays = [a if hasattr(a, "attach_grad") else nd.array(a, dtype=a.dtype) for a in arrays]
    for a in arrays:
        a.attach_grad()
    with autograd.record(train_mode=train_mode):
        y = fn(*arrays)
        y = y[0] if isinstance(y, list | tuple) else y
    if above is None:
        above = onp.arange(1, y.size + 1).reshape(y.shape) / 4
    y.backward(nd.array(above, dtype=y.dtype))
    return y.asnumpy(), [a.grad.asnumpy() for a in arrays]


def close(got, want, rtol=2e-5, atol=2e-5):
    got = got.asnumpy() if hasattr(got, "asnumpy") else got
    onp.testing.assert_allclose(got, want, rtol=rtol, atol=atol)


def soft(x, axis=-1):
    """The softmax in NumPy."""
    e = onp.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
