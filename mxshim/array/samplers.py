"""Samplers that throw candidates away, on MXNet's streams and in MXNet's order: gamma, Poisson, binomial, multinomial, subsets.

np.random.gamma draws candidates for all elements at once from the serial stream, until every element has one.  nd's
samplers run on the parallel stream: every engine makes its elements one by one, and here all engines step together.
"""
from __future__ import annotations

import math

import numpy as onp

from ..engine.rng import ENGINES, Parallel, Serial
from ..engine.words import F32, canonical32, canonical64, logf

_PI = F32(3.1415926)
_DRAWS = 1 << 14  # that are made together


# --- the serial stream ------------------------------------------------------------------------------------------------
def gamma_serial(stream: Serial, shape):
    """Gamma samples of scale 1, float64, for every element of `shape` (positive, any shape), as np.random.gamma draws them.

    Marsaglia and Tsang 2000; a shape below 1 takes a sample of shape + 1 times u ** (1 / shape).
    """
    flat = onp.ascontiguousarray(shape, onp.float64).reshape(-1)
    d = onp.where(flat < 1, flat + 1, flat) - 1 / 3
    k = onp.sqrt(9 * d)
    out, missing = onp.empty(flat.size), onp.arange(flat.size)
    while missing.size:
        u, z = stream.uniform64(2 * flat.size), stream.normal64(flat.size)  # MXNet draws for all, also those that are done
        u, z, dm, km = u.reshape(-1, 2)[missing], z[missing], d[missing], k[missing]
        with onp.errstate(all="ignore"):
            v = (1 + z / km) ** 3
            taken = (z > -km) & (onp.log(u[:, 0]) < 0.5 * z * z + dm * (1 - v + onp.log(v)))
            x = dm * v
            small = flat[missing] < 1
            powers = F32(1) / flat[missing][small].astype(F32)
            x[small] *= onp.power(u[small, 1].astype(F32).astype(onp.float64), powers).astype(F32)
        out[missing[taken]] = x[taken]
        missing = missing[~taken]
    return out.reshape(onp.shape(shape))


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
class Lanes:
    """The engines that make n elements, stepping together: each method draws for the engines `rows`, int (r,)."""

    def __init__(self, stream: Parallel, n: int):
        self.stream = stream
        self.engines, self.each, self.tail = stream.share(n)
        self._look()

    def _look(self):
        self.k = min(16 * self.each, 2048) + 32
        self.ahead = self.stream.ahead(0, self.engines, self.k)
        self.ready = self.ahead.words(0, self.engines)
        self.used = onp.zeros(self.engines, onp.int64)

    def words(self, rows, count):
        if int(self.used[rows].max()) + count > self.k:
            self.finish()
            self._look()
        at = self.used[rows]
        self.used[rows] = at + count
        return self.ready[rows[:, None], at[:, None] + onp.arange(count)]

    def finish(self):
        self.ahead.use(self.used)

    def uniform(self, rows, wide=False):
        return canonical64(self.words(rows, 2).reshape(-1)) if wide else canonical32(self.words(rows, 1)[:, 0])

    def normal(self, rows, wide):
        out, missing = onp.empty(rows.size, onp.float64 if wide else F32), onp.arange(rows.size)
        while missing.size:
            here = rows[missing]
            x = 2 * self.uniform(here, wide) - 1
            y = 2 * self.uniform(here, wide) - 1
            r = x * x + y * y
            taken = (r > 0) & (r <= 1)
            r, found = r[taken], missing[taken]
            out[found] = y[taken] * onp.sqrt(-2 * (onp.log(r) if wide else logf(r)) / r)
            missing = missing[~taken]
        return out

    def gamma(self, rows, alpha, beta, wide):
        """Gamma samples of shape alpha, scale beta (float32, (r,)), calculated in float32, or float64 if wide."""
        kind = onp.float64 if wide else F32
        d = (alpha.astype(onp.float64) + onp.where(alpha < 1, 2 / 3, -1 / 3)).astype(kind)
        k = onp.sqrt(9 * d.astype(onp.float64)).astype(kind)
        c = (1 / k.astype(onp.float64)).astype(kind)
        out = onp.full(rows.size, onp.nan, kind)
        missing = onp.flatnonzero((alpha >= 0) & (alpha < onp.inf))  # others would be drawn for ever
        while missing.size:
            z = self.normal(rows[missing], wide)
            beyond = z > -k[missing]
            z, candidates = z[beyond], missing[beyond]
            if candidates.size:
                dc = d[candidates]
                x = 1 + c[candidates] * z
                v = x * x * x
                u, z, dw, vw = (q.astype(onp.float64) for q in (self.uniform(rows[candidates], wide), z, dc, v))
                taken = onp.log(1 - u) < 0.5 * z * z + dw * (1 - vw + onp.log(vw))
                out[candidates[taken]] = dc[taken] * v[taken] * beta[candidates[taken]]
                missing = onp.concatenate([missing[~beyond], candidates[~taken]])
            missing.sort()
        small = onp.flatnonzero(alpha < 1)
        if small.size:
            powers = 1 / (alpha[small].astype(onp.float64) if wide else alpha[small])
            u = self.uniform(rows[small], wide).astype(onp.float64)
            out[small] *= onp.power(u, powers.astype(onp.float64)).astype(kind)
        return out

    def poisson(self, rows, lam):
        """Poisson samples of mean lam (float32, (r,)), as float32."""
        out = onp.zeros(rows.size, F32)
        low = onp.flatnonzero(lam < 12)  # multiply uniform numbers until the product falls below exp(-lam)
        bound = onp.exp(-lam[low].astype(onp.float64)).astype(F32)
        product = self.uniform(rows[low]) if low.size else bound
        while low.size:
            on = product > bound
            low, bound, product = low[on], bound[on], product[on]
            if low.size:
                out[low] += 1
                product = product * self.uniform(rows[low])
        out[~onp.isfinite(lam)] = onp.nan
        high = onp.flatnonzero((lam >= 12) & (lam < onp.inf))
        if high.size:
            out[high] = self._poisson_high(rows[high], lam[high])
        return out

    def _poisson_high(self, rows, lam):
        """Rejection from a Lorentzian (Numerical Recipes, poidev), in float32 where MXNet is."""
        exact = lam.astype(onp.float64)
        root, logs = onp.sqrt(2 * exact).astype(F32), onp.log(exact).astype(F32)
        g = ((lam * logs).astype(onp.float64) - [math.lgamma(v + 1) for v in exact.tolist()]).astype(F32)
        out, missing = onp.empty(rows.size, F32), onp.arange(rows.size)
        while missing.size:
            y = onp.tan((_PI * self.uniform(rows[missing])).astype(onp.float64)).astype(F32)
            em = root[missing] * y + lam[missing]
            fits = em >= 0
            here, y, em = missing[fits], y[fits], onp.floor(em[fits])
            if here.size:
                gammas = onp.array([math.lgamma(v + 1) for v in em.tolist()]).astype(F32)
                e = onp.exp((em * logs[here] - gammas - g[here]).astype(onp.float64)).astype(F32)
                bound = (0.9 * (1 + (y * y).astype(onp.float64)) * e).astype(F32)
                taken = self.uniform(rows[here]) <= bound
                out[here[taken]] = em[taken]
                missing = onp.concatenate([missing[~fits], here[~taken]])
                missing.sort()
        return out

    def binomial(self, rows, n, p):
        """Successes among n trials of probability p (both float32, (r,)), as float32."""
        n, p = n.astype(onp.float64), p.astype(onp.float64)
        rare = onp.minimum(p, 1 - p)
        out, many = onp.zeros(rows.size), n * rare >= 10
        for method, here in ((self._binomial_few, onp.flatnonzero((p < 1) & ~many)), (self._binomial_many, onp.flatnonzero(many))):
            if here.size:
                out[here] = method(rows[here], n[here], rare[here])
        return onp.where(p > 0.5, n - out, out).astype(F32)

    def _binomial_few(self, rows, n, p):
        """One uniform number, from which the probabilities of 0, 1, ... successes are taken away until it is used up."""
        u, x, odds = self.uniform(rows).astype(onp.float64), onp.zeros(rows.size), p / (1 - p)
        chance = (1 - p) ** n
        going = onp.flatnonzero((u > chance) & (x < n))
        while going.size:
            u[going] -= chance[going]
            x[going] += 1
            chance[going] *= (n[going] + 1) * odds[going] / x[going] - odds[going]
            going = going[(u[going] > chance[going]) & (x[going] < n[going])]
        return x

    def _binomial_many(self, rows, n, p):
        """Transformed rejection with decomposition (Hoermann 1993, BTRD); p at most 0.5, n * p at least 10.

        The ratio of a candidate's probability to the mode's is taken one place off where they are near, as in MXNet.
        """
        out, missing = onp.empty(rows.size), onp.arange(rows.size)
        while missing.size:
            found, taken = self._binomial_candidates(rows[missing], n[missing], p[missing])
            out[missing[taken]] = found[taken]
            missing = missing[~taken]
        return out

    def _binomial_candidates(self, rows, n, p):
        odds, mode, spread = p / (1 - p), onp.floor((n + 1) * p), n * p * (1 - p)
        b = 1.15 + 2.53 * onp.sqrt(spread)
        a, reach = -0.0873 + 0.0248 * b + 0.01 * p, 0.92 - 4.2 / b

        def candidate(u):
            return onp.floor((2 * a / (0.5 - abs(u)) + b) * u + n * p + 0.5)

        v = self.uniform(rows).astype(onp.float64)
        taken = v <= 0.86 * reach
        k = candidate(v / reach - 0.43)
        rest = onp.flatnonzero(~taken)
        if not rest.size:
            return k, taken
        far = v[rest] >= reach[rest]
        more = self.uniform(rows[rest]).astype(onp.float64)
        u = v[rest] / reach[rest] - 0.93
        u = onp.where(far, more - 0.5, onp.copysign(0.5, u) - u)
        v[rest[~far]] = more[~far] * reach[rest[~far]]
        place = onp.zeros_like(v)
        place[rest] = u
        k[rest] = candidate(place)[rest]
        for i in rest[(k[rest] >= 0) & (k[rest] <= n[rest])].tolist():
            scale = (2.83 + 5.1 / b[i]) * math.sqrt(spread[i]) / (a[i] / (0.5 - abs(place[i])) ** 2 + b[i])
            taken[i] = _binomial_takes(v[i] * scale, n[i], odds[i], spread[i], int(mode[i]), int(k[i]))
        return k, taken

    def negative_binomial(self, rows, k, p):
        """Failures before k successes of probability p (both float32, (r,)), as float32."""
        return self.poisson(rows, self.gamma(rows, k, (1 - p) / p, False))

    def generalized_negative_binomial(self, rows, mu, alpha):
        """The negative binomial of mean mu and dispersion alpha (both float32, (r,)); Poisson where alpha is 0."""
        lam = mu.copy()
        some = onp.flatnonzero(alpha > 0)
        if some.size:
            lam[some] = self.gamma(rows[some], 1 / alpha[some], alpha[some] * mu[some], False)
        return self.poisson(rows, lam)


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


class _Starts(Lanes):
    """One lane for every word that the first engines say next, as if each sample began there: int (engines * k,) rows."""

    def __init__(self, stream: Parallel, engines: int, k: int):
        self.ahead = stream.ahead(0, engines, k)
        self.ready = self.ahead.words(0, engines).reshape(-1)
        self.used = onp.arange(self.ready.size)

    def words(self, rows, count):
        at = self.used[rows]
        self.used[rows] = at + count
        return self.ready[(at[:, None] + onp.arange(count)) % self.ready.size]  # what goes beyond the end is not used


_FEW = 64  # engines up to which it is faster to draw samples from every word than to let the engines step together


def _from_every_word(stream: Parallel, method: str, n: int, parameters, dtype, **more):
    """What `in_lanes` gives, for the same parameters everywhere: samples from every word, of which each engine takes a chain."""
    engines, each, tail = stream.share(n)
    wanted = [each] * (engines - 1) + [tail]
    out, done, slack = onp.empty((engines, each), dtype), [0] * engines, 32
    while done != wanted:
        k = 4 * max(w - d for w, d in zip(wanted, done)) + slack
        starts, used = _Starts(stream, engines, k), [0] * engines
        found = getattr(starts, method)(onp.arange(engines * k), *[onp.full(engines * k, p, F32) for p in parameters], **more)
        ends = starts.used.tolist()
        for row, (want, d) in enumerate(zip(wanted, done)):
            here: list[int] = []
            first = row * k
            at, last = first, first + k
            while d + len(here) < want and at < last and ends[at] <= last:
                here.append(at)
                at = ends[at]
            out[row, d:d + len(here)] = found[here]
            done[row], used[row] = d + len(here), at - first
        starts.ahead.use(onp.array(used))
        slack *= 2
    return out.reshape(-1)[:n]


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


def in_lanes(stream: Parallel, method: str, n: int, parameters, dtype, **more):
    """n samples by a method of `Lanes`, of `dtype` (n,); every parameter is float32, one number or one for each element."""
    if n == 0:
        return onp.empty(0, dtype)
    parameters = [onp.asarray(p, F32) for p in parameters]
    with onp.errstate(all="ignore"):
        if stream.share(n)[0] <= _FEW and n > 2 and all(p.ndim == 0 for p in parameters):
            return _from_every_word(stream, method, n, parameters, dtype, **more)
        lanes, out = Lanes(stream, n), onp.empty(n, dtype)
        parameters = [onp.broadcast_to(p, (n,)) for p in parameters]
        for step in range(lanes.each):
            rows = onp.arange(lanes.engines if step < lanes.tail else lanes.engines - 1)
            elements = rows * lanes.each + step
            out[elements] = getattr(lanes, method)(rows, *[p[elements] for p in parameters], **more)
    lanes.finish()
    return out
