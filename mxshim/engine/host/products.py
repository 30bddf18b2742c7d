"""Products of matrices, convolutions, windows, linear algebra."""
from __future__ import annotations

import math

import jax
import numpy as onp

from ...base import end
from .rules import Table, prepared, rule
from .shape import padded


@prepared("dot_general")
def _dot_general(params, avals, shapes):
    ((ka, kb), (ba, bb)), shape, dtype, (left, right) = params["dimension_numbers"], avals[0].shape, avals[0].dtype, shapes
    if len(ka) == 1 and not ba and len(left) <= 2 and len(right) <= 2:
        turned, other = len(left) == 2 and ka == (0,), len(right) == 2 and kb == (1,)
        return lambda a, b: onp.matmul(a.T if turned else a, b.T if other else b, dtype=dtype)
    fa = [i for i in range(len(left)) if i not in ka and i not in ba]
    fb = [i for i in range(len(right)) if i not in kb and i not in bb]
    batch, k = [left[i] for i in ba], math.prod([left[i] for i in ka])
    one = [*batch, math.prod([left[i] for i in fa]), k]
    two = [*batch, k, math.prod([right[i] for i in fb])]
    return lambda a, b: onp.matmul(a.transpose(*ba, *fa, *ka).reshape(one), b.transpose(*bb, *kb, *fb).reshape(two),
                                   dtype=dtype).reshape(shape)


def windows_of(x, sizes, strides, dilation):
    """A view of x with the windows' places first, then places within a window."""
    ends = [d * (k - 1) + 1 for k, d in zip(sizes, dilation, strict=True)]
    view = onp.lib.stride_tricks.sliding_window_view(x, ends)
    return view[tuple([slice(None, None, s) for s in strides] + [slice(None, None, d) for d in dilation])]


def padded_by(x, padding, inner, value):
    config = [(low, high, d - 1) for (low, high), d in zip(padding, inner, strict=True)]
    shape = [n + low + high + max(n - 1, 0) * gap for n, (low, high, gap) in zip(x.shape, config, strict=True)]
    return padded({"padding_config": config}, [jax.ShapeDtypeStruct(tuple(shape), x.dtype)], [x.shape])(x, value)


def _reduce_window(name, fn):
    @rule(name)
    def reduced(inputs, params, avals):
        x, n = inputs[0], inputs[0].ndim
        if not avals[0].size:
            return onp.zeros(avals[0].shape, x.dtype)
        start = onp.asarray(0 if fn is onp.sum else end(x.dtype, fn is onp.min), x.dtype)
        x = padded_by(x, params["padding"], params["base_dilation"], start)
        windows = windows_of(x, params["window_dimensions"], params["window_strides"], params["window_dilation"])
        return fn(windows, axis=tuple(range(n, 2 * n))).astype(x.dtype, copy=False)


WINDOWS: Table = {"reduce_window_max": onp.max, "reduce_window_min": onp.min, "reduce_window_sum": onp.sum}
for _name, _fn in WINDOWS.items():
    _reduce_window(_name, _fn)


@rule("conv_general_dilated")
def _conv(inputs, params, avals):
    x, w = inputs
    if not avals[0].size:
        return onp.zeros(avals[0].shape, avals[0].dtype)
    numbers = params["dimension_numbers"]
    x, w = x.transpose(numbers.lhs_spec), w.transpose(numbers.rhs_spec)  # [batch, in, ...], [out, in of a group, ...]
    groups, batches, n = params["feature_group_count"], params["batch_group_count"], x.ndim - 2
    x = padded_by(x, [(0, 0), (0, 0), *params["padding"]], [1, 1, *params["lhs_dilation"]], onp.asarray(0, x.dtype))
    windows = windows_of(x, [1, 1, *w.shape[2:]], [1, 1, *params["window_strides"]], [1, 1, *params["rhs_dilation"]])
    windows = windows.reshape(windows.shape[:2 + n] + w.shape[2:])  # [batch, in, places, within a window]
    inner = tuple(range(2, 2 + n))
    parts = []
    for g in range(max(groups, batches)):
        rows = slice(None) if batches == 1 else slice(g * x.shape[0] // batches, (g + 1) * x.shape[0] // batches)
        channels = slice(None) if groups == 1 else slice(g * w.shape[1], (g + 1) * w.shape[1])
        kernels = w[g * w.shape[0] // max(groups, batches):(g + 1) * w.shape[0] // max(groups, batches)]
        parts.append(onp.tensordot(kernels, windows[rows, channels], ((1, *inner), (1, *[2 + n + i for i in range(n)]))))
    out = onp.moveaxis(onp.concatenate(parts), 0, 1)
    back = onp.argsort(numbers.out_spec)
    return out.transpose(back).astype(avals[0].dtype, copy=False)


@rule("cholesky")
def _cholesky(inputs, params, avals):
    x = onp.tril(inputs[0])
    x = x + onp.swapaxes(onp.tril(inputs[0], -1), -1, -2)
    try:
        return onp.linalg.cholesky(x)
    except onp.linalg.LinAlgError:
        if x.ndim > 2:  # others than the one that has no factor
            raise
        return onp.full_like(x, onp.nan)


@rule("triangular_solve")
def _triangular_solve(inputs, params, avals):
    a, b = inputs
    a = onp.tril(a) if params["lower"] else onp.triu(a)
    if params["unit_diagonal"]:
        a = a - a * onp.eye(a.shape[-1], dtype=a.dtype) + onp.eye(a.shape[-1], dtype=a.dtype)
    if params["transpose_a"]:
        a = onp.swapaxes(a, -1, -2)
    if params["left_side"]:
        return onp.linalg.solve(a, b)
    return onp.swapaxes(onp.linalg.solve(onp.swapaxes(a, -1, -2), onp.swapaxes(b, -1, -2)), -1, -2)
