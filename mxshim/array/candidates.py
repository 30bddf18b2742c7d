"""nd's samplers that throw candidates away: gamma, Poisson, binomial, negative binomials, in MXNet's order on the parallel stream.

MXNet lets every engine make its samples one by one, and how many words a sample takes shows only when it is made.  Here a
sampler makes one candidate at each of many places of the streams at once: how many words it takes, whether it is accepted,
its value.  Where all samples have the same parameters, candidates are made from every word, and each engine follows the
chain that begins at its first one.  Otherwise the engines step together, each from candidate to candidate; where they are few,
plain Python is faster (one_by_one.py).
"""
from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as onp

from ..engine.rng import ROWS, Parallel
from ..engine.words import F32
from .lookahead import BEYOND, F64, Words
from .one_by_one import FAR, NEAR, OneByOne

_PI = F32(3.1415926)


# --- samplers: what does not depend on the streams, and candidates ----------------------------------------------------
# Each calculates in float32 where MXNet does.  `taken` is bool (m,); values of candidates that are not taken mean nothing.
def gamma_constants(alpha, beta, wide=False):
    """Marsaglia and Tsang 2000: of shape alpha, scale beta; calculated in float64 if wide."""
    kind = F64 if wide else F32
    d = (alpha.astype(F64) + onp.where(alpha < 1, 2 / 3, -1 / 3)).astype(kind)
    k = onp.sqrt(9 * d.astype(F64)).astype(kind)
    c = (1 / k.astype(F64)).astype(kind)
    power = onp.where(alpha < 1, 1 / (alpha.astype(F64) if wide else alpha), 0).astype(F64)
    endless = ~((alpha >= 0) & (alpha < onp.inf))  # MXNet would draw for ever
    return d, -k, c, beta, power, endless


def gamma(words, at, d, low, c, beta, power, endless):
    wide = d.dtype == F64
    size = 1 + wide
    z = words.normal(at, wide)
    inside = z > low
    x = 1 + c * z
    v = x * x * x
    values = d * v * beta
    z, v, d = (q.astype(F64, copy=False) for q in (z, v, d))
    taken = words.log(at, 2 * size, wide) < 0.5 * z * z + d * (1 - v + onp.log(v))
    taken &= inside
    used = 2 * size + size * inside
    if power.any():
        small = onp.flatnonzero(taken & (power > 0))
        u = words.uniform(small if at is None else at[small], 3 * size, wide).astype(F64)
        values[small] *= onp.power(u, power if power.size == 1 else power[small]).astype(values.dtype)
        used[small] += size
    if endless.any():
        values, used, taken = onp.where(endless, values.dtype.type(onp.nan), values), onp.where(endless, 0, used), taken | endless
    return used, taken, values


_HIGH = 12  # the mean from which Poisson samples come from a Lorentzian (Numerical Recipes, poidev)


def poisson_constants(lam):
    """Of mean lam."""
    root, logs, g = onp.zeros((3, lam.size), F32)
    high = onp.flatnonzero((lam >= _HIGH) & (lam < onp.inf))
    if high.size:
        exact = lam[high].astype(F64)
        root[high], logs[high] = onp.sqrt(2 * exact), onp.log(exact)
        g[high] = (lam[high] * logs[high]).astype(F64) - [math.lgamma(v + 1) for v in exact.tolist()]
    return lam, onp.exp(-lam.astype(F64)).astype(F32), root, logs, g


def poisson(words, at, lam, bound, root, logs, g):
    if lam.max(initial=0) < _HIGH:
        return _poisson_low(words, at, lam, bound)
    if lam.size == 1 and lam < onp.inf:
        return _poisson_high(words, at, lam, root, logs, g)
    at = words.places(at)
    used, taken, values = onp.zeros(at.size, int), onp.ones(at.size, bool), onp.full(at.size, onp.nan, F32)
    low, high = onp.flatnonzero(lam < _HIGH), onp.flatnonzero((lam >= _HIGH) & (lam < onp.inf))
    if low.size:
        used[low], taken[low], values[low] = _poisson_low(words, at[low], lam[low], bound[low])
    if high.size:
        used[high], taken[high], values[high] = _poisson_high(words, at[high], *(q[high] for q in (lam, root, logs, g)))
    return used, taken, values


def _poisson_low(words, at, lam, bound):
    """Uniform numbers are multiplied until the product falls below exp(-lam); every candidate is accepted."""
    if at is None:
        count = _products(words, None, bound)
    else:
        sums, target = words.sums, words.sums.take(at, mode="clip") + lam
        end = onp.maximum(onp.searchsorted(sums, target), at + 1)
        count = end - at - 1
        near = (sums.take(end, mode="clip") < target + NEAR) | (sums.take(end - 1, mode="clip") > target - NEAR)
        if near.any():
            near = onp.flatnonzero(near)
            count[near] = _products(words, at[near], bound if bound.size == 1 else bound[near])
    return count + 1, onp.ones(count.size, bool), count.astype(F32)


def _products(words, at, bound):
    """How many uniform numbers can be multiplied until the product, rounded to float32 each time, is at most `bound`."""
    product, on = words.uniform(at, 0) * F32(1), 0
    count = onp.zeros(product.size, onp.int8)
    above = product > bound
    while above.any() and on < BEYOND - 1:
        count += above
        on += 1
        product *= words.uniform(at, on)
        onp.greater(product, bound, out=above)
    return count.astype(int)


def _poisson_high(words, at, lam, root, logs, g):
    y = onp.tan((_PI * words.uniform(at, 0)).astype(F64)).astype(F32)
    k = root * y + lam
    fits = k >= 0
    k = onp.floor(k)
    chance = (k * logs - _log_factorials(k) - g).astype(F64)
    if (lam > FAR).any():
        chance = onp.where(lam > FAR, _far_chance(k.astype(F64), lam.astype(F64)), chance)
    chance = onp.exp(chance).astype(F32)
    bound = (0.9 * (1 + (y * y).astype(F64)) * chance).astype(F32)
    return 1 + fits, fits & (words.uniform(at, 1) <= bound), k


def _far_chance(k, lam):
    """The logarithm of a count's chance of mean lam beside that of the mean, by Stirling's formula; no large numbers are subtracted."""
    off = (k - lam) / lam
    log = onp.log1p(off)
    return -lam * ((1 + off) * log - off) - 0.5 * log


@cache
def _table():
    return onp.array([math.lgamma(k + 1) for k in range(4096)]).astype(F32)


def _log_factorials(k):
    """log(k!) of whole numbers k >= 0 (float32, (m,)), float32."""
    table = _table()
    found = table.take(k.astype(int), mode="clip")
    large = onp.flatnonzero(k >= table.size)
    if large.size:
        found[large] = [math.lgamma(v + 1) for v in k[large].tolist()]
    return found


def _poissons(words, at, lam):
    """Poisson samples of mean lam (float32, (m,)) and the words that each takes."""
    constants = poisson_constants(lam)
    used, taken, values = poisson(words, at, *constants)
    missing = onp.flatnonzero(~taken)
    while missing.size:
        more, taken, found = poisson(words, at[missing] + used[missing], *(q[missing] for q in constants))
        used[missing] += more
        values[missing] = found
        missing = missing[~taken]
    return used, values


def negative_binomial_constants(k, p):
    """Failures before k successes of probability p."""
    return gamma_constants(k, (1 - p) / p)


def negative_binomial(words, at, *constants):
    return _of_mean(words, at, *gamma(words, at, *constants))


def generalized_negative_binomial_constants(mu, alpha):
    """The negative binomial of mean mu and dispersion alpha; Poisson where alpha is 0."""
    return mu, ~(alpha > 0), *gamma_constants(1 / alpha, alpha * mu)


def generalized_negative_binomial(words, at, mu, plain, *constants):
    used, taken, lam = gamma(words, at, *constants)
    if plain.any():
        used, taken, lam = onp.where(plain, 0, used), taken | plain, onp.where(plain, mu, lam)
    return _of_mean(words, at, used, taken, lam)


def _of_mean(words, at, used, taken, lam):
    """Where a mean is taken, the Poisson sample that follows."""
    here, values = onp.flatnonzero(taken), onp.empty(taken.size, F32)
    more, values[here] = _poissons(words, words.places(at)[here] + used[here], lam[here])
    used[here] += more
    return used, taken, values


def binomial_constants(n, p):
    """Successes among n trials of probability p."""
    n, p = n.astype(F64), p.astype(F64)
    rare = onp.minimum(p, 1 - p)
    many = n * rare >= 10
    return n, rare, p > 0.5, many, (p < 1) & ~many


def binomial(words, at, n, p, mirrored, many, few):
    at = words.places(at)
    n, p, mirrored, many, few = onp.broadcast_arrays(n, p, mirrored, many, few, at)[:-1] if n.size == 1 else (n, p, mirrored, many, few)
    used, taken, values = onp.zeros(at.size, int), onp.ones(at.size, bool), onp.zeros(at.size)
    for method, here in ((_binomial_few, onp.flatnonzero(few)), (_binomial_many, onp.flatnonzero(many))):
        if here.size:
            used[here], taken[here], values[here] = method(words, at[here], n[here], p[here])
    return used, taken, onp.where(mirrored, n - values, values).astype(F32)


def _binomial_few(words, at, n, p):
    """One uniform number, from which the probabilities of 0, 1, ... successes are taken away until it is used up."""
    u, x, odds = words.uniform(at, 0).astype(F64), onp.zeros(at.size), p / (1 - p)
    chance = (1 - p) ** n
    going = onp.flatnonzero((u > chance) & (x < n))
    while going.size:
        u[going] -= chance[going]
        x[going] += 1
        chance[going] *= (n[going] + 1) * odds[going] / x[going] - odds[going]
        going = going[(u[going] > chance[going]) & (x[going] < n[going])]
    return 1, True, x


def _binomial_many(words, at, n, p):
    """Transformed rejection with decomposition (Hoermann 1993, BTRD); p at most 0.5, n * p at least 10.

    The ratio of a candidate's probability to the mode's is taken one place off where they are near, as in MXNet.
    """
    odds, mode, spread = p / (1 - p), onp.floor((n + 1) * p), n * p * (1 - p)
    b = 1.15 + 2.53 * onp.sqrt(spread)
    a, reach = -0.0873 + 0.0248 * b + 0.01 * p, 0.92 - 4.2 / b

    def candidate(u):
        return onp.floor((2 * a / (0.5 - abs(u)) + b) * u + n * p + 0.5)

    v = words.uniform(at, 0).astype(F64)
    taken = v <= 0.86 * reach
    k = candidate(v / reach - 0.43)
    rest = onp.flatnonzero(~taken)
    far = v[rest] >= reach[rest]
    more = words.uniform(at[rest], 1).astype(F64)
    u = v[rest] / reach[rest] - 0.93
    u = onp.where(far, more - 0.5, onp.copysign(0.5, u) - u)
    v[rest[~far]] = more[~far] * reach[rest[~far]]
    place = onp.zeros_like(v)
    place[rest] = u
    k[rest] = candidate(place)[rest]
    for i in rest[(k[rest] >= 0) & (k[rest] <= n[rest])].tolist():
        scale = (2.83 + 5.1 / b[i]) * math.sqrt(spread[i]) / (a[i] / (0.5 - abs(place[i])) ** 2 + b[i])
        taken[i] = _binomial_takes(v[i] * scale, n[i], odds[i], spread[i], int(mode[i]), int(k[i]))
    used = onp.ones(at.size, int)
    used[rest] = 2
    return used, taken, k


def _binomial_takes(v, n, odds, spread, mode, k) -> bool:
    """Whether a candidate k is taken: whether v lies below its probability divided by the mode's."""
    off = abs(k - mode)
    if off <= 15:
        ratio = math.prod((n + 1) * odds / i - odds for i in range(min(mode, k), max(mode, k)))
        return v <= ratio if mode < k else v * ratio <= 1
    v, t = math.log(v), -off * off / (2 * spread)
    slack = off / spread * (((off / 3 + 0.625) * off + 1 / 6) / spread + 0.5)
    if abs(v - t) > slack:
        return v < t
    top = n - mode + 1
    bound = (mode + 0.5) * math.log((mode + 1) / (odds * top)) + _stirling(mode) + _stirling(n - mode)
    left = n - k + 1
    return v <= (bound + (n + 1) * math.log(top / left) + (k + 0.5) * math.log(left * odds / (k + 1)) - _stirling(k) - _stirling(n - k))


def _stirling(k) -> float:
    """What Stirling's formula lacks: log(k!) minus (k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2."""
    return math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + 0.5 * math.log(2 * math.pi))


def _gamma_words(alpha):
    return onp.where(alpha < 1, 4.8, 3.8)


def _poisson_words(lam):
    return onp.where(lam < _HIGH, lam + 1, 5)


class Sampler(NamedTuple):
    """candidates(words, at, *constants): words used, taken, values.  words: of its parameters, about how many a sample takes."""

    candidates: Callable
    constants: Callable
    words: Callable


SAMPLERS = {
    "gamma": Sampler(gamma, gamma_constants, lambda alpha, beta: _gamma_words(alpha)),
    "poisson": Sampler(poisson, poisson_constants, _poisson_words),
    "binomial": Sampler(binomial, binomial_constants, lambda n, p: 2),
    "negative_binomial": Sampler(negative_binomial, negative_binomial_constants,
                                 lambda k, p: _gamma_words(k) + _poisson_words(k * (1 - p) / p)),
    "generalized_negative_binomial": Sampler(generalized_negative_binomial, generalized_negative_binomial_constants,
                                             lambda mu, alpha: _gamma_words(1 / alpha) + _poisson_words(mu)),
}


# --- from every word --------------------------------------------------------------------------------------------------
def _met(following, starts, steps):
    """The places that are met on the way from each start, int: following leads from each to the next one, in at most `steps` steps."""
    jumps = [following]  # over 1, 2, 4, ... of them: so long as making one takes less time than the steps that it spares
    while (steps >> len(jumps)) * 1000 > following.size:
        jumps.append(jumps[-1].take(jumps[-1]))
    far, met = jumps.pop(), [starts]
    for _ in range(steps >> len(jumps)):
        met.append(far.take(met[-1]))
    found = onp.concatenate(met)
    for jump in reversed(jumps):
        found = onp.concatenate([found, jump.take(found)])
    return found


def _from_every_word(words, sampler, constants, count):
    """The first `count` samples of engines with words (engines, k), and the words up to each: both (engines, count).

    None if k is too little.
    """
    engines, k = words.shape
    used, taken, values = sampler(Words(words), None, *constants)
    least = int(used.min())
    if not least:  # samples that take no words are all the same
        return onp.full((engines, count), values[0]), onp.zeros((engines, count), int)
    ends = used.reshape(engines, k) + onp.arange(k)
    row = onp.arange(engines)[:, None]
    following = onp.minimum(ends, k - 1)
    following += row * k
    complete = ends <= k
    complete &= taken.reshape(engines, k)
    complete[:, -1] = False  # this place follows on itself
    met = onp.zeros(following.size, bool)
    met[_met(following.reshape(-1), row[:, 0] * k, k // least)] = True
    met &= complete.reshape(-1)
    found = onp.flatnonzero(met)
    first = onp.searchsorted(found, onp.arange(engines + 1) * k)
    if (onp.diff(first) < count).any():
        return None
    found = found[first[:-1, None] + onp.arange(count)]
    return values.take(found), ends.reshape(-1).take(found)


def _alike(stream: Parallel, sampler, constants, kind, n, words, dtype):
    """n samples of the same parameters, which take about `words` words each."""
    def enough(count):
        return int(words * (count + 1.5 * count ** 0.5)) + 8

    def several(engines, count):
        k, found = enough(count), None
        while found is None:
            ahead = stream.ahead(0, engines, k)
            found, k = _in_parts(ahead, engines, k, count), k + k // 4
        return ahead, *found

    def _in_parts(ahead, engines, k, count):
        numbers, used = onp.empty((engines, count), dtype), onp.empty((engines, count), int)
        step = max(2 ** 15 // k, 1)
        for a in range(0, engines, step):
            found = _from_every_word(ahead.words(a, min(a + step, engines)), sampler, constants, count)
            if found is None:
                return None
            numbers[a:a + step], used[a:a + step] = found
        return numbers, used

    def draw(n):
        engines, each, tail = stream.share(n)
        out, k, lo = onp.empty((engines, each), dtype), enough(each), 0
        while lo < engines:
            hi = min(lo + max(min(ROWS, 2 ** 19 // k), 1), engines)
            ahead = stream.ahead(lo, hi, k)
            found = _in_parts(ahead, hi - lo, k, each)
            if found is None:
                k += k // 4
                continue
            out[lo:hi], used = found
            ends = used[:, -1].copy()
            if hi == engines:
                ends[-1] = used[-1, tail - 1]
            ahead.use(ends)
            lo = hi
        return out.reshape(-1)[:n]

    return stream.repeated(kind, n, draw, several)


# --- each engine on its own -------------------------------------------------------------------------------------------
def _together(stream: Parallel, sampler, constants, n, k, dtype):
    """n samples, n / s of each of the parameters whose constants are (s,); k words of an engine are looked at together."""
    engines, each, _ = stream.share(n)
    out, same = onp.empty(n, dtype), n // len(constants[0])
    k = min(k, 2048)
    lane = onp.arange(engines)
    element = lane * each  # that a lane makes next
    last = onp.minimum(element + each, n)
    while lane.size:
        ahead = stream.ahead(0, engines, k)
        ready, at, ends = Words(ahead.words(0, engines)), lane * k, lane * k + k
        used = onp.zeros(engines, int)
        fits = at < ends
        while fits.any():
            row = element // same
            more, taken, found = sampler(ready, at, *(q.take(row) for q in constants))
            fits = at + more <= ends
            at = onp.where(fits, at + more, at)
            taken = onp.flatnonzero(taken & fits)
            out[element[taken]] = found[taken]
            element[taken] += 1
            done = element == last
            if done.any():
                used[lane] = at - (ends - k)
                on = onp.flatnonzero(~done)
                lane, at, ends, element, last, fits = (q[on] for q in (lane, at, ends, element, last, fits))
        used[lane] = at - (ends - k)
        ahead.use(used)
        k *= 1 if used.any() else 2
    return out


_FEW = 48  # engines up to which they make their samples one by one


def _one_by_one(stream: Parallel, method, constants, n, k, dtype):
    """n samples as `_together` makes them."""
    engines, each, tail = stream.share(n)
    out, same = onp.empty((engines, each), dtype), n // len(constants[0])
    missing, rows = [each] * (engines - 1) + [tail], list(zip(*(q.tolist() for q in constants)))
    while any(missing):
        ahead = stream.ahead(0, engines, k)
        draw = getattr(OneByOne(Words(ahead.words(0, engines))), method)
        used = []
        for engine, count in enumerate(missing):
            at, last, made = engine * k, engine * k + k, []
            element = engine * each + (tail if engine == engines - 1 else each) - count
            for e in range(element, element + count):
                end, sample = draw(at, *rows[e // same])
                if end > last:
                    break
                made.append(sample)
                at = end
            missing[engine] -= len(made)
            out[engine, element - engine * each:][:len(made)] = made
            used.append(at - engine * k)
        ahead.use(onp.array(used))
        k *= 1 if any(used) else 2
    return out.reshape(-1)[:n]


def samples(stream: Parallel, method: str, n: int, parameters, dtype, **more):
    """n samples of `dtype`, n / s for each of the parameters of one of the SAMPLERS, which are float32 of one size s."""
    sampler = SAMPLERS[method]
    if n == 0:
        return onp.empty(0, dtype)
    with onp.errstate(all="ignore"):
        constants = sampler.constants(*parameters, **more)
        words = onp.clip(sampler.words(*parameters), 1, 100)
        if len(constants[0]) == 1:
            kind = (method, dtype, *(float(p[0]) for p in parameters), *more.items())
            return _alike(stream, sampler.candidates, constants, kind, n, float(onp.mean(words)), dtype)
        engines, each, _ = stream.share(n)
        words = onp.repeat(onp.broadcast_to(words, constants[0].shape), n // len(constants[0]))
        most = float(onp.add.reduceat(words, onp.arange(0, n, each)).max())
        k = int(most + 6 * most ** 0.5) + 32
        if engines <= _FEW and hasattr(OneByOne, method) and not more.get("wide"):
            return _one_by_one(stream, method, constants, n, k, dtype)
        return _together(stream, sampler.candidates, constants, n, k, dtype)
