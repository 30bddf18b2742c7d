"""Convolutions and windows of ops/nn, which JAX knows as one primitive each.

`at` is what they call so: a convolution's `Window`, of a pooling the `Line` along which windows move.
"""
from __future__ import annotations

import numpy as onp

from ...base import end
from .products import padded_by, windows_of
from .rules import rule

# By name, which of the two operands and the result are the results of a convolution and its weights.
CONVOLUTIONS = {"convolution": (2, 1), "convolution_plus_bias": (2, 1), "convolution_input": (0, 1), "convolution_input_plus_bias": (0, 1),
                "convolution_weight": (1, 2)}
LINES = {"window_sums", "window_sums_gradient", "window_maxima", "window_maxima_tangent", "window_maxima_gradient"}


def _patches(x, at):
    """(b, channels, *sizes) -> for each group a view of (b, channels of it, *out, *kernel)."""
    n, ones = len(at.kernel), [1, 1]
    x = padded_by(x, [(0, 0), (0, 0), *at.pad], [1] * x.ndim, onp.zeros((), x.dtype))
    view = windows_of(x, ones + [*at.kernel], ones + [*at.stride], ones + [*at.dilate])
    return onp.split(view.reshape(view.shape[:2 + n] + at.kernel), at.groups, 1)


def _axes(at, first):
    """The axes of space, from `first` on."""
    return tuple(range(first, first + len(at.kernel)))


def _plus(y, bias):
    return y + bias[0].reshape(-1, *[1] * (y.ndim - 2)) if bias else y


@rule("convolution", "convolution_plus_bias")
def _convolution(inputs, params, avals):
    x, w, *bias = inputs
    at = params["at"]
    if not (x.size and avals[0].size):
        y = onp.zeros(avals[0].shape, avals[0].dtype)
    else:
        kernel, met = (1, *_axes(at, 2)), (1, *_axes(at, 2 + len(at.kernel)))
        parts = [onp.tensordot(one, patches, (kernel, met)) for one, patches in zip(onp.split(w, at.groups), _patches(x, at), strict=True)]
        y = onp.moveaxis(onp.concatenate(parts), 0, 1)
    return _plus(y, bias)


@rule("convolution_input", "convolution_input_plus_bias")
def _convolution_input(inputs, params, avals):
    y, w, *bias = inputs
    at, shape = params["at"], avals[0].shape
    wide = onp.zeros((*shape[:2], *[n + lo + hi for n, (lo, hi) in zip(at.sizes, at.pad, strict=True)]), y.dtype)
    if y.size:
        for x, one, given in zip(onp.split(wide, at.groups, 1), onp.split(w, at.groups), onp.split(y, at.groups, 1), strict=True):
            parts = onp.moveaxis(onp.tensordot(one, given, ((0,), (1,))), 1 + len(at.kernel), 0)  # (b, channels, *kernel, *out)
            for place in onp.ndindex(*at.kernel):
                met = [slice(i * d, i * d + (m - 1) * s + 1, s) for i, d, m, s in zip(place, at.dilate, at.out, at.stride, strict=True)]
                x[(..., *met)] += parts[(slice(None), slice(None), *place)]
    back = [(0, 0), (0, 0), *[(-lo, -hi) for lo, hi in at.pad]]
    return _plus(padded_by(wide, back, [1] * wide.ndim, onp.zeros((), y.dtype)), bias)


@rule("convolution_weight")
def _convolution_weight(inputs, params, avals):
    x, y = inputs
    at = params["at"]
    if not (x.size and y.size):
        return onp.zeros(avals[0].shape, x.dtype)
    over = (0, *_axes(at, 2))
    return onp.concatenate([onp.tensordot(given, patches, (over, over))
                            for given, patches in zip(onp.split(y, at.groups, 1), _patches(x, at), strict=True)])


def _along(x, at, value):
    """A view of the windows along an axis, the places within one last."""
    edges = [(0, 0)] * x.ndim
    edges[at.axis] = at.low, at.high
    x = onp.moveaxis(padded_by(x, edges, [1] * x.ndim, onp.asarray(value, x.dtype)), at.axis, -1)
    view = onp.lib.stride_tricks.sliding_window_view(x, at.k, -1)[..., ::at.s, :]
    return onp.moveaxis(view, -2, at.axis)


def _largest(x, at):
    """The windows along an axis, padded by what is less than all others, the places within one last."""
    return _along(x, at, end(x.dtype, largest=False))


def _handed_on(ct, at, share):
    """What windows hand on to elements; share(j): to their j-th places."""
    shape = [*ct.shape]
    shape[at.axis] = at.low + at.size + at.high
    wide = onp.zeros(shape, ct.dtype)
    lead = (slice(None),) * at.axis
    for j in range(at.k):
        wide[(*lead, slice(j, j + (at.count - 1) * at.s + 1, at.s))] += share(j)
    return wide[(*lead, slice(at.low, at.low + at.size))]


@rule("window_sums")
def _sums(inputs, params, avals):
    return _along(*inputs, params["at"], 0).sum(-1, dtype=avals[0].dtype)


@rule("window_sums_gradient")
def _to_all(inputs, params, avals):
    ct, = inputs
    return _handed_on(ct, params["at"], lambda j: ct)


@rule("window_maxima")
def _maxima(inputs, params, avals):
    return _largest(*inputs, params["at"]).max(-1)


@rule("window_maxima_tangent")
def _at_largest(inputs, params, avals):
    t, x = inputs
    at = params["at"]
    place = _largest(x, at).argmax(-1)
    return onp.take_along_axis(_along(t, at, 0), place[..., None], -1)[..., 0]


@rule("window_maxima_gradient")
def _to_largest(inputs, params, avals):
    ct, x = inputs
    at = params["at"]
    place = _largest(x, at).argmax(-1)
    return _handed_on(ct, at, lambda j: onp.where(place == j, ct, 0))
