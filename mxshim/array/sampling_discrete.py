"""Public random functions that choose: randint, bernoulli, choice, multinomial, shuffles, and the fronts of Dropout."""
from __future__ import annotations

import math

import numpy as onp

from ..base import FLOAT16, FLOAT32, FLOAT64, INT32, INT64, MXNetError, as_dtype, is_float
from ..engine import call as door
from ..engine import rng
from ..engine.op import api
from ..engine.words import F32
from . import samplers
from .convert import CLASSES
from .core import Array
from .draws import (
    adopt,
    apply,
    broadcast,
    demand,
    device_of,
    drawn,
    finish,
    is_number,
    key_noise,
    on_host,
    parameter_of,
    parsed,
    size_of,
)

_WIDE = (FLOAT16, FLOAT64)  # the parallel stream draws these from 64 bits


# --- whole numbers --------------------------------------------------------------------------------------------------------
def draw_integers(low, high, shape, dtype, ctx, cls, what):
    """Integers in low..high-1 of int32 or int64, from the parallel stream: both dialects' randint."""
    for name, v in (("low", low), ("high", high)):
        if not isinstance(v, int | onp.integer):
            raise MXNetError(f"{what}: {name} must be an integer, got {v!r}")
    low, high = int(low), int(high)
    if dtype not in (INT32, INT64):
        raise MXNetError(f"{what}: dtype must be int32 or int64, got {dtype.name}")
    if high <= low:
        raise MXNetError(f"{what}: high must be above low, got low={low}, high={high}")
    limits = onp.iinfo(dtype)
    if low < limits.min or high - 1 > limits.max or high - low >= 2 ** 63:
        raise MXNetError(f"{what}: the range {low}..{high - 1} does not fit {dtype.name}")
    if not on_host(ctx):
        return apply("mx.random_integers", cls, adopt(rng.next_key(), cls, ctx), low, high, shape, dtype)
    found = rng.streams().parallel.below(high - low, math.prod(shape))
    found += low
    return adopt(found.astype(dtype, copy=False).reshape(shape), cls, ctx)


@api("np.random.randint")
def randint(low, high=None, size=None, dtype=None, ctx=None, out=None, device=None):
    """Integers in low..high-1, or 0..low-1 without high; int64 unless dtype is int32.

    Raises: MXNetError for an empty range, bounds that are no integers, and other dtypes.
    """
    what = "np.random.randint"
    if high is None:
        low, high = 0, low
    dtype = as_dtype("int64" if dtype is None or dtype is int else dtype)
    shape = () if size is None else size_of(size, what)
    return finish(draw_integers(low, high, shape, dtype, device_of(ctx, device, what), CLASSES["np"], what), out, what)


@api("npx.random.bernoulli")
def bernoulli(prob=None, logit=None, size=None, dtype=None, ctx=None, out=None, device=None):
    """1 with probability prob (or sigmoid(logit)), else 0; float32 unless `dtype` is given.

    Raises: ValueError unless exactly one of both is given, or for probabilities outside of [0, 1].
    """
    what, cls = "npx.random.bernoulli", CLASSES["np"]
    if (prob is None) == (logit is None):
        raise ValueError(f"{what}: Either `prob` or `logit` must be specified, but not both; got prob={prob}, logit={logit}")
    dtype = as_dtype("float32" if dtype is None else dtype)
    p = parameter_of(logit if prob is None else prob, "logit" if prob is None else "prob", what)
    arrays = [p] if isinstance(p, Array) else []
    ctx = device_of(ctx, device, what, arrays)
    shape = broadcast(what, arrays, size)
    if prob is not None:
        demand(p, "prob", ">= 0", what)
        demand(1 - p, "1 - prob", ">= 0", what)
    if on_host(ctx):
        noise = adopt(rng.streams().serial.uniform(math.prod(shape)).reshape(shape), cls, ctx)
    else:
        noise = key_noise("uniform", shape, FLOAT32, cls, ctx)
    return finish(apply("mx.random_bernoulli", cls, noise, dtype, p, prob is None), out, what)


def _probabilities(p, what) -> onp.ndarray:
    p = onp.asarray(p.asnumpy() if isinstance(p, Array) else p)
    if p.ndim != 1 or p.dtype.kind not in "fiub" or not p.size:
        raise MXNetError(f"{what}: the probabilities must be a vector, got shape {p.shape}")
    if not (p >= 0).all():
        raise MXNetError(f"{what}: a probability is negative or nan")
    return p


@api("np.random.choice")
def choice(a, size=None, replace=True, p=None, ctx=None, out=None, device=None):
    """Random elements of `a` (or of 0..a-1, int64), each with probability p if given; with replace=False each at most once.

    Args: a: an integer or an array, of which rows are chosen.  p: a vector of len(a).
    Raises: MXNetError if there are too few elements, or p does not fit.
    Differs: MXNet 2.0.0b1 ignores p; here it counts, as in 1.9.1.
    """
    what, cls = "np.random.choice", CLASSES["np"]
    if isinstance(a, int | onp.integer):
        rows, n = None, int(a)
    else:
        rows = parameter_of(a, "a", what)
        if is_number(rows) or not rows.ndim:
            raise MXNetError(f"{what}: a must be an integer or an array of one dimension or more, got {a!r}")
        n = rows.shape[0]
    ctx = device_of(ctx, device, what, [rows] if rows is not None else [])
    shape = () if size is None else size_of(size, what)
    k, stream = math.prod(shape), rng.streams().serial
    if n <= 0 and k:
        raise MXNetError(f"{what}: there is nothing to choose from: a is {n}")
    if not replace and k > n:
        raise MXNetError(f"{what}: {k} different elements cannot be chosen from {n}; pass replace=True or a smaller size")
    if p is not None:
        p = _probabilities(p, what)
        if p.size != n:
            raise MXNetError(f"{what}: p has {p.size} elements, a has {n}")
        found = samplers.categories(stream, p[None], k)[0] if replace else samplers.weighted_subset(stream, p.astype(F32), k)
    elif replace:
        found = stream.words(k).astype(onp.int64) % n if k else onp.empty(0, onp.int64)
    else:
        found = samplers.subset(stream, n, k)
    index = adopt(found.reshape(shape), cls, ctx)
    return finish(index if rows is None else apply("mx.random_rows", cls, rows, index), out, what)


@api("np.random.multinomial")
def multinomial(n, pvals, size=None, **kwargs):
    """How often each of len(pvals) results comes in n experiments: int64, size + (len(pvals),).

    Args: pvals: probabilities, a list or a vector; the last one takes what is missing to 1.
    Raises: MXNetError if they sum up to more.
    """
    what = "np.random.multinomial"
    ctx = device_of(kwargs.pop("ctx", None), kwargs.pop("device", None), what, [pvals] if isinstance(pvals, Array) else [])
    if kwargs:
        raise TypeError(f"{what} got an unexpected keyword argument {next(iter(kwargs))!r}")
    if not isinstance(n, int | onp.integer):
        raise MXNetError(f"{what}: n must be an integer, got {n!r}")
    p = _probabilities(pvals, what).astype(onp.float64)
    if p.sum() > 1 + 1e-6:
        raise MXNetError(f"{what}: the probabilities sum up to {p.sum():.6g}, more than 1")
    shape = () if size is None else size_of(size, what)
    stream, rows = rng.streams().serial, math.prod(shape)
    found = samplers.counts(stream, max(int(n), 0), p, rows)
    if rows and not isinstance(pvals, Array):
        stream.words(2 * p.size)  # MXNet draws over the copy that it made of a list
    result = adopt(found.reshape(*shape, p.size), CLASSES["np"], ctx)
    return apply("mx.sample", CLASSES["np"], [result, pvals]) if isinstance(pvals, Array) else result


@api("npx.random.multinomial")
def npx_multinomial(n, p, shape=None, ctx=None, dtype=None, out=None, name=None):
    """How often each of k results comes in n experiments, for every row of p: shape s + `shape` + (k,), of p's dtype.

    n: floating, shape s.  p: probabilities, shape s + (k,), of n's dtype; the last one takes what is missing to 1.
    ctx, dtype, name: ignored, as in MXNet: n and p decide.
    Raises: MXNetError if dtypes or shapes do not fit.  Differs: seeded, but other numbers than MXNet's generator gives.
    """
    what, cls = "npx.random.multinomial", CLASSES["np"]
    for given, v in (("n", n), ("p", p)):
        if not isinstance(v, Array):
            raise AssertionError(f"{what}: {given} must be an array, got {v!r}")
    if not is_float(onp.dtype(p.dtype)) or n.dtype != p.dtype or not p.ndim or n.shape != p.shape[:-1]:
        got = " and ".join(f"{onp.dtype(v.dtype).name}{list(v.shape)}" for v in (n, p))
        raise MXNetError(f"{what}: n of shape s and p of shape s + (k,), both of one floating dtype, are needed, got {got}")
    shape = () if shape is None else size_of(shape, what)
    stream, rows, k = rng.streams().serial, math.prod(shape), p.shape[-1]
    found = [samplers.counts(stream, max(int(times), 0), row, rows) for times, row in
             zip(n.asnumpy().reshape(-1), p.asnumpy().astype(onp.float64).reshape(-1, k), strict=True)]
    result = onp.asarray(found, onp.int64).reshape(n.shape + shape + (k,)).astype(p.dtype)
    return finish(apply("mx.sample", cls, [adopt(result, cls, p.ctx), p]), out, what)


# --- orders -----------------------------------------------------------------------------------------------------------------
def shuffled(data, cls):
    """A copy of an array with its rows in random order."""
    order = rng.streams().serial.order(data.shape[0], forward=data.ndim == 1).astype("int32")
    return apply("mx.random_rows", cls, data, adopt(order, cls, data.ctx))


@api("np.random.shuffle")
def shuffle(x):
    """Put the rows of x into random order, in place; returns None."""
    if not isinstance(x, Array):
        raise TypeError(f"np.random.shuffle: x must be an array, got {type(x).__name__}: it is shuffled in place")
    if x.ndim and x.shape[0] > 1:
        x._store(shuffled(x, type(x)))


@api("np.random.permutation")
def permutation(x, ctx=None, device=None):
    """The rows of x, or 0..x-1 (int64), in random order, as a new array. Differs: MXNet has only shuffle."""
    what, cls = "np.random.permutation", CLASSES["np"]
    if isinstance(x, int | onp.integer):
        if x < 0:
            raise MXNetError(f"{what}: x must not be negative, got {x}")
        return adopt(rng.streams().serial.order(int(x), forward=True), cls, device_of(ctx, device, what))
    x = parameter_of(x, "x", what)
    if is_number(x) or not x.ndim:
        raise MXNetError(f"{what}: x must be an integer or an array of one dimension or more, got {x!r}")
    return shuffled(x, cls)


# --- Dropout ----------------------------------------------------------------------------------------------------------------
def _dropout(data, p, mode, axes, cls, what):
    if not isinstance(data, Array):
        kind = AssertionError if cls._dialect == "nd" else TypeError
        raise kind(f"{what}: data must be an array, got {type(data).__name__}")
    dtype = onp.dtype(data.dtype)
    if not is_float(dtype):
        raise MXNetError(f"{what}: data must hold floats, got {dtype.name}")
    p = float(p.asnumpy() if isinstance(p, Array) else p)
    if not 0 <= p <= 1:
        raise MXNetError(f"{what}: p must lie in [0, 1], got {p}")
    if mode not in ("training", "always"):
        raise MXNetError(f"{what}: mode must be 'training' or 'always', got {mode!r}")
    shape = list(data.shape)
    for axis in (axes,) if isinstance(axes, int) else axes or ():
        if not 0 <= axis < len(shape):
            raise MXNetError(f"{what}: axis {axis} of axes={axes} is not one of data's {len(shape)}")
        shape[axis] = 1
    if p == 0 or not (mode == "always" or door.state.training):
        return apply("mx.copy", cls, data)
    shape, wide = tuple(shape), dtype in _WIDE
    if on_host(data.ctx):
        def draw():
            stream, n = rng.streams().parallel, math.prod(shape)
            return (stream.uniform64(n) if wide else stream.uniform(n)).reshape(shape)

        noise = drawn(draw, cls, data.ctx)
    else:
        noise = key_noise("uniform", shape, FLOAT32, cls, data.ctx)
    return apply("mx.dropout", cls, data, noise, p)


@api("nd.Dropout")
def nd_dropout(data, p=0.5, mode="training", axes=(), cudnn_off=False, out=None, name=None, **kwargs):
    """Set elements to zero with probability p and scale the others by 1 / (1 - p), while training or with mode="always".

    Args: axes: along them, all elements share one decision.  cudnn_off, name: ignored, as on a CPU in MXNet.
    """
    if type(data) in door.symbol_classes:
        return door.symbolic(None, CLASSES["nd"], (data,), {"p": p, "mode": mode, "axes": axes, "name": name}, "nd.Dropout")
    if kwargs:
        raise MXNetError(f"nd.Dropout has no argument {next(iter(kwargs))!r}: they are (data, p, mode, axes, cudnn_off)")
    return finish(_dropout(data, parsed(p), mode, parsed(axes), CLASSES["nd"], "nd.Dropout"), out, "nd.Dropout")


@api("npx.dropout")
def npx_dropout(data, p=0.5, mode="training", axes=None, cudnn_off=False, out=None):
    """Set elements to zero with probability p and scale the others by 1 / (1 - p), while training or with mode="always".

    Args: axes: along them, all elements share one decision.  cudnn_off: ignored, as on a CPU in MXNet.
    """
    if type(data) in door.symbol_classes:
        return door.symbolic(None, CLASSES["np"], (data,), {"p": p, "mode": mode, "axes": axes or ()}, "npx.dropout")
    return finish(_dropout(data, p, mode, axes, CLASSES["np"], "npx.dropout"), out, "npx.dropout")
