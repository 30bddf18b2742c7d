"""The fully connected layer."""
from __future__ import annotations

import math

import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..primitives import spread
from ..products import contract
from .spatial import bias_given, has_shape, required, uniform, whole

_X = onp.array([[1., -2., 0.5], [3., 0.25, -1.]], "float32")
_W = onp.array([[0.5, 1., -1.], [2., 0., 0.25], [1., 1., 1.], [-0.5, 0.75, 2.]], "float32")
_B = onp.array([0.5, -1., 0., 2.], "float32")


def _dense(x, weight, bias, units, flatten):
    required(num_hidden=units)
    whole(num_hidden=units)
    uniform(data=x, weight=weight, bias=bias)
    if x.ndim == 0:
        raise MXNetError("a batch is needed, got a 0-d array")
    if flatten:
        x = x.reshape(x.shape[0], math.prod(x.shape[1:]))
    has_shape("weight", weight, (units, x.shape[-1]), "num_hidden by the size of one input")
    y = contract(x, weight, x.ndim - 1, 1)
    if bias is None:
        return y
    has_shape("bias", bias, (units,), "one number for each hidden unit")
    return lax.add(y, spread(bias, y.shape))


@op("npx.fully_connected", arrays=("bias",), samples={"args": [
    ((_X, _W), {"num_hidden": 4}), ((_X, _W, _B), {"num_hidden": 4, "no_bias": False}),
    ((_X.reshape(1, 2, 3), _W, _B), {"num_hidden": 4, "no_bias": False, "flatten": False})]})
def fully_connected(x, weight, bias=None, num_hidden=None, no_bias=True, flatten=True):
    """x @ weight.T + bias.

    Args:
        x: (N, ...), each example flattened; with flatten=False (..., C) and only the last axis is used.
        weight: (num_hidden, C).  bias: (num_hidden,), unused unless no_bias=False: the default of MXNet 2.0.
    Returns: (N, num_hidden) or (..., num_hidden).
    Raises: MXNetError if shapes or dtypes do not fit, or the bias is missing.
    """
    if not no_bias:
        bias_given(bias, False)
    return _dense(x, weight, None if no_bias else bias, num_hidden, flatten)


@op("nd.FullyConnected", arrays=("bias",), samples={"args": [
    ((_X, _W, _B), {"num_hidden": 4}), ((_X, _W), {"num_hidden": 4, "no_bias": True}),
    ((_X.reshape(1, 2, 3), _W, _B), {"num_hidden": 4, "flatten": False})]})
def fully_connected_nd(data, weight, bias=None, num_hidden=None, no_bias=False, flatten=True):
    """data @ weight.T + bias; see npx.fully_connected. Here the bias is needed unless no_bias=True, which forbids it."""
    bias_given(bias, no_bias)
    return _dense(data, weight, bias, num_hidden, flatten)
