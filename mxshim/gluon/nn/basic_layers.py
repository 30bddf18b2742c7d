"""Layers: dense, dropout, embedding, functions (MXNet: mxnet.gluon.nn.basic_layers).

They take np and nd arrays; what they return is of the class they were given.
"""
from __future__ import annotations

import inspect
import math
import numbers

from ... import ndarray as nd
from ... import numpy as np
from ... import numpy_extension as npx
from ...util import is_np_array
from .. import functions as f
from ..block import Block, HybridBlock
from ..dialect import either
from .activations import after


class Dense(HybridBlock):
    """A fully connected layer: activation(x @ weight.T + bias).

    Args:
        units: how many outputs.  activation: "relu", "sigmoid", "tanh", "softrelu", "softsign" or None.
        flatten: each example becomes one vector; with False only the last axis is used.
        in_units: how many inputs; 0 takes them from the first batch.
    Inputs: x (N, ...), or (..., C) with flatten=False.  Outputs: (N, units), or (..., units).
    Parameters: weight (units, in_units), bias (units,).
    """

    def __init__(self, units, activation=None, use_bias=True, flatten=True, dtype="float32", weight_initializer=None,
                 bias_initializer="zeros", in_units=0, **kwargs):
        super().__init__(**kwargs)
        self._units, self._flatten = units, flatten
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(units, in_units), init=weight_initializer, dtype=dtype,
                                          allow_deferred_init=True)
            self.bias = self.params.get("bias", shape=(units,), init=bias_initializer, dtype=dtype,
                                        allow_deferred_init=True) if use_bias else None
            self.act = after(activation)

    def infer_shape(self, x, *args):
        self.weight.shape = self._units, math.prod(x.shape[1:]) if self._flatten else x.shape[-1]

    def hybrid_forward(self, F, x, weight, bias=None):
        y = f.fully_connected(x, weight, bias, num_hidden=self._units, no_bias=bias is None, flatten=self._flatten)
        return y if self.act is None else self.act(y)

    def __repr__(self):
        units, inputs = self.weight.shape
        return f"{type(self).__name__}({inputs or None} -> {units}, {self.act or 'linear'})"


class Dropout(HybridBlock):
    """Training sets elements to zero with probability `rate` and divides the others by 1 - rate (Srivastava et al., 2014).

    axes: those along which elements share their fate.
    Inputs: any shape.  Outputs: the same shape.
    """

    def __init__(self, rate, axes=(), **kwargs):
        super().__init__(**kwargs)
        if not isinstance(rate, numbers.Real) or not 0 <= rate <= 1:
            raise ValueError(f"Dropout: rate, the share of elements that become zero, must be a number from 0 to 1, got {rate!r}")
        self._rate, self._axes = rate, axes

    def hybrid_forward(self, F, x):
        return f.dropout(x, p=self._rate, axes=self._axes) if self._rate > 0 else x

    def __repr__(self):
        return f"{type(self).__name__}(p = {self._rate}, axes={self._axes})"


class Embedding(HybridBlock):
    """The rows of a table that integers name; numbers out of range name the nearest row.

    sparse_grad: the weight's gradient is row_sparse, see Parameter's grad_stype.
    Inputs: integers, any shape.  Outputs: that shape and output_dim.  Parameters: weight (input_dim, output_dim).
    """

    def __init__(self, input_dim, output_dim, dtype="float32", weight_initializer=None, sparse_grad=False, **kwargs):
        super().__init__(**kwargs)
        self._input_dim, self._output_dim, self._dtype = input_dim, output_dim, dtype
        self.weight = self.params.get("weight", shape=(input_dim, output_dim), init=weight_initializer, dtype=dtype,
                                      allow_deferred_init=True, grad_stype="row_sparse" if sparse_grad else "default")

    def hybrid_forward(self, F, x, weight):
        return f.embedding(x, weight, input_dim=self._input_dim, output_dim=self._output_dim)

    def __repr__(self):
        return f"{type(self).__name__}({self._input_dim} -> {self._output_dim}, {self._dtype})"


class Identity(HybridBlock):
    """What it is given. Inputs: anything.  Outputs: the same."""

    def hybrid_forward(self, F, x):
        return x


class Flatten(HybridBlock):
    """Each example as one vector. Inputs: (N, ...).  Outputs: (N, C)."""

    def hybrid_forward(self, F, x):
        return f.flatten(x)

    def __repr__(self):
        return type(self).__name__


def _named(layer, function):
    """(np function, nd function, name) for a name, or for a function twice.

    Raises: AssertionError if neither dialect has the name, ValueError if it is neither name nor function.
    """
    if isinstance(function, str):
        for_np = getattr(np, function, None) or getattr(npx, function, None)
        for_nd = getattr(nd, function, None)
        if for_np is None and for_nd is None:
            raise AssertionError(f"{layer}: there is no function {function!r} in np, npx or nd")
        return for_np or for_nd, for_nd or for_np, function
    if not callable(function):
        raise ValueError(f"{layer} needs a function or the name of one, got {function!r}")
    return function, function, getattr(function, "__name__", type(function).__name__)


class Lambda(Block):
    """A function as a block: nn.Lambda("tanh") calls np.tanh, npx.tanh or nd.tanh, nn.Lambda(f) calls f(x, ...)."""

    def __init__(self, function, prefix=None):
        super().__init__(prefix=prefix)
        for_np, for_nd, self._func_name = _named("nn.Lambda", function)
        self._func = either(for_np, for_nd) if isinstance(function, str) else function

    def forward(self, *args):
        return self._func(*args)

    def _runs_users_code(self):
        return True

    def __repr__(self):
        return f"{type(self).__name__}({self._func_name})"


class HybridLambda(HybridBlock):
    """A function as a HybridBlock, by name or as f(F, x, ...) with F = mx.nd.

    In np programs f is called without F, as in MXNet 2, unless its first argument is called F.
    """

    def __init__(self, function, prefix=None):
        super().__init__(prefix=prefix)
        for_np, for_nd, self._func_name = _named("nn.HybridLambda", function)
        self._func, self._takes_f = function, False
        if isinstance(function, str):
            self._func = either(for_np, for_nd)
        else:
            self._takes_f = not is_np_array() or next(iter(inspect.signature(function).parameters), None) == "F"

    def hybrid_forward(self, F, x, *args):
        return self._func(F, x, *args) if self._takes_f else self._func(x, *args)

    def _runs_users_code(self):
        return True

    def __repr__(self):
        return f"{type(self).__name__}({self._func_name})"
