"""Samplers on MXNet's streams and in MXNet's order: np's gamma, multinomial and subsets, nd's classes for sampled softmax.

np.random.gamma draws candidates for all elements at once from the serial stream, until every element has one.
"""
from __future__ import annotations

import math

import numpy as onp

from ..engine.rng import ENGINES, Parallel, Serial
from ..engine.words import F32, canonical64

_DRAWS = 1 << 14  # that are made together


# --- the serial stream ------------------------------------------------------------------------------------------------
def gamma_serial(stream: Serial, shape, n: int):
    """n gamma samples of scale 1, float64, of `shape` (positive, float (n,), or (1,) for all), as np.random.gamma draws them.

    Marsaglia and Tsang 2000; a shape below 1 takes a sample of shape + 1 times u ** (1 / shape).
    """
    shape = shape.astype(onp.float64)
    d = onp.where(shape < 1, shape + 1, shape) - 1 / 3
    k = onp.sqrt(9 * d)
    out, missing = onp.empty(0), None  # None: all
    while missing is None or missing.size:
        words, z = stream.words(4 * n).reshape(n, 4), stream.normal64(n)  # MXNet draws for all, also those that are done
        if missing is not None:
            words, z = words[missing], z[missing]
        with onp.errstate(all="ignore"):
            v = (1 + z / k) ** 3
            taken = onp.log(canonical64(words[:, :2].reshape(-1))) < 0.5 * z * z + d * (1 - v + onp.log(v))
            taken &= z > -k
            v *= d
            small = taken & (shape < 1)
            if small.any():
                small = onp.flatnonzero(small)
                u = canonical64(words[small, 2:].reshape(-1)).astype(F32).astype(onp.float64)
                powers = F32(1) / shape.astype(F32)
                v[small] *= onp.power(u, powers if powers.size == 1 else powers[small]).astype(F32)
        rest = onp.flatnonzero(~taken)
        if missing is None:
            out, missing = v, rest
        else:
            out[missing[taken]] = v[taken]
            missing = missing[rest]
        if shape.size > 1:
            shape, d, k = shape[rest], d[rest], k[rest]
    return out


def subset(stream: Serial, n: int, k: int):
    """k of 0..n-1, each at most once, int64 (k,), as np.random.choice(n, k, replace=False) picks them."""
    fixed = max(k, n - k)
    order = list(range(n))
    for i, word in zip(range(fixed, n), stream.words(n - fixed).tolist()):
        j = word % (i + 1)
        if j < fixed:
            order[i], order[j] = order[j], order[i]
    return onp.array(order[:k] if fixed == k else order[fixed:], onp.int64)


def weighted_subset(stream: Serial, p, k: int):
    """k different indices of p (float, (n,)), int64 (k,): the first arrivals of n clocks that tick at rates p."""
    u = stream.uniform(p.size).astype(onp.float64)
    with onp.errstate(divide="ignore"):
        return onp.argsort(-onp.log(u) / p, kind="stable")[:k].astype(onp.int64)


def categories(stream: Serial, p, n: int):
    """n indices for each row of float32 probabilities p (rows, k), int64 (rows, n): how many partial sums lie below a uniform number."""
    sums = onp.cumsum(p.astype(F32, copy=False), axis=1, dtype=F32)[:, :-1]  # the last index, where rounding leaves the sum below 1
    rows = len(p)
    found = onp.empty((rows, n), onp.int64)
    if n > rows:
        for row, out in zip(sums, found, strict=True):
            out[:] = onp.searchsorted(row, stream.uniform(n))
        return found
    u = stream.uniform(rows * n).reshape(rows, n)
    for k in range(n):
        found[:, k] = onp.count_nonzero(sums < u[:, k:k + 1], axis=1)
    return found


def counts(stream: Serial, n: int, p, rows: int):
    """How often each index of p (float64, (k,)) comes in n draws, int64 (rows, k)."""
    sums, k = onp.cumsum(p), p.size
    out, most = onp.empty((rows, k), onp.int64), max(1, _DRAWS // max(n, 1))
    for lo in range(0, rows, most):
        part = out[lo:lo + most]
        found = onp.minimum(onp.searchsorted(sums, stream.uniform64(len(part) * n), side="right"), k - 1).reshape(len(part), n)
        found += onp.arange(0, part.size, k)[:, None]
        part[:] = onp.bincount(found.reshape(-1), minlength=part.size).reshape(part.shape)
    return out


# --- the parallel stream ----------------------------------------------------------------------------------------------
def unique_zipfian(stream: Parallel, limit: int, rows: int, n: int):
    """In each row n different classes of 0..limit-1, int64 (rows, n), low ones more often; how many draws that took, int64 (rows,).

    A class is a rounded exp(u log limit) less 1, with u uniform in [0, 1). Every row has an engine of its own.
    """
    classes, used = onp.empty((rows, n), onp.int64), onp.zeros(rows, onp.int64)
    for row in range(rows if n else 0):
        first, trials, engine = used[:0], n, row % ENGINES
        while first.size < n:
            trials *= 2
            ahead = stream.ahead(engine, engine + 1, 2 * trials)
            drawn = onp.rint(onp.exp(canonical64(ahead.words(0, 1)[0]) * math.log(limit))).astype(onp.int64) - 1
            first = onp.sort(onp.unique(drawn, return_index=True)[1])[:n]
        classes[row], used[row] = drawn[first], first[-1] + 1
        ahead.use(2 * used[row:row + 1])
    return classes, used
