"""Convolutions of channels-first data: on CPU, which of the ways in patches.py; elsewhere XLA's own, plain.

`convolve(x, w)`, `input_gradient(y, w)` and `weight_gradient(x, y)` are bilinear, and each has the others as its gradients, to any order.

Where XLA is as fast, it is used: it compiles in less time. For plain convolutions it has two libraries, YNNPACK, its default, and
Eigen, which engine/program.py has it use. Measured on two cores of an EPYC, in ms, YNNPACK, Eigen and ours:

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
    input gradient, 256 x 6 x 14 x 14, 5 x 5, 16 filters        8      3.5, products of patches 7
    input gradient, 64 x 20 x 12 x 12, 5 x 5, 50 filters        5.8    4.2, products of patches 6.0
    input gradient, 32 x 16 x 32 x 32, 3 x 3, stride 2, 32 filters   3.6   2.0
    8 x 512 x 7 x 7, 3 x 3, 512 filters: forward, weight gradient, XLA's and in the order of the weights: 15, 15 and 11, 12
    1 x 1, 8 x 64 x 56 x 56, 256 filters: forward, gradients    57, 30, 293     8, 8, 7
    1 x 1, 64 x 16 x 32 x 32, 16 filters: ours without, with a product for each example: 2.0, 2.5, 1.9 and 0.6, 0.9, 1.0
    few channels, 256 x 6 x 14 x 14, 5 x 5, 16 filters          2.2             1.3, sums 1.7
    few channels, 256 x 3 x 32 x 32, 5 x 5, 6 filters           24, 35          4.0, 4.8, sums 4.0, 4.6
    few channels, 48 x 12 x 16 x 16, 3 x 3, 20 filters          1.5, 1.7        1.0, 1.2
    three channels, stride 2, 4 x 4, 16 x 3 x 64 x 64, 64 filters: XLA's, products of patches, phases: 2.3, 1.3 and 1.9
    eight channels, stride 2, 4 x 4, 8 x 8 x 56 x 56, 32 filters: 0.63, 1.0 and 0.58
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
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...engine.op import apart
from ...engine.turns import in_order
from ..outline import bilinear, derivative, outlined
from ..platform import on_cpu
from . import patches as ways
from .window import Window

_FEW = 50  # products in a sum that are written out: each is code to compile
_FEW_OF_NARROW, _FEW_IN_GROUPS = 72, 60  # the same where XLA's convolutions are slower
_PAIRS, _PAIRS_FILLED = 250, 1000  # of a channel and a filter: so few that blocks of results pay; and where XLA would multiply zeros
_FEW_CHANNELS = 12  # of which XLA's convolutions make vectors worse than of as many times more as their strides pass over
_VECTOR = 8  # channels, of a multiple of which XLA's convolutions are fast
_MANY = 1 << 14  # weights that are written for each example before they are added up
_FAR, _LARGE = 256, 1 << 20  # elements from one channel to the next, a multiple of which shares places in the cache, and many of them
_RESULTS = 1 << 11  # of a channel from which XLA's longer way adds them up faster
_SLICES = 32  # the slices that making patches takes at most: each is code to compile


def _possible(at: Window, *arrays) -> bool:
    """Whether there is another way than XLA's: float32 or float64, nothing empty, a kernel whose places can all be code."""
    return all(a.size and a.dtype.itemsize >= 4 for a in arrays) and min(at.out) > 0 and sum(at.kernel) <= _SLICES


def _is_whole(at: Window) -> bool:
    return at.groups == 1 and at.sizes == at.kernel and not any(map(any, at.pad))


def _is_depthwise(filters, channels, at: Window) -> bool:
    return filters == at.groups and channels == 1 and math.prod(at.kernel) <= _FEW


def _are_few(examples, channels, results, at: Window) -> bool:
    """Whether results are sums over so few channels and places that they are best added up one by one."""
    places = math.prod(at.kernel)
    if at.groups > 1:
        return places > 1 and channels * places <= _FEW_IN_GROUPS
    # Of few channels XLA's convolutions, which take them in vectors, are slow.
    narrow = len(at.kernel) < 3 and channels * results <= 100 and (channels % _VECTOR > 0 or results <= _VECTOR)
    most = _FEW_OF_NARROW if narrow and _is_work(examples, results, at) else _FEW
    return places > 1 and channels * places <= most and max(at.stride) == 1  # strides read what lies apart


def _is_work(examples, results, at: Window) -> bool:
    return examples * results * math.prod(at.out) > 1 << 10


def _in_blocks(array, channels, results, at: Window, out, most=_PAIRS):
    """How many results, of which there are so many (`out`), make a block along every axis of space, if any.

    Twice the channels and filters, each way, fill XLA's vectors, and fewer patches are made; but kernels, and results that are odd in
    number, are filled up with zeros: with less than half as many more products.
    """
    if (at.groups > 1 or len(at.kernel) > 2 or max(*at.stride, *at.dilate) > 1 or channels * results > most
            or array.dtype != onp.float32 or not _is_work(array.shape[0], results, at)):
        return None
    each, filled = [1] * len(at.kernel), 1.0
    for a, (k, m) in reversed([*enumerate(zip(at.kernel, out, strict=True))]):
        more = filled * 2 * -(-(k + 1) // 2) / k * 2 * -(-m // 2) / m
        if more < 1.5:
            each[a], filled = 2, more
    return tuple(each) if max(each) > 1 else None


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
    """Whether caches keep these planes."""
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


def _phases_win(at: Window, filled) -> bool:
    """Whether there are strides and the kernel, filled up to multiples of them, has less than so many times as many places."""
    places = math.prod([-(-k // s) * s for k, s in zip(at.kernel, at.stride, strict=True)])
    return at.groups == 1 and math.prod(at.stride) > 1 and max(at.dilate) == 1 and places < filled * math.prod(at.kernel)


class Way(NamedTuple):
    """One of patches.py, for a window."""

    run: Callable
    reads: int = 0  # what engine.op.READS stands for
    fills_up: bool = False  # whether it fills the kernel up with zeros
    adds_much: bool = False  # so much for a result that what reads the results, a pooling say, must not do it anew


# READS: elements that are read in many places, by each of the sums. Eight times as much for patches, which are written as well, half for
# depthwise weight gradients with many results (8 x 64 x 112 x 112, 3 x 3, stride 2: 11 ms and 5 to 9), 64 times for the operand that
# phases take apart (8 x 6 x 112 x 112, 4 x 4, stride 2, 64 filters: 4.2 and 2.9).

def _patches(examples, channels, at: Window) -> int:
    return examples * channels * math.prod(at.kernel) * math.prod(at.out)


def _written(examples, channels, at: Window) -> int:
    return 8 * _patches(examples, channels, at) if at.groups == 1 < math.prod(at.kernel) else 0


def _added(examples, channels, filters, at: Window) -> int:
    if at.groups in (channels, filters) and at.groups > 1 or math.prod(at.kernel) == 1:
        return 0
    return _patches(examples, channels, at) * (filters if at.groups == 1 else 1)


def _adds_much(w, at: Window) -> bool:
    return math.prod(at.kernel) > 1 and (at.groups == 1 or w.shape[1] > 1)


def _divides(at: Window) -> bool:
    """Whether the kernel is a multiple of the strides."""
    return not any(k % s for k, s in zip(at.kernel, at.stride, strict=True))


def _forward(x, w, at: Window) -> Way:
    if _is_whole(at):
        return Way(ways.whole)
    if not _possible(at, x, w):
        return Way(ways.native)
    few = x.shape[0], w.shape[1], w.shape[0], at
    if _are_few(*few):
        return Way(ways.sums, _added(*few), adds_much=_adds_much(w, at))
    if _lines_win(x.shape[0], w.shape[0], at, 0.8):
        return Way(ways.lines_forward)
    if each := _in_blocks(x, *few[1:], at.out):
        return Way(partial(ways.blocks, each=each), fills_up=True)
    if len(at.kernel) < 3 and w.shape[1] <= _FEW_CHANNELS and x.dtype == onp.float32 and _phases_win(at, 1.35):
        if w.shape[1] * math.prod(at.stride) % _VECTOR:
            return Way(ways.product_forward, _written(*x.shape[:2], at))
        return Way(ways.phases, 64 * x.size, not _divides(at))
    if _planes_win(*few):
        return Way(ways.planes)
    if _by_channel_wins(w.shape[0], at):
        return Way(ways.sums_by_channel, _added(*few))
    if _is_pointwise(w.shape[1], w.shape[0], at):
        return Way(ways.pointwise)
    return Way(ways.product_forward, _written(*x.shape[:2], at)) if _is_thin(w, at, at.sizes) else Way(ways.native)


def _input(y, w, at: Window) -> Way:
    if _is_whole(at):
        return Way(ways.whole_input)
    worth = _divides(at) or math.prod(at.kernel) <= math.prod(at.out)  # else there are more weights to fill up than results
    if y.size and w.size and worth and _phases_win(at, 1.8 if math.prod(w.shape[:2]) <= _PAIRS_FILLED else 1.5):
        return Way(ways.phases_input, _written(y.shape[0], w.shape[1], at), not _divides(at))
    if not _possible(at, y, w):
        return Way(ways.native_input)
    few, thin = (y.shape[0], w.shape[0] // at.groups, w.shape[1], at), _is_thin(w, at, at.out)
    added = _added(y.shape[0], w.shape[1], w.shape[0], at)
    if _are_few(*few):
        return Way(ways.sums_input, added, adds_much=_adds_much(w, at))
    filled = _is_filled_up(at)
    if each := not thin and _in_blocks(y, *few[1:], at.sizes, _PAIRS_FILLED if filled else _PAIRS):
        return Way(partial(ways.blocks_input, each=each), fills_up=True)
    if _planes_win(*few) and max(at.stride) == 1 and math.prod(at.sizes) < 1.5 * math.prod(at.out):
        return Way(ways.planes_input)
    if _by_channel_wins(w.shape[1], at):
        return Way(ways.sums_by_channel_input, added)
    if _is_pointwise(w.shape[1], w.shape[0], at):
        return Way(ways.pointwise_input)
    return Way(ways.product_input if thin or filled else ways.native_input)


def _is_bulk(x, y, at: Window) -> bool:
    """Whether XLA is as fast for the weight gradient: it sums over examples, so there must be some, and work to do.

    It exchanges the examples with the channels, which takes longer than the sums where there are few of these and results fill the caches.
    The results are its kernel: not more of them than inputs, see `_is_thin`.
    """
    places, (examples, channels) = math.prod(at.kernel), x.shape[:2]
    work = places * channels * y.size
    if math.prod(at.out) > math.prod(at.sizes) or places * channels <= 3 * _FEW and examples >= 16 and y.size >= 1 << 22:
        return False
    return at.groups == 1 and len(at.kernel) < 3 and places > 1 and examples >= 8 and work >= 1 << 22


def _weight(x, y, at: Window) -> Way:
    if _is_whole(at):
        return Way(ways.whole_weight)
    channels, filters = x.shape[1], y.shape[1]
    if not _possible(at, x, y):
        return Way(ways.native_weight)
    if _lines_win(x.shape[0], filters, at, 1.6):
        return Way(ways.lines_weight)
    if _is_bulk(x, y, at):
        return _exchanged(x, y, at)
    if (_planes_win(*x.shape[:2], filters, at) and max(at.stride) == 1 and math.prod(at.out[1:]) >= 3 << 8
            and (x.shape[0] == 1 or _fit_planes(*x.shape[:2], at))):
        return Way(ways.planes_weight)
    if _is_depthwise(filters, channels // at.groups, at):
        return Way(ways.depthwise_weight, _patches(*x.shape[:2], at) // 2 if math.prod(at.out) >= _RESULTS else 0)
    if _is_pointwise(channels, filters, at) and channels * filters <= _MANY:
        return Way(ways.pointwise_weight)
    return Way(ways.product_weight, _written(*x.shape[:2], at))


def _exchanged(x, y, at: Window) -> Way:
    """XLA exchanges the examples with the channels. Where these lie a power of two apart, such places share lines of the caches.

    Only the longer way of compiling moves them in blocks: 128 x 16 x 32 x 32, 3 x 3, 16 filters: 17 ms and 9. Small ones we move.
    """
    if math.prod(at.sizes) % _FAR:
        return Way(ways.native_weight)
    if x.size + y.size > _LARGE:
        return Way(ways.native_weight, 64 * (x.size + y.size))
    return Way(ways.native_weight_by_lines if math.prod(at.out) % _FAR == 0 else ways.native_weight)


def _exact(ours, native):
    """`ours`, which multiplies elements by zeros; or, where some are infinite or nan, which would spread to other results, `native`.

    Its results are in order: else XLA leaves both as its library gives them, and turns them over element by element afterwards.
    """
    def run(a, b, at):
        finite = jnp.isfinite(a.sum(dtype=jnp.promote_types(a.dtype, "float32")))
        return lax.cond(finite, lambda y, a, b: y, lambda y, a, b: in_order(native(a, b, at)), ours(a, b, at), a, b)

    return run


def _primitive(name, way, native, plain, shape):
    """The function of two arrays, maybe a bias for each channel of the result, and a window that `way` of them computes, on other
    devices `plain`. native: XLA's own way on CPUs.
    """
    def with_bias(run, at):
        def added(a, b, bias=None):
            y = run(a, b, at)
            return y if bias is None else y + lax.broadcast_in_dim(bias, y.shape, (1,))

        return added

    def compute(a, b, *bias, at):
        ours = way(a, b, at)
        run = with_bias(_exact(ours.run, native) if ours.fills_up else ours.run, at)
        return on_cpu(apart(run) if ours.adds_much else run, with_bias(plain, at), a, b, *bias)

    return outlined(name, compute, lambda a, b, *_, at: shape(a, b, at), lambda a, b, *_, at: way(a, b, at).reads)


def _result(x, w, at: Window):
    return x.shape[0], w.shape[0], *at.out


def _operand(y, w, at: Window):
    return y.shape[0], w.shape[1] * at.groups, *at.sizes


_convolution, _convolution_plus = (_primitive(name, _forward, ways.native, ways.plain, _result)
                                   for name in ("convolution", "convolution_plus_bias"))
_to_input, _to_input_plus = (_primitive(name, _input, ways.native_input, ways.plain_input, _operand)
                             for name in ("convolution_input", "convolution_input_plus_bias"))
_to_weight = _primitive("convolution_weight", _weight, ways.native_weight, ways.plain_weight,
                        lambda x, y, at: (y.shape[1], x.shape[1] // at.groups, *at.kernel))


def convolve(x, w, at: Window, bias=None):
    """(N, G c, *at.sizes) and (G o, c, *at.kernel) -> (N, G o, *at.out); bias: (G o,), added to each filter's results."""
    return _convolution(x, w, at=at) if bias is None else _convolution_plus(x, w, bias, at=at)


def input_gradient(y, w, at: Window, bias=None):
    """The sum over results of y times the weight that joins them to an input: (N, G o, *at.out) -> (N, G c, *at.sizes).

    bias: (G c,), added to each channel.
    """
    return _to_input(y, w, at=at) if bias is None else _to_input_plus(y, w, bias, at=at)


def weight_gradient(x, y, at: Window):
    """The sum over results of y times the input that a weight joins them to: -> (G o, c, *at.kernel)."""
    return _to_weight(x, y, at=at)


bilinear(_convolution, _to_input, lambda ct, x, at: weight_gradient(x, ct, at))
bilinear(_to_input, _convolution, lambda ct, y, at: weight_gradient(ct, y, at))
bilinear(_to_weight, lambda ct, y, at: input_gradient(y, ct, at), lambda ct, x, at: convolve(x, ct, at))


def _plus_bias(plus, function, shape):
    """`plus` is `function`, whose result has that shape, and a bias."""
    derivative(plus, lambda t, _, b, bias, at: function(t, b, at=at), lambda t, a, _, bias, at: function(a, t, at=at),
               lambda t, a, b, _, at: lax.broadcast_in_dim(t, shape(a, b, at), (1,)))


_plus_bias(_convolution_plus, _convolution, _result)
_plus_bias(_to_input_plus, _to_input, _operand)
