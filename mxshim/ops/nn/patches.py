"""Convolutions for channels-first data that choose, on CPU, between XLA's convolutions and matrix products over patches.

A convolution y = x * w is linear in both operands. Its two gradients, and their gradients, are again one of three functions:
`convolve(x, w)`, `input_gradient(y, w)` and `weight_gradient(x, y)`. So each has two lowerings and the other two as its
gradients, to any order.

The patches of a block of examples are a matrix with a row for each (place in the kernel, channel) and a column for each result:

    y = W patches(x)        dW = dy patches(x)^T        dx = patches^T(W^T dy)

Blocks of examples are taken one after the other, so that patches need little memory. Sums of few products (depthwise kernels,
small volumes), kernels as large as their input and strides have ways of their own. Where XLA is as fast, it is used:
it compiles in less time. For plain convolutions it has two libraries, YNNPACK, its default, and Eigen, which engine/program.py
has it use. Measured on two cores of an EPYC, in ms, YNNPACK, Eigen and ours:

    forward, 8 x 64 x 56 x 56, 3 x 3, 64 filters                33     19     31
    forward, 8 x 3 x 224 x 224, 11 x 11, stride 4, 96 filters   42     18     30
    weight gradient, 32 x 64 x 28 x 28, 3 x 3, 64 filters       70     16     24
    weight gradient, 1 x 64 x 224 x 224, 3 x 3, 64 filters      367    140    47
    weight gradient, 64 x 1 x 64 x 64, 3 x 3, 64 filters               130    20
    weight gradient, 128 x 3 x 32 x 32, 3 x 3, 16 filters              8      6     2 as Eigen's, the longer way of program.py
    weight gradient, 64 x 1 x 28 x 28, 3 x 3, 32 filters               0.7    2.4
    weight gradient, 8 x 64 x 56 x 56, 1 x 1, 256 filters       85     17     11

and where XLA uses none, its code and ours:

    weight gradient, 32 groups, 8 x 128 x 28 x 28, 3 x 3        2839   7
    input gradient, 256 x 6 x 14 x 14, 5 x 5, 16 filters        11     2.7
    input gradient, 64 x 20 x 12 x 12, 5 x 5, 50 filters        5      3.6
    8 x 512 x 7 x 7, 3 x 3, 512 filters: forward, weight gradient, XLA's and in the order of the weights: 15, 15 and 11, 12
    1 x 1, 8 x 64 x 56 x 56, 256 filters: forward, gradients    57, 30, 293     8, 8, 7
    1 x 1, 64 x 16 x 32 x 32, 16 filters: ours without, with a product for each example: 2.0, 2.5, 1.9 and 0.6, 0.9, 1.0
    few channels, 256 x 6 x 14 x 14, 5 x 5, 16 filters          2.1             1.3
    few channels, 256 x 3 x 32 x 32, 5 x 5, 6 filters           21, 33          3.6, 3.7
    32 groups, 8 x 128 x 28 x 28, 3 x 3: products of patches, sums of shifted inputs: 2.5, 3.9 and 1.9, 1.8
    one channel, 256 x 1 x 28 x 28, 5 x 5, 6 filters            27, 38, 21      2, 5, 5
    three channels, 128 x 3 x 32 x 32, 3 x 3, 16 filters        8               2
    depthwise, 8 x 32 x 112 x 112, 3 x 3                        124, 145, 161   2, 4, 5
    volume, 2 x 16 x 16 x 32 x 32, 3 x 3 x 3, 32 filters        38, 54, 74      7, 11, 12
    volume, 1 x 32 x 32 x 32 x 32, 3 x 3 x 3, 32 filters: products of patches or sums, planes: 31, 20, 68 and 14, 15, 13
    input gradient, 16 x 16 with stride 16, 8 x 3 x 224 x 224   220    8
"""
from __future__ import annotations

import math
from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...engine.op import apart
from ..outline import bilinear, outlined
from ..platform import on_cpu
from .window import Window, padded, without_padding

_BLOCK = 1 << 18  # numbers that the patches of a block hold, unless one example has more: 1 MB, which caches keep
_FEW = 50  # products in a sum that are written out: each is code to compile
_FEW_OF_MANY, _FEW_IN_GROUPS = 64, 60  # the same where XLA's convolutions are slower
_LOOP = 27  # products in a sum whose weights stay in registers, with some to spare
_PART = 1 << 17  # results of a block of examples that several loops add up: caches keep them
_ABREAST = 16  # examples at least that such a loop takes side by side
_MANY = 1 << 14  # weights that are written for each example before they are added up
_SLICES = 32  # the slices that making patches takes at most: each is code to compile


# XLA's own code.

def _native(x, w, at: Window):
    return lax.conv_general_dilated(x, w, at.stride, at.pad, rhs_dilation=at.dilate, feature_group_count=at.groups)


def _native_input(y, w, at: Window):
    x = jax.ShapeDtypeStruct((y.shape[0], w.shape[1] * at.groups, *at.sizes), y.dtype)
    return jax.linear_transpose(lambda x: _native(x, w, at), x)(y)[0]


def _native_weight(x, y, at: Window):
    w = jax.ShapeDtypeStruct((y.shape[1], x.shape[1] // at.groups, *at.kernel), x.dtype)
    return jax.linear_transpose(lambda w: _native(x, w, at), w)(y)[0]


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


def _product_forward(x, w, at: Window):
    rows, b = _rows(w, at), _block(x.shape[0], at, x.shape[1])
    return _mapped(lambda x: _examples(_product(rows, _patches(x, at), (2, 1)), b, at), x, b)


def _product_input(y, w, at: Window):
    rows, b = _rows(w, at), _block(y.shape[0], at, w.shape[1] * at.groups)
    x = jax.ShapeDtypeStruct((b, w.shape[1] * at.groups, *at.sizes), y.dtype)
    back = jax.linear_transpose(lambda x: _patches(x, at), x)
    return _mapped(lambda y: back(_product(rows, _columns(y, at), (1, 1)))[0], y, b)


def _product_weight(x, y, at: Window):
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


def _lines_forward(x, w, at: Window):
    return _examples((w.reshape(w.shape[0], -1) @ _lines(x, at))[None], x.shape[0], at)


def _lines_weight(x, y, at: Window):
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


def _sums(x, w, at: Window):
    return _added(*_grouped(x, w, at), at).reshape(x.shape[0], -1, *at.out)


def _sums_by_part(x, w, at: Window):
    """The same for some more products, a loop for every few of them: as many weights stay in registers. The examples lie side by side."""
    b = _divisor(x.shape[0], max(_ABREAST, _PART // (w.shape[0] * math.prod(at.out))))
    step = max(1, _LOOP // math.prod(at.kernel))
    within = without_padding(at)

    def of_block(x):
        x, rows = _grouped(padded(x, at), w, at)
        x = jnp.moveaxis(x, 0, -1)[None]
        part = apart(jax.jit(partial(_added, at=within)))  # traced once for all parts of a size
        parts = [part(x[:, :, c:c + step], rows[:, :, c:c + step]) for c in range(0, rows.shape[2], step)]
        return apart(lambda *parts: reduce(lax.add, parts))(*parts)

    y = of_block(x) if b == x.shape[0] else lax.map(of_block, _blocks(x, b))
    return jnp.moveaxis(y, -1, 1).reshape(x.shape[0], -1, *at.out)


def _sums_by_channel(x, w, at: Window):
    """The same for a kernel of many channels: they are taken one after the other."""
    x, w = (jnp.moveaxis(a, 1, 0)[:, :, None] for a in (x, w))
    y, _ = lax.scan(lambda y, xw: (y + _sums(*xw, at), None), jnp.zeros((x.shape[1], w.shape[1], *at.out), x.dtype), (x, w))
    return y


def _turned(y, w, at: Window):
    """(y, w, window) of the convolution that gives the input gradient: zeros between the strides, the kernel turned round."""
    pads = [(r - 1 - lo, size + lo - (m - 1) * s - 1, s - 1) for r, (lo, _), size, m, s in
            zip(at.reach, at.pad, at.sizes, at.out, at.stride, strict=True)]
    y = lax.pad(y, jnp.zeros((), y.dtype), [(0, 0, 0)] * 2 + pads)
    n, w = len(at.sizes), w.reshape(at.groups, -1, *w.shape[1:])
    w = jnp.flip(jnp.swapaxes(w, 1, 2), tuple(range(3, 3 + n)))
    return y, w.reshape(-1, *w.shape[2:]), Window(y.shape[2:], at.kernel, (1,) * n, at.dilate, ((0, 0),) * n, at.groups)


def _sums_input(y, w, at: Window):
    return _sums(*_turned(y, w, at))


def _sums_by_part_input(y, w, at: Window):
    return _sums_by_part(*_turned(y, w, at))


def _sums_by_channel_input(y, w, at: Window):
    return _sums_by_channel(*_turned(y, w, at))


def _depthwise_weight(x, y, at: Window):
    """One channel in each group, one filter: one pass over x and y that adds up all places in the kernel."""
    terms = tuple([part * y for _, part in _places(x, at)])
    zeros = (jnp.zeros((), x.dtype),) * len(terms)
    sums = lax.reduce(terms, zeros, lambda a, b: tuple([s + t for s, t in zip(a, b)]), tuple(range(2, y.ndim)))
    return jnp.stack([s.sum(0) for s in sums], 1).reshape(y.shape[1], 1, *at.kernel)


# Volumes, as planes: what places of the kernel along the first axis meet are channels, the results along it examples.

def _planes(x, w, at: Window):
    x = jnp.stack(_shifted(padded(x, at), 2, at.kernel[0], at, 0), 1)  # (b, k, c, out, ., .)
    b, k, channels, m = x.shape[:4]
    x = jnp.moveaxis(x, 3, 1).reshape(b * m, k * channels, *x.shape[4:])
    plane = Window(x.shape[2:], at.kernel[1:], at.stride[1:], at.dilate[1:], ((0, 0),) * (len(at.kernel) - 1))
    y = _native(x, jnp.moveaxis(w, 2, 1).reshape(w.shape[0], k * channels, *at.kernel[1:]), plane)
    return jnp.moveaxis(y.reshape(b, m, *y.shape[1:]), 1, 2)


def _planes_input(y, w, at: Window):
    return _planes(*_turned(y, w, at))


def _planes_weight(x, y, at: Window):
    w = jax.ShapeDtypeStruct((y.shape[1], x.shape[1], *at.kernel), x.dtype)
    return jax.linear_transpose(lambda w: _planes(x, w, at), w)(y)[0]


# A kernel as large as the input: one matrix product.

def _whole(x, w, at: Window):
    axes = tuple(range(1, x.ndim))
    y = lax.dot_general(x, w, ((axes, axes), ((), ())))
    return y.reshape(*y.shape, *at.out)


def _whole_input(y, w, at: Window):
    return lax.dot_general(y.reshape(y.shape[:2]), w, (((1,), (0,)), ((), ())))


def _whole_weight(x, y, at: Window):
    return lax.dot_general(y.reshape(y.shape[:2]), x, (((0,), (0,)), ((), ())))


# Strides, by phases: the elements at the same place modulo the stride become channels.

def _phases(w, at: Window):
    """(w, window) of the same convolution with stride 1: s places of the kernel become s times as many channels."""
    n = len(at.sizes)
    places = tuple([-(-k // s) for k, s in zip(at.kernel, at.stride, strict=True)])
    w = lax.pad(w, jnp.zeros((), w.dtype), [(0, 0, 0)] * 2 + [(0, p * s - k, 0) for p, s, k in
                                                              zip(places, at.stride, at.kernel, strict=True)])
    w = w.reshape(*w.shape[:2], *[m for pair in zip(places, at.stride, strict=True) for m in pair])
    w = w.transpose(0, 1, *range(3, 3 + 2 * n, 2), *range(2, 2 + 2 * n, 2)).reshape(w.shape[0], -1, *places)
    grid = tuple([m + k - 1 for m, k in zip(at.out, places, strict=True)])
    return w, Window(grid, places, (1,) * n, (1,) * n, ((0, 0),) * n, at.groups)


def _input_by_phases(y, w, at: Window):
    n, channels = len(at.sizes), w.shape[1] * at.groups
    w, dense = _phases(w, at)
    x = _native_input(y, w, dense).reshape(y.shape[0], channels, *at.stride, *dense.sizes)
    x = x.transpose(0, 1, *[i for a in range(n) for i in (2 + n + a, 2 + a)])
    x = x.reshape(y.shape[0], channels, *[m * s for m, s in zip(dense.sizes, at.stride, strict=True)])
    edges = [(-lo, size + lo - m, 0) for (lo, _), size, m in zip(at.pad, at.sizes, x.shape[2:], strict=True)]
    return lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0)] * 2 + edges)


# The choice.

# One place in the kernel: a product of the weights and each example.

def _met(x, at: Window):
    return next(_places(x, at))[1]


def _each(w, x):
    """(o, c) and (b, c, *sizes) -> (b, o, *sizes)."""
    y = lax.dot_general(jnp.broadcast_to(w, (x.shape[0], *w.shape)), x.reshape(*x.shape[:2], -1), (((2,), (1,)), ((0,), (0,))))
    return y.reshape(*y.shape[:2], *x.shape[2:])


def _pointwise(x, w, at: Window):
    return _each(w.reshape(w.shape[:2]), _met(x, at))


def _pointwise_input(y, w, at: Window):
    x = jax.ShapeDtypeStruct((y.shape[0], w.shape[1], *at.sizes), y.dtype)
    return jax.linear_transpose(lambda x: _met(x, at), x)(_each(w.reshape(w.shape[:2]).T, y))[0]


def _pointwise_weight(x, y, at: Window):
    x, y = (a.reshape(*a.shape[:2], -1) for a in (_met(x, at), y))
    w = lax.dot_general(y, x, (((2,), (2,)), ((0,), (0,)))).sum(0)
    return w.reshape(*w.shape, *at.kernel)


def _possible(at: Window, *arrays) -> bool:
    """Whether there is another way than XLA's: float32 or float64, nothing empty, a kernel whose places can all be code."""
    return all(a.size and a.dtype.itemsize >= 4 for a in arrays) and min(at.out) > 0 and sum(at.kernel) <= _SLICES


def _is_whole(at: Window) -> bool:
    return at.groups == 1 and at.sizes == at.kernel and not any(map(any, at.pad))


def _is_depthwise(filters, channels, at: Window) -> bool:
    return filters == at.groups and channels == 1 and math.prod(at.kernel) <= _FEW


def _are_few(examples, channels, results, at: Window, thin=False) -> bool:
    """Whether results are sums over so few channels and places that they are best added up one by one. thin: see `_is_thin`."""
    places, most = math.prod(at.kernel), _FEW
    if at.groups > 1:
        return places > 1 and channels * places <= _FEW_IN_GROUPS
    if _are_narrow(examples, channels, results, at):
        most = _FEW_OF_MANY if _fill_parts(examples, channels, results, at) else _FEW if thin else 2 * _FEW
    return places > 1 and channels * places <= most and max(at.stride) == 1  # strides read what lies apart


def _are_narrow(examples, channels, results, at: Window) -> bool:
    """Whether there are so few channels that XLA's convolutions, which take them in vectors, are slow, and work to do."""
    return (at.groups == 1 and len(at.kernel) < 3 and channels * results <= 100 and (channels % 8 > 0 or results <= 8)
            and examples * results * math.prod(at.out) > 1 << 10)


def _fill_parts(examples, channels, results, at: Window) -> bool:
    """Whether there are examples to take side by side, and as much to add up as several loops, a tenth of a second to compile, are for."""
    return examples >= _ABREAST and examples * channels * results * math.prod(at.kernel) * math.prod(at.out) >= 1 << 25


def _parts_win(examples, channels, results, at: Window) -> bool:
    """Whether so few channels give results that are sums of somewhat more products."""
    places = math.prod(at.kernel)
    return (_are_narrow(examples, channels, results, at) and _fill_parts(examples, channels, results, at) and 1 < places <= _LOOP
            and channels * places <= 4 * _FEW and max(at.stride) == 1)


def _is_pointwise(channels, filters, at: Window) -> bool:
    """Whether there is one place in the kernel, and four times as many numbers in an example as weights, which are copied for each."""
    return at.groups == math.prod(at.kernel) == 1 and 4 * min(channels, filters) <= math.prod(at.out)


def _by_channel_wins(results, at: Window) -> bool:
    """Whether volumes have so few channels of results that their patches take longer than the products."""
    return len(at.kernel) == 3 and results <= 32 and math.prod(at.kernel) <= _FEW and max(at.stride) == at.groups == 1


def _lines_win(examples, filters, at: Window, share) -> bool:
    """Whether each filter has so few results that their patches, in the order of the weights, take less than turning those over."""
    return at.groups == 1 < math.prod(at.kernel) and examples * math.prod(at.out) <= share * filters


def _planes_win(examples, channels, results, at: Window) -> bool:
    """Whether volumes have channels enough for XLA's convolutions of planes, and examples: many weights for few results take longer."""
    if len(at.kernel) < 3 or at.groups > 1 or math.prod(at.kernel[1:]) == 1 or results < 32 or channels * results < 1 << 9:
        return False
    return examples * math.prod(at.out) >= 1 << 9 and (not _by_channel_wins(results, at) or _fit_planes(examples, channels, at))


def _fit_planes(examples, channels, at: Window) -> bool:
    """Whether caches keep these planes. (In a loop over blocks of examples XLA has no library.)"""
    return examples * channels * at.kernel[0] * math.prod(at.sizes) <= 1 << 22


def _is_thin(w, at: Window, sizes) -> bool:
    """Whether XLA is slow both ways: results that are sums of few products, one place, groups, volumes, kernels larger than `sizes`.

    sizes: of what the kernel moves over. XLA exchanges it with a larger kernel, and has no library for what comes out.
    """
    places = math.prod(at.kernel)
    return math.prod(w.shape[1:]) <= _FEW or places == 1 or at.groups > 1 or len(at.kernel) == 3 or places > math.prod(sizes)


def _is_filled_up(at: Window) -> bool:
    """Whether the input has about twice as many elements as the results: XLA fills these up with zeros, and multiplies those as well."""
    return max(*at.stride, *at.dilate) == 1 and math.prod(at.sizes) > 1.9 * math.prod(at.out)


def _by_phases_wins(at: Window) -> bool:
    """Whether there are strides and the kernel, filled up to multiples of them, has less than half as many places more."""
    places = math.prod([-(-k // s) * s for k, s in zip(at.kernel, at.stride, strict=True)])
    return at.groups == 1 and math.prod(at.stride) > 1 and max(at.dilate) == 1 and places < 1.5 * math.prod(at.kernel)


def _forward(x, w, at: Window):
    if _is_whole(at):
        return _whole
    if not _possible(at, x, w):
        return _native
    few = x.shape[0], w.shape[1], w.shape[0], at
    if _are_few(*few):
        return _sums
    if _parts_win(*few):
        return _sums_by_part
    if _lines_win(x.shape[0], w.shape[0], at, 0.8):
        return _lines_forward
    if _planes_win(*few):
        return _planes
    if _by_channel_wins(w.shape[0], at):
        return _sums_by_channel
    if _is_pointwise(w.shape[1], w.shape[0], at):
        return _pointwise
    return _product_forward if _is_thin(w, at, at.sizes) else _native


def _input(y, w, at: Window):
    if _is_whole(at):
        return _whole_input
    if _by_phases_wins(at) and y.size and w.size:
        return _input_by_phases
    if not _possible(at, y, w):
        return _native_input
    few, thin = (y.shape[0], w.shape[0] // at.groups, w.shape[1], at), _is_thin(w, at, at.out)
    if _are_few(*few, thin):
        return _sums_input
    if _parts_win(*few):
        return _sums_by_part_input
    if _planes_win(*few) and max(at.stride) == 1 and math.prod(at.sizes) < 1.5 * math.prod(at.out):
        return _planes_input
    if _by_channel_wins(w.shape[1], at):
        return _sums_by_channel_input
    if _is_pointwise(w.shape[1], w.shape[0], at):
        return _pointwise_input
    return _product_input if thin or _is_filled_up(at) else _native_input


def _is_bulk(x, y, at: Window) -> bool:
    """Whether XLA is as fast for the weight gradient: it sums over examples, so there must be some, and work to do.

    It exchanges the examples with the channels, which takes longer than the sums where there are few of these and results fill the caches.
    """
    places, (examples, channels) = math.prod(at.kernel), x.shape[:2]
    work = places * channels * y.size
    if places * channels <= 3 * _FEW and examples >= 16 and y.size >= 1 << 22:
        return False
    return at.groups == 1 and len(at.kernel) < 3 and places > 1 and examples >= 8 and work >= 1 << 22


def _weight(x, y, at: Window):
    if _is_whole(at):
        return _whole_weight
    channels, filters = x.shape[1], y.shape[1]
    if _possible(at, x, y) and _lines_win(x.shape[0], filters, at, 1.6):
        return _lines_weight
    if not _possible(at, x, y) or _is_bulk(x, y, at):
        return _native_weight
    if (_planes_win(*x.shape[:2], filters, at) and max(at.stride) == 1 and math.prod(at.out[1:]) >= 3 << 8
            and (x.shape[0] == 1 or _fit_planes(*x.shape[:2], at))):
        return _planes_weight
    if _is_depthwise(filters, channels // at.groups, at):
        return _depthwise_weight
    return _pointwise_weight if _is_pointwise(channels, filters, at) and channels * filters <= _MANY else _product_weight


def _reads(ours, examples, channels, filters, at: Window) -> int:
    """How many elements are read in many places, by each of the sums; eight times as much for patches, which are written as well.

    Where XLA exchanges the examples with the channels, and these lie a power of two apart, 64 times what it then reads: such places share
    lines of the caches, and only the longer way moves blocks. 128 x 16 x 32 x 32, 3 x 3, 16 filters: 17 ms and 9.
    """
    if at.groups > 1 and at.groups in (channels, filters) or math.prod(at.kernel) == 1:
        return 0
    size, out = math.prod(at.sizes), math.prod(at.out)
    if ours is _native_weight:
        elements = examples * (channels * size + filters * out)
        return 64 * elements if size % 256 == 0 and elements > 1 << 20 else 0
    patches = examples * channels * math.prod(at.kernel) * out
    if ours in (_sums, _sums_input, _sums_by_channel, _sums_by_channel_input):
        return patches * filters if at.groups == 1 else patches
    return 8 * patches if at.groups == 1 and ours in (_product_forward, _product_weight, _input_by_phases) else 0


def _primitive(name, way, native, shape, sizes):
    """The function of two arrays and a window that `way` of them computes, on other devices `native`.

    sizes: (examples, channels, filters) of the two arrays.
    """
    def compute(a, b, *, at):
        ours = way(a, b, at)
        if ours is native:
            return native(a, b, at)
        run = partial(ours, at=at)
        if ours in (_sums, _sums_input) and math.prod(at.kernel) > 1 and (at.groups == 1 or b.shape[1] > 1):
            run = apart(run)  # there is much to add: what reads the results, a pooling say, must not add each up anew
        return on_cpu(run, partial(native, at=at), a, b)

    return outlined(name, compute, shape, lambda a, b, at: _reads(way(a, b, at), *sizes(a, b), at))


_convolution = _primitive("convolution", _forward, _native, lambda x, w, at: (x.shape[0], w.shape[0], *at.out),
                          lambda x, w: (x.shape[0], w.shape[1], w.shape[0]))
_to_input = _primitive("convolution_input", _input, _native_input, lambda y, w, at: (y.shape[0], w.shape[1] * at.groups, *at.sizes),
                       lambda y, w: (y.shape[0], w.shape[1], w.shape[0]))
_to_weight = _primitive("convolution_weight", _weight, _native_weight,
                        lambda x, y, at: (y.shape[1], x.shape[1] // at.groups, *at.kernel),
                        lambda x, y: (x.shape[0], x.shape[1], y.shape[1]))


def convolve(x, w, at: Window):
    """(N, G c, *at.sizes) and (G o, c, *at.kernel) -> (N, G o, *at.out)."""
    return _convolution(x, w, at=at)


def input_gradient(y, w, at: Window):
    """The sum over results of y times the weight that joins them to an input: (N, G o, *at.out) -> (N, G c, *at.sizes)."""
    return _to_input(y, w, at=at)


def weight_gradient(x, y, at: Window):
    """The sum over results of y times the input that a weight joins them to: -> (G o, c, *at.kernel)."""
    return _to_weight(x, y, at=at)


bilinear(_convolution, _to_input, lambda ct, x, at: weight_gradient(x, ct, at))
bilinear(_to_input, _convolution, lambda ct, y, at: weight_gradient(ct, y, at))
bilinear(_to_weight, lambda ct, y, at: input_gradient(y, ct, at), lambda ct, x, at: convolve(x, ct, at))
