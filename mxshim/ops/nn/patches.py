"""Ways of computing a convolution of channels-first data, and its gradients.

A convolution y = x * w is linear in both operands. Its two gradients, and their gradients, are again one of three functions:
y from x and w, dx from y and w, dw from x and y. Each has several ways here; convolve.py chooses.

The patches of a block of examples are a matrix with a row for each (place in the kernel, channel) and a column for each result:

    y = W patches(x)        dW = dy patches(x)^T        dx = patches^T(W^T dy)

Blocks of examples are taken one after the other, so that patches need little memory. Sums of few products (depthwise kernels,
small volumes), kernels as large as their input, few channels and strides have ways of their own.
"""
from __future__ import annotations

import math
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...engine.turns import by_lines
from .window import Window, padded

_BLOCK = 1 << 21  # numbers that the patches of a block hold, unless one example has more. XLA gives no threads to what is in its loops.


# XLA's own code.

def plain(x, w, at: Window):
    return lax.conv_general_dilated(x, w, at.stride, at.pad, rhs_dilation=at.dilate, feature_group_count=at.groups)


def plain_input(y, w, at: Window):
    x = jax.ShapeDtypeStruct((y.shape[0], w.shape[1] * at.groups, *at.sizes), y.dtype)
    return jax.linear_transpose(lambda x: plain(x, w, at), x)(y)[0]


def plain_weight(x, y, at: Window):
    w = jax.ShapeDtypeStruct((y.shape[1], x.shape[1] // at.groups, *at.kernel), x.dtype)
    return jax.linear_transpose(lambda w: plain(x, w, at), w)(y)[0]


# The same in the order of axes that XLA's libraries for CPUs have. XLA brings convolutions into it, but not those in loops and under
# conditions, which take 30 times as long then.

def _channels_last(x, w, stride, pads, **options):
    n = x.ndim - 2
    order = f"N{'DHW'[-n:]}C", f"{'DHW'[-n:]}IO", f"N{'DHW'[-n:]}C"
    return lax.conv_general_dilated(x, w, stride, pads, dimension_numbers=order, **options)


def _last(x):
    return lax.transpose(x, (0, *range(2, x.ndim), 1))


def _first(x):
    return lax.transpose(x, (0, x.ndim - 1, *range(1, x.ndim - 1)))


def native(x, w, at: Window):
    w = lax.transpose(w, (*range(2, w.ndim), 1, 0))
    return _first(_channels_last(_last(x), w, at.stride, at.pad, rhs_dilation=at.dilate, feature_group_count=at.groups))


def native_input(y, w, at: Window):
    n, groups = len(at.sizes), w.reshape(at.groups, -1, *w.shape[1:])
    w = lax.rev(lax.transpose(groups, (*range(3, 3 + n), 1, 0, 2)), tuple(range(n))).reshape(*at.kernel, groups.shape[1], -1)
    return _first(_channels_last(_last(y), w, (1,) * n, _turned_pads(at), lhs_dilation=at.stride, rhs_dilation=at.dilate,
                                 feature_group_count=at.groups))


def native_weight(x, y, at: Window, turned=lax.transpose):
    if at.groups > 1:
        return plain_weight(x, y, at)
    n = len(at.sizes)
    edges = [(lo, (m - 1) * s + k - size - lo) for (lo, _), m, s, k, size in zip(
        at.pad, at.out, at.stride, at.reach, at.sizes, strict=True)]
    x, y = turned(x, permutation=(*range(1, 2 + n), 0)), turned(y, permutation=(*range(2, 2 + n), 0, 1))
    w = _channels_last(x, y, at.dilate, edges, rhs_dilation=at.stride)
    return lax.transpose(w, (1 + n, 0, *range(1, 1 + n)))


def native_weight_by_lines(x, y, at: Window):
    """The same, the examples and the channels exchanged by ourselves."""
    return native_weight(x, y, at, by_lines)


# Patches.

def _shifted(x, axis, k, at: Window, a):
    """For each of the k places of the kernel along axis of space a, the elements of x (at `axis`) that it meets."""
    last = (at.out[a] - 1) * at.stride[a] + 1
    return [lax.slice_in_dim(x, i * at.dilate[a], i * at.dilate[a] + last, at.stride[a], axis) for i in range(k)]


def _patches(x, at: Window):
    """(b, G c, *sizes) -> (G, kernel c, b out): a matrix for each group."""
    n, (b, channels) = len(at.sizes), x.shape[:2]
    x = jnp.moveaxis(padded(x, at).reshape(b, at.groups, channels // at.groups, *[
        s + lo + hi for s, (lo, hi) in zip(at.sizes, at.pad, strict=True)]), 0, 2)
    for a in reversed(range(n)):  # the last axis first, where the elements of a row lie together
        parts = _shifted(x, x.ndim - n + a, at.kernel[a], at, a)
        x = jnp.stack(parts, 1) if len(parts) > 1 else parts[0][:, None]
    return x.reshape(at.groups, -1, b * math.prod(at.out))


def _rows(w, at: Window):
    """(G o, c, *kernel) -> (G, o, kernel c)."""
    w = w.reshape(at.groups, w.shape[0] // at.groups, w.shape[1], *at.kernel)
    return jnp.moveaxis(w, 2, -1).reshape(at.groups, w.shape[1], -1)


def _columns(y, at: Window):
    """(b, G o, *out) -> (G, o, b out)."""
    b = y.shape[0]
    y = jnp.moveaxis(y.reshape(b, at.groups, y.shape[1] // at.groups, -1), 0, 2)
    return y.reshape(*y.shape[:2], -1)


def _examples(y, b, at: Window):
    """The inverse of `_columns`."""
    y = jnp.moveaxis(y.reshape(*y.shape[:2], b, -1), 2, 0)
    return y.reshape(b, -1, *at.out)


def _product(a, b, over):
    """Matrix products of (G, ., .) arrays that sum over these axes of both."""
    if a.shape[0] == 1:
        return lax.dot_general(a[0], b[0], (((over[0] - 1,), (over[1] - 1,)), ((), ())))[None]
    return lax.dot_general(a, b, (((over[0],), (over[1],)), ((0,), (0,))))


def _block(n, at: Window, channels):
    """How many of n examples make a block: a divisor of n."""
    return _divisor(n, max(1, _BLOCK // max(1, channels * math.prod(at.kernel) * math.prod(at.out))))


def _divisor(n, most):
    """The largest divisor of n that is at most so much."""
    return next(b for b in range(min(n, most), 0, -1) if n % b == 0)


def _blocks(x, b):
    return x.reshape(x.shape[0] // b, b, *x.shape[1:])


def _mapped(f, x, b):
    """f of each block of b examples."""
    if b == x.shape[0]:
        return f(x)
    y = lax.map(f, _blocks(x, b))
    return y.reshape(-1, *y.shape[2:])


def product_forward(x, w, at: Window):
    rows, b = _rows(w, at), _block(x.shape[0], at, x.shape[1])
    return _mapped(lambda x: _examples(_product(rows, _patches(x, at), (2, 1)), b, at), x, b)


def product_input(y, w, at: Window):
    rows, b = _rows(w, at), _block(y.shape[0], at, w.shape[1] * at.groups)
    x = jax.ShapeDtypeStruct((b, w.shape[1] * at.groups, *at.sizes), y.dtype)
    back = jax.linear_transpose(lambda x: _patches(x, at), x)
    return _mapped(lambda y: back(_product(rows, _columns(y, at), (1, 1)))[0], y, b)


def product_weight(x, y, at: Window):
    b, channels, filters = _block(x.shape[0], at, x.shape[1]), x.shape[1] // at.groups, y.shape[1]

    def of_block(x, y):
        return _product(_patches(x, at), _columns(y, at), (2, 2))  # (G, kernel c, o)

    if b == x.shape[0]:
        rows = of_block(x, y)
    else:
        zero = jnp.zeros((at.groups, math.prod(at.kernel) * channels, filters // at.groups), x.dtype)
        rows, _ = lax.scan(lambda sum_, xy: (sum_ + of_block(*xy), None), zero, (_blocks(x, b), _blocks(y, b)))
    w = rows.reshape(at.groups, *at.kernel, channels, -1)
    return jnp.moveaxis(w, (-1, -2), (1, 2)).reshape(filters, channels, *at.kernel)


# More filters than results of each: patches in the order of the weights, which are more numbers to turn over.

def _lines(x, at: Window):
    """(b, c, *sizes) -> (c kernel, b out)."""
    n, x = len(at.sizes), jnp.moveaxis(padded(x, at), 0, 1)
    for a in reversed(range(n)):
        x = jnp.stack(_shifted(x, x.ndim - n + a, at.kernel[a], at, a), 1)
    return x.reshape(x.shape[0] * math.prod(at.kernel), -1)


def lines_forward(x, w, at: Window):
    return _examples((w.reshape(w.shape[0], -1) @ _lines(x, at))[None], x.shape[0], at)


def lines_weight(x, y, at: Window):
    w = lax.dot_general(_columns(y, at)[0], _lines(x, at), (((1,), (1,)), ((), ())))
    return w.reshape(w.shape[0], x.shape[1], *at.kernel)


# Results that are sums of few products: one loop over the results, without patches.

def _places(x, at: Window, first=2):
    """For each place in the kernel, the elements of x that it meets; its axes of space begin with `first`."""
    x = padded(x, at, first)
    for place in onp.ndindex(*at.kernel):
        part = x
        for a, i in enumerate(place):
            start = i * at.dilate[a]
            part = lax.slice_in_dim(part, start, start + (at.out[a] - 1) * at.stride[a] + 1, at.stride[a], first + a)
        yield place, part


def _added(x, w, at: Window):
    """(b, G, c, *sizes, ...) and (G, o, c, *kernel) -> (b, G, o, *out, ...)."""
    # In lax, and with as few equations as can be: there are many terms, and jnp takes ten times as long to trace them.
    n, channels, places = len(at.sizes), w.shape[2], math.prod(at.kernel)
    shape = (x.shape[0], *w.shape[:2], *at.out, *x.shape[3 + n:])
    columns = lax.split(w.reshape(*w.shape[:2], -1), (1,) * (channels * places), 2)
    sums = []  # two at a time: an addition need not wait for the one before
    for k, (_, part) in enumerate(_places(x, at, 3)):
        for c, pixels in enumerate(lax.split(part, (1,) * channels, 2) if channels > 1 else [part]):
            weights = lax.broadcast_in_dim(columns[c * places + k], shape, (1, 2, 3))
            sums.append(lax.mul(lax.broadcast_in_dim(pixels, shape, tuple(range(len(shape)))), weights))
            if len(sums) > 2:
                sums = [sums[1], lax.add(sums[0], sums[2])]
    return reduce(lax.add, sums)


def _grouped(x, w, at: Window):
    return x.reshape(x.shape[0], at.groups, -1, *x.shape[2:]), w.reshape(at.groups, -1, *w.shape[1:])


def sums(x, w, at: Window):
    return _added(*_grouped(x, w, at), at).reshape(x.shape[0], -1, *at.out)


def sums_by_channel(x, w, at: Window):
    """The same for a kernel of many channels: they are taken one after the other."""
    x, w = (jnp.moveaxis(a, 1, 0)[:, :, None] for a in (x, w))
    y, _ = lax.scan(lambda y, xw: (y + sums(*xw, at), None), jnp.zeros((x.shape[1], w.shape[1], *at.out), x.dtype), (x, w))
    return y


def _turned_pads(at: Window):
    """How far the kernel, turned round, reaches beyond the results, between which there are zeros."""
    return tuple([(r - 1 - lo, size + lo - (m - 1) * s - 1) for r, (lo, _), size, m, s in
                  zip(at.reach, at.pad, at.sizes, at.out, at.stride, strict=True)])


def turned(y, w, at: Window):
    """(y, w, window) of the convolution that gives the input gradient: zeros between the strides, the kernel turned round."""
    pads = _turned_pads(at)
    y = lax.pad(y, jnp.zeros((), y.dtype), [(0, 0, 0)] * 2 + [(0, 0, s - 1) for s in at.stride])
    n, w = len(at.sizes), w.reshape(at.groups, -1, *w.shape[1:])
    w = jnp.flip(jnp.swapaxes(w, 1, 2), tuple(range(3, 3 + n)))
    return y, w.reshape(-1, *w.shape[2:]), Window(y.shape[2:], at.kernel, (1,) * n, at.dilate, pads, at.groups)


def sums_input(y, w, at: Window):
    return sums(*turned(y, w, at))


def sums_by_channel_input(y, w, at: Window):
    return sums_by_channel(*turned(y, w, at))


def depthwise_weight(x, y, at: Window):
    """One channel in each group, one filter: one pass over x and y that adds up all places in the kernel."""
    terms = tuple([part * y for _, part in _places(x, at)])
    zeros = (jnp.zeros((), x.dtype),) * len(terms)
    sums = lax.reduce(terms, zeros, lambda a, b: tuple([s + t for s, t in zip(a, b)]), tuple(range(2, y.ndim)))
    return jnp.stack([s.sum(0) for s in sums], 1).reshape(y.shape[1], 1, *at.kernel)


# Volumes, as planes: what places of the kernel along the first axis meet are channels, the results along it examples.

def planes(x, w, at: Window):
    x = jnp.stack(_shifted(padded(x, at), 2, at.kernel[0], at, 0), 1)  # (b, k, c, out, ., .)
    b, k, channels, m = x.shape[:4]
    x = jnp.moveaxis(x, 3, 1).reshape(b * m, k * channels, *x.shape[4:])
    plane = Window(x.shape[2:], at.kernel[1:], at.stride[1:], at.dilate[1:], ((0, 0),) * (len(at.kernel) - 1))
    y = native(x, jnp.moveaxis(w, 2, 1).reshape(w.shape[0], k * channels, *at.kernel[1:]), plane)
    return jnp.moveaxis(y.reshape(b, m, *y.shape[1:]), 1, 2)


def planes_input(y, w, at: Window):
    return planes(*turned(y, w, at))


def planes_weight(x, y, at: Window):
    w = jax.ShapeDtypeStruct((y.shape[1], x.shape[1], *at.kernel), x.dtype)
    return jax.linear_transpose(lambda w: planes(x, w, at), w)(y)[0]


# A kernel as large as the input: one matrix product.

def whole(x, w, at: Window):
    axes = tuple(range(1, x.ndim))
    y = lax.dot_general(x, w, ((axes, axes), ((), ())))
    return y.reshape(*y.shape, *at.out)


def whole_input(y, w, at: Window):
    return lax.dot_general(y.reshape(y.shape[:2]), w, (((1,), (0,)), ((), ())))


def whole_weight(x, y, at: Window):
    return lax.dot_general(y.reshape(y.shape[:2]), x, (((0,), (0,)), ((), ())))


# Blocks of results: the places in a block become filters, and the elements that a step from block to block passes over channels.

def _steps(at: Window, each):
    return [e * s for e, s in zip(each, at.stride, strict=True)]


def _of_blocks(w, at: Window, each):
    """(w, window) of the same convolution, with stride 1, of blocks of `each` results along every axis."""
    n, steps, zero = len(at.sizes), _steps(at, each), jnp.zeros((), w.dtype)
    places = tuple([-(-(k + (e - 1) * s) // step) for k, e, s, step in zip(at.kernel, each, at.stride, steps, strict=True)])
    edges = [[(i * s, p * step - k - i * s, 0) for i, s, p, step, k in zip(within, at.stride, places, steps, at.kernel, strict=True)]
             for within in onp.ndindex(*each)]
    w = jnp.stack([lax.pad(w, zero, [(0, 0, 0)] * 2 + pads) for pads in edges], 1)
    w = w.reshape(*w.shape[:3], *[m for pair in zip(places, steps, strict=True) for m in pair])
    w = w.transpose(0, 1, 2, *range(4, 4 + 2 * n, 2), *range(3, 3 + 2 * n, 2)).reshape(w.shape[0] * w.shape[1], -1, *places)
    grid = tuple([-(-m // e) + p - 1 for m, e, p in zip(at.out, each, places, strict=True)])
    return w, Window(grid, places, (1,) * n, (1,) * n, ((0, 0),) * n)


def blocks(x, w, at: Window, each):
    n, filters = len(at.sizes), w.shape[0]
    w, dense = _of_blocks(w, at, each)
    edges = [(lo, g * step - lo - size, 0) for (lo, _), g, step, size in zip(at.pad, dense.sizes, _steps(at, each), at.sizes, strict=True)]
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0)] * 2 + edges)
    x = x.reshape(*x.shape[:2], *[m for pair in zip(dense.sizes, _steps(at, each), strict=True) for m in pair])
    x = x.transpose(0, 1, *range(3, 3 + 2 * n, 2), *range(2, 2 + 2 * n, 2)).reshape(x.shape[0], -1, *dense.sizes)
    y = native(x, w, dense).reshape(x.shape[0], filters, *each, *dense.out)
    y = y.transpose(0, 1, *[i for a in range(n) for i in (2 + n + a, 2 + a)])
    y = y.reshape(x.shape[0], filters, *[m * e for m, e in zip(dense.out, each, strict=True)])
    return y[(slice(None), slice(None), *[slice(m) for m in at.out])]


def blocks_input(y, w, at: Window, each):
    return blocks(*turned(y, w, at), each)


# Blocks of one result: elements at the same place modulo the stride become channels.

def phases(x, w, at: Window):
    return blocks(x, w, at, (1,) * len(at.sizes))


def phases_input(y, w, at: Window):
    x = jax.ShapeDtypeStruct((y.shape[0], w.shape[1], *at.sizes), y.dtype)
    return jax.linear_transpose(lambda x: phases(x, w, at), x)(y)[0]


# One place in the kernel: a product of the weights and each example.

def _met(x, at: Window):
    return next(_places(x, at))[1]


def _each(w, x):
    """(o, c) and (b, c, *sizes) -> (b, o, *sizes)."""
    y = lax.dot_general(jnp.broadcast_to(w, (x.shape[0], *w.shape)), x.reshape(*x.shape[:2], -1), (((2,), (1,)), ((0,), (0,))))
    return y.reshape(*y.shape[:2], *x.shape[2:])


def pointwise(x, w, at: Window):
    return _each(w.reshape(w.shape[:2]), _met(x, at))


def pointwise_input(y, w, at: Window):
    x = jax.ShapeDtypeStruct((y.shape[0], w.shape[1], *at.sizes), y.dtype)
    return jax.linear_transpose(lambda x: _met(x, at), x)(_each(w.reshape(w.shape[:2]).T, y))[0]


def pointwise_weight(x, y, at: Window):
    x, y = (a.reshape(*a.shape[:2], -1) for a in (_met(x, at), y))
    w = lax.dot_general(y, x, (((2,), (2,)), ((0,), (0,)))).sum(0)
    return w.reshape(*w.shape, *at.kernel)
