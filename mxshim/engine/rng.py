"""The random streams: MXNet's own CPU streams, bit for bit, and a counter of JAX keys.

MXNet's CPU generators are 32-bit Mersenne twisters (Matsumoto and Nishimura 1998), seeded from `127 * seed`:

- `Serial`, one engine, feeds np.random.* and the shuffles;
- `Parallel`, 1024 engines seeded with consecutive numbers, feeds nd.random.*, randint and Dropout: every engine makes a
  run of consecutive elements, 64 of them or more.

Numbers are drawn on the host, at the call, and enter programs as data: laziness cannot change them.  `next_key()` hands out
(seed, counter) pairs for draws that a program makes itself.  Streams are per thread; a new thread starts as after seed(0).
`MXSHIM_RNG` or `set_policy` choose: "mxnet" is these streams everywhere, "jax" is keys everywhere, "auto" (the default) is
MXNet's streams for arrays on the CPU and keys elsewhere.
"""
from __future__ import annotations

import os
import threading
from contextlib import contextmanager

import numpy as onp

from .words import F32, canonical32, canonical64, points, stretch

ENGINES, SHARE = 1024, 64  # engines of the parallel stream; elements an engine makes before the next one takes part
SPREAD = 127  # seeds s and s + 1 are that many engines apart

# --- the serial stream ------------------------------------------------------------------------------------------------
_BLOCK = 16384  # words that are turned into normals together; they stay in the processor's second cache


def _looked_at(n: int) -> int:
    """Points of which n lie in the circle, as 78.5% of all do; 4.5 standard deviations more, so that one look is nearly always enough."""
    return int(n * 1.2733 + 2.7 * n ** 0.5) + 4


class Serial:
    """One engine.  Words that were drawn ahead and not used stay in `ahead` for the next call."""

    def __init__(self, seed: int):
        self.engine = onp.random.MT19937(0)
        onp.random.RandomState(self.engine).seed(seed & 0xFFFFFFFF)
        self.ahead = onp.empty(0, onp.uint32)

    def words(self, n: int):
        """The next n words, uint32 (n,)."""
        ahead = self.ahead
        if n <= ahead.size:
            self.ahead = ahead[n:]
            return ahead[:n]
        fresh = self.engine.random_raw(n - ahead.size).astype(onp.uint32)
        if not ahead.size:
            return fresh
        self.ahead = ahead[:0]
        return onp.concatenate([ahead, fresh])

    def give_back(self, words):
        """Put words taken last in front of the stream again."""
        if words.size:
            self.ahead = onp.concatenate([words, self.ahead]) if self.ahead.size else words

    def uniform(self, n: int):
        """n numbers in [0, 1), float32."""
        return canonical32(self.words(n))

    def uniform64(self, n: int):
        """n numbers in [0, 1), float64, two words each."""
        return canonical64(self.words(2 * n))

    def normal(self, n: int):
        """n standard normal numbers, float32, by Marsaglia's polar method; an odd one at the end is dropped."""
        return self._polar(n, wide=False, both=True)

    def normal64(self, n: int):
        """n standard normal numbers, float64; the second value of every pair is dropped."""
        return self._polar(n, wide=True, both=False)

    def _polar(self, n, wide, both):
        size = 4 if wide else 2  # words for a point
        made, wanted = 0, -(-n // 2) if both else n
        out = onp.empty(2 * wanted if both else wanted, onp.float64 if wide else F32)
        while made < wanted:
            missing = wanted - made
            words = self.words(min(_looked_at(missing), _BLOCK // size) * size)
            xy, radii = points(words, wide)
            keep = onp.flatnonzero((radii <= 1) & (radii > 0))
            if keep.size >= missing:
                keep = keep[:missing]
                self.give_back(words[(int(keep[-1]) + 1) * size:])
            m = stretch(radii.take(keep))
            if both:
                part = out[2 * made:2 * (made + keep.size)]
                onp.multiply(xy[1::2].take(keep), m, out=part[0::2])
                onp.multiply(xy[0::2].take(keep), m, out=part[1::2])
            else:
                onp.multiply(xy[1::2].take(keep), m, out=out[made:made + keep.size])
            made += keep.size
        return out[:n]

    def below(self, limits):
        """A random integer below every one of `limits` (n,), int64, unbiased: words beyond a multiple are drawn again."""
        limits = onp.asarray(limits, onp.int64)
        scaling = 0xFFFFFFFF // limits
        bound = scaling * limits
        out, made = onp.empty(limits.size, onp.int64), 0
        while made < limits.size:
            words = self.words(min(limits.size - made, _BLOCK)).astype(onp.int64)
            rejected = onp.flatnonzero(words >= bound[made:made + words.size])
            stop = words.size if not rejected.size else int(rejected[0])
            out[made:made + stop] = words[:stop] // scaling[made:made + stop]
            made += stop
            if rejected.size:
                self.give_back(words[stop + 1:].astype(onp.uint32))
        return out

    def order(self, n: int, forward: bool):
        """A random order of n things: Fisher and Yates's shuffle, from the front (MXNet: vectors) or from the back (rows)."""
        steps = onp.arange(1, n) if forward else onp.arange(n - 1, 0, -1)
        with_ = onp.zeros(n, onp.int64)
        with_[steps] = self.below(steps + 1)
        order = _exchanged(with_)
        if forward:
            return order
        back = onp.empty(n, onp.int64)  # the same exchanges the other way round
        back[order] = onp.arange(n)
        return back


_LONG = 1024  # things from which a sort is faster than one exchange after the other


def _exchanged(j):
    """0..n-1 after exchanging 1 with the thing at j[1] <= 1, 2 with the one at j[2] <= 2, ...: int64 (n,)."""
    n = j.size
    if n < _LONG:
        order = list(range(n))
        for i, k in enumerate(j.tolist()):
            order[i], order[k] = order[k], order[i]
        return onp.array(order, onp.int64)
    # Step i puts i into place j[i], where it stays until another step takes the same place, and takes what was there. That is
    # what the step before put there, or else what the place got in its own step.
    places, steps = onp.divmod(onp.sort(j * n + onp.arange(n)), n)
    put = steps > places  # the step of the place itself comes first, and only if it exchanges nothing
    follows = onp.flatnonzero(put[:-1] & (places[1:] == places[:-1])) + 1
    value, link = onp.arange(n), j.copy()  # of the place of step i: known, or that of another place
    value[steps[follows]] = steps[follows - 1]
    link[steps[follows]] = steps[follows]
    while True:
        further = link[link]
        if (further == link).all():
            break
        link = further
    value = value[link]
    last = onp.flatnonzero(put & onp.append(places[1:] != places[:-1], True))
    value[places[last]] = steps[last]
    return value


# --- the parallel stream ----------------------------------------------------------------------------------------------
_N, _M = 624, 397  # words of an engine's state, and the distance of the recurrence
ROWS = 128  # engines that are advanced together
_CALLS, _AT_ONCE = 64, 1 << 14  # equal calls whose numbers are made at once, and numbers of theirs


def _first_states(seed):
    """The states of all engines before their first twist, uint32 (1024, 624): Matsumoto's init_genrand, for all at once."""
    states = onp.empty((_N, ENGINES), onp.uint32)
    states[0] = (onp.arange(ENGINES) + seed) & 0xFFFFFFFF
    bits = onp.empty(ENGINES, onp.uint32)
    for i in range(1, _N):
        onp.right_shift(states[i - 1], onp.uint32(30), out=bits)
        bits ^= states[i - 1]
        bits *= onp.uint32(1812433253)
        onp.add(bits, onp.uint32(i), out=states[i])
    return onp.ascontiguousarray(states.T)


def _twist(state, new):
    """The next 624 raw words of every engine, written to `new`; both uint32 (engines, 624)."""
    for start, stop in ((0, _N - _M), (_N - _M, 2 * (_N - _M)), (2 * (_N - _M), _N - 1), (_N - 1, _N)):
        after = state[:, start + 1:stop + 1] if stop < _N else new[:, :1]
        far = state[:, start + _M:stop + _M] if stop <= _N - _M else new[:, start + _M - _N:stop + _M - _N]
        y = after & onp.uint32(0x7FFFFFFF)
        y |= state[:, start:stop] & onp.uint32(0x80000000)
        y >>= onp.uint32(1)
        y ^= far
        odd = after & onp.uint32(1)
        odd *= onp.uint32(0x9908B0DF)
        onp.bitwise_xor(y, odd, out=new[:, start:stop])


def _temper(y):
    """Raw words to random words, in place."""
    t = y >> onp.uint32(11)
    y ^= t
    for shift, mask in ((7, 0x9D2C5680), (15, 0xEFC60000)):
        onp.left_shift(y, onp.uint32(shift), out=t)
        t &= onp.uint32(mask)
        y ^= t
    onp.right_shift(y, onp.uint32(18), out=t)
    y ^= t
    return y


def _runs(words, rows, starts, k):
    """k words of each of some rows of (n, m) words in memory without gaps, each from its own start on: uint32 (rows, k)."""
    n, m = words.shape
    return onp.ndarray((n, m - k + 1, k), onp.uint32, words, strides=(4 * m, 4, 4))[rows, starts]


class _Ahead:
    """The next k words of engines lo..hi-1, before they count as used."""

    def __init__(self, owner: Parallel, lo: int, hi: int, k: int):
        self.k = k
        self.at = at = owner.at[lo:hi]
        self.state = state = owner.state[lo:hi]
        first, last = int(at.min()), int(at.max())
        self.even = first == last  # all engines stand at the same word
        self.rows = None  # the engines that must go beyond their state; None: all of them, or none
        self.raw = state  # their raw words: the state and what follows it, uint32 (rows, 624 * blocks)
        if last + k > _N:
            if first + k <= _N:
                self.rows = onp.flatnonzero(at + k > _N)
            blocks = -(-(last + k) // _N)
            count = hi - lo if self.rows is None else self.rows.size
            self.raw = raw = owner.scratch(count, blocks * _N)
            raw[:, :_N] = state if self.rows is None else state[self.rows]
            for b in range(_N, blocks * _N, _N):
                _twist(raw[:, b - _N:b], raw[:, b:b + _N])

    def words(self, lo: int, hi: int):
        """What engines lo..hi-1, counted from the first one here, say next: uint32 (hi - lo, k)."""
        k = self.k
        if self.even:
            start = int(self.at[0])
            return _temper(self.raw[lo:hi, start:start + k].copy())
        starts = self.at[lo:hi]
        if self.rows is None:
            return _temper(_runs(self.raw, onp.arange(lo, hi), starts, k))
        out = onp.empty((hi - lo, k), onp.uint32)
        inside = onp.flatnonzero(starts + k <= _N)
        out[inside] = _runs(self.state, inside + lo, starts[inside], k)
        first, last = onp.searchsorted(self.rows, (lo, hi)).tolist()
        beyond = self.rows[first:last]
        out[beyond - lo] = _runs(self.raw, onp.arange(first, last), self.at[beyond], k)
        return _temper(out)

    def use(self, used):
        """Step over `used` words of every engine, int64 (hi - lo,), at most k."""
        at = self.at
        at += used
        blocks = (onp.maximum(at, 1) - 1) // _N  # where the last word used lies
        for b in range(1, self.raw.shape[1] // _N):
            here = onp.flatnonzero(blocks == b)
            slots = here if self.rows is None else onp.searchsorted(self.rows, here)
            self.state[here] = self.raw[slots, b * _N:(b + 1) * _N]
        at -= blocks * _N


class _Ready:
    """What the next calls of one kind for n numbers will give, before it counts as drawn.

    numbers: (engines, calls times the numbers of an engine in each).  used: int64 of the same shape, an engine's words up to each of them.
    """

    def __init__(self, call, shares, ahead: _Ahead, numbers, used):
        self.call, self.ahead, self.numbers, self.used = call, ahead, numbers, used
        self.engines, self.each, self.tail = shares
        self.calls, self.most = 0, numbers.shape[1] // self.each

    def next(self):
        """The numbers of one more call, in an array of their own."""
        i, each, tail = self.calls, self.each, self.tail
        self.calls += 1
        out = onp.empty((self.engines, each), self.numbers.dtype)
        out[:] = self.numbers[:, i * each:(i + 1) * each]
        if tail < each:  # the last engine makes fewer
            out[-1, :tail] = self.numbers[-1, i * tail:(i + 1) * tail]
        return out.reshape(-1)[:(self.engines - 1) * each + tail]

    def settle(self):
        """Step over the words of the calls that there were."""
        used = self.used[:, self.calls * self.each - 1].copy()
        used[-1] = self.used[-1, self.calls * self.tail - 1]
        self.ahead.use(used)


class Parallel:
    """1024 engines, the rows of one matrix; they are seeded when the first one is needed."""

    def __init__(self, seed: int):
        self.seed = seed
        self._ready: _Ready | None = None
        self._last: tuple | None = None  # the call before
        self.state = onp.empty((0, _N), onp.uint32)  # (1024, 624) once they are seeded
        self.at = onp.full(ENGINES, _N)  # words used of each engine's state, 1..624
        self._scratch = onp.empty(0, onp.uint32)

    def scratch(self, rows, columns):
        """Memory that the next call may use again: fresh pages cost more than the numbers that fill them."""
        if rows * columns > self._scratch.size:
            self._scratch = onp.empty(rows * columns, onp.uint32)
        return self._scratch[:rows * columns].reshape(rows, columns)

    def share(self, n: int):
        """How MXNet spreads n > 0 elements: (engines that take part, elements of each, elements of the last one)."""
        engines = min(-(-n // SHARE), ENGINES)
        each = -(-n // engines)
        engines = -(-n // each)
        return engines, each, n - (engines - 1) * each

    def ahead(self, lo: int, hi: int, k: int) -> _Ahead:
        """A look at the next k words of engines lo..hi-1."""
        self._last = None
        if self._ready is not None:
            ready, self._ready = self._ready, None
            ready.settle()
        if not self.state.size:
            self.state = _first_states(self.seed)
        return _Ahead(self, lo, hi, k)

    def repeated(self, kind, n: int, draw, several):
        """draw(n), of a kind. Where the call before was the same, what some calls will give is made at once: little more work.

        several(engines, count): (a look ahead, count numbers of each engine, its words up to each of them).
        """
        call, ready = (kind, n), self._ready
        if ready is not None and ready.call == call and ready.calls < ready.most:
            return ready.next()
        if call != self._last or not 0 < n <= _AT_ONCE // 2:
            found = draw(n)
        else:
            shares = self.share(n)
            self._ready = ready = _Ready(call, shares, *several(shares[0], shares[1] * min(_CALLS, _AT_ONCE // n)))
            found = ready.next()
        self._last = call
        return found

    def _fixed(self, n, k, convert, dtype):
        """n numbers of k words each: `convert` turns words (k m,) into numbers (m,) of `dtype`."""
        if n == 0:
            return onp.empty(0, dtype)
        engines, each, tail = self.share(n)
        out = onp.empty(engines * each, dtype)
        for lo, hi, step in _parts(engines, k * each):
            ahead = self.ahead(lo, hi, k * each)
            for a in range(lo, hi, step):
                b = min(a + step, hi)
                out[a * each:b * each] = convert(ahead.words(a - lo, b - lo).reshape(-1))
            used = onp.full(hi - lo, k * each)
            if hi == engines:
                used[-1] = k * tail
            ahead.use(used)
        return out[:n]

    def uniform(self, n: int):
        """n numbers in [0, 1), float32."""
        return self.repeated("uniform", n, lambda n: self._fixed(n, 1, canonical32, F32), self._uniforms)

    def _uniforms(self, engines, count):
        ahead = self.ahead(0, engines, count)
        return ahead, canonical32(ahead.words(0, engines)), onp.tile(onp.arange(1, count + 1), (engines, 1))

    def uniform64(self, n: int):
        """n numbers in [0, 1), float64."""
        return self._fixed(n, 2, canonical64, onp.float64)

    def below(self, span: int, n: int):
        """n integers in 0..span-1, int64, from 63 random bits each; span is at most 2**63 - 1."""
        def convert(words):
            wide = words[0::2].astype(onp.uint64) << onp.uint64(31)
            wide += words[1::2]
            return wide % onp.uint64(span)
        return self._fixed(n, 2, convert, onp.int64)

    def normal(self, n: int):
        """n standard normal numbers, float32: the first value of every polar pair."""
        return self.repeated("normal", n, lambda n: self._polar(n, wide=False), self._normals)

    def _normals(self, engines, count):
        k, row = 2 * _looked_at(count), onp.arange(engines)[:, None]
        while True:
            ahead, width = self.ahead(0, engines, k), k // 2
            xy, radii = points(ahead.words(0, engines).reshape(-1), False)
            keep = onp.flatnonzero((radii <= 1) & (radii > 0))
            starts = onp.searchsorted(keep, onp.arange(engines + 1) * width)
            if (onp.diff(starts) >= count).all():
                break
            k += 2 * (k // 16 + 1)
        keep = keep[starts[:-1, None] + onp.arange(count)]
        return ahead, xy[1::2].take(keep) * stretch(radii.take(keep)), 2 * (keep + 1 - row * width)

    def normal64(self, n: int):
        """n standard normal numbers, float64."""
        return self._polar(n, wide=True)

    def _polar(self, n, wide):
        dtype, size = (onp.float64, 4) if wide else (F32, 2)
        if n == 0:
            return onp.empty(0, dtype)
        engines, each, tail = self.share(n)
        out = onp.empty(n, dtype)
        k = size * _looked_at(each)
        for lo, hi, step in _parts(engines, k):
            wanted = [each] * (hi - lo)
            if hi == engines:
                wanted[-1] = tail
            while not self._polar_rows(lo, hi, k, step, wanted, out[lo * each:hi * each], wide):
                k += size * (k // 16 + 1)
        return out

    def _polar_rows(self, lo, hi, k, step, wanted, out, wide):
        """`wanted` normals of each engine lo..hi-1 from k words each; False, and nothing used, if those are too few."""
        size = 4 if wide else 2  # words for a point
        ahead, width, used, made = self.ahead(lo, hi, k), k // size, [], 0
        for a in range(0, hi - lo, step):
            b = min(a + step, hi - lo)
            xy, radii = points(ahead.words(a, b).reshape(-1), wide)
            keep = onp.flatnonzero((radii <= 1) & (radii > 0))
            starts = [0, *onp.searchsorted(keep, onp.arange(1, b - a + 1) * width).tolist()]
            if any(end - start < want for start, end, want in zip(starts, starts[1:], wanted[a:b])):
                return False
            pieces = [keep[start:start + want] for start, want in zip(starts, wanted[a:b])]
            # each engine uses its words up to the last point that it needs
            used += [(int(piece[-1]) + 1 - row * width) * size for row, piece in enumerate(pieces)]
            keep = onp.concatenate(pieces)
            onp.multiply(xy[1::2].take(keep), stretch(radii.take(keep)), out=out[made:made + keep.size])
            made += keep.size
        ahead.use(onp.array(used))
        return True


def _parts(engines, k):
    """Cut engines that need k words each into (first, end, step): step engines at a time fit the processor's second cache."""
    rows = max(min(ROWS, 2 ** 19 // k), 1)
    step = max(2 ** 15 // k, 1)
    for lo in range(0, engines, rows):
        yield lo, min(lo + rows, engines), step


# --- the streams of a thread, seeds, keys -----------------------------------------------------------------------------
class Streams:
    """What `seed(s)` restarts: both streams and the counter of keys."""

    def __init__(self, seed: int = 0):
        self.seed = seed & 0xFFFFFFFF
        self.serial = Serial(SPREAD * self.seed)
        self.parallel = Parallel(SPREAD * self.seed)
        self.counter = 0


class _Local(threading.local):
    streams: Streams | None = None
    own: Streams | None = None  # the thread's, inside `aside()`


_local = _Local()


def streams() -> Streams:
    """The streams of this thread."""
    if _local.streams is None:
        _local.streams = Streams()
    return _local.streams


def seed(value: int) -> None:
    """Restart every stream of this thread; only the low 32 bits of `value` count, as in MXNet."""
    _local.streams = Streams(value)


@contextmanager
def aside():
    """What is drawn inside is for nothing: the streams of this thread stand still, but inside `not_aside()`."""
    before = streams(), _local.own
    _local.streams, _local.own = Streams(before[0].seed), before[0]
    try:
        yield
    finally:
        _local.streams, _local.own = before


@contextmanager
def not_aside():
    """Inside `aside()`: the streams of this thread after all."""
    before = _local.streams, _local.own
    if before[1] is not None:
        _local.streams, _local.own = before[1], None
    try:
        yield
    finally:
        if before[1] is not None:
            _local.streams, _local.own = before


def next_key():
    """A fresh key for a draw inside a program: uint32 (2,), the seed and a counter (data of a threefry key)."""
    own = streams()
    own.counter += 1
    return onp.array([own.seed, own.counter & 0xFFFFFFFF], onp.uint32)


POLICIES = ("auto", "mxnet", "jax")


def _checked(policy):
    if policy not in POLICIES:
        raise ValueError(f"unknown source of random numbers {policy!r}; use one of {', '.join(POLICIES)}")
    return policy


_policy = _checked(os.environ.get("MXSHIM_RNG", "auto").lower() or "auto")


def set_policy(policy: str) -> str:
    """Choose where random numbers come from, in all threads; returns the choice before.

    "mxnet": MXNet's CPU streams, on every device.  "jax": JAX's counter-based keys.  "auto": MXNet's streams on the CPU.
    """
    global _policy
    before, _policy = _policy, _checked(policy)
    return before


def policy() -> str:
    """The choice made with `set_policy` or MXSHIM_RNG."""
    return _policy


def on_host(cpu: bool) -> bool:
    """Whether a draw for an array on the CPU (or on another device) comes from MXNet's streams."""
    return _policy == "mxnet" or (_policy == "auto" and cpu)
