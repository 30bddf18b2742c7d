"""Loops that recording has written out are rolled up again: a stretch of a program that repeats itself becomes a `lax.scan`.

A recurrent network of 35 steps is the same forty equations 35 times, and XLA compiles every copy. Equations are compared by what
they do (`_look`); where they repeat with a period, what each copy reads decides whether it is a loop (`_Loop`): a value of its own
turn, a value of earlier turns (carried), the same outside value at every turn, or another one at every turn (stacked). What
later equations read of it is the last turn's value or a row of a stack, so the next loop (its backward) reads the stack's rows.
Some turns stay written out in the body, so that XLA fuses across them and a turn costs no more than before.
"""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from .outside import Parts, of_scan, rows_of, run_scan, strong, subset
from .spec import eval_jaxpr

WORTH = 160  # equations that must be saved, else the program is compiled as it is
BODY = 60  # equations in a body: as many turns as fit are written out
LONGEST = 2048  # equations in one turn
TRIES = 24  # repetitions that are examined
SMALL = 1 << 16  # bytes of a row below which code for it costs more than copying it once more


def rolled(closed, rows=None):
    """`closed`, a closed jaxpr, as an equal function with its loops rolled up and less in all loops; None if that saves too little.

    rows: a list, if the caller takes small rows off stacks by himself, who spares XLA a piece of code for each. Calling the function
    fills it: for each result of `closed` which of the function's results it is, or which row of it: (k, None) or (k, index).
    """
    jaxpr = closed.jaxpr
    eqns = _needed(jaxpr)
    read: dict = {}  # variable -> the last equation that reads it
    for i, eqn in enumerate(eqns):
        for v in eqn.invars:
            if not hasattr(v, "val"):
                read[v] = i
    read.update({v: len(eqns) for v in jaxpr.outvars if not hasattr(v, "val")})
    loops = _loops(closed, eqns, read) if len(eqns) >= WORTH else []
    scans = {id(eqn): parts for eqn in eqns if eqn.primitive.name == "scan" and (parts := of_scan(eqn)) is not None}
    if not loops and not scans:
        return None
    parts, at = [], 0
    for loop in loops:
        parts += [_Plain(closed, eqns, at, loop.start, read, scans, _PLACES), loop]
        at = loop.stop
    parts.append(_Plain(closed, eqns, at, len(eqns), read, scans, _PLACES if loops else ()))

    def run(*args):
        env = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*closed.consts, *args]))
        for part in parts:
            part.run(env)
        if rows is None:
            return [v.val if hasattr(v, "val") else _value(v, env) for v in jaxpr.outvars]
        results, places = [], {}  # places: of the stacks, by identity
        rows.clear()
        for v in jaxpr.outvars:
            value = v.val if hasattr(v, "val") else env[v]
            if type(value) is not _Row or v.aval.size * v.aval.dtype.itemsize >= SMALL:
                rows.append((len(results), None))
                results.append(value.take() if type(value) is _Row else value)
                continue
            rows.append((places.setdefault(id(value.stack), len(results)), value.index))
            if places[id(value.stack)] == len(results):
                results.append(value.stack)
        return results

    return run


def _loops(closed, eqns, read) -> list[_Loop]:
    """The loops that pay, in order."""
    made = {v: (i, k) for i, eqn in enumerate(eqns) for k, v in enumerate(eqn.outvars)}
    loops: list[_Loop] = []
    tries = 0
    for start, period, stop in _repetitions(eqns):
        if tries < TRIES and all(stop <= other.start or other.stop <= start for other in loops):
            tries += 1
            loop = _best(closed, eqns, made, read, start, period, stop)
            if loop is not None:
                loops.append(loop)
    return sorted(loops, key=lambda loop: loop.start)


def _needed(jaxpr) -> list:
    """The equations whose results are used, or that have effects."""
    wanted = {v for v in jaxpr.outvars if not hasattr(v, "val")}
    kept = []
    for eqn in reversed(jaxpr.eqns):
        if eqn.effects or not wanted.isdisjoint(eqn.outvars):
            wanted.update(v for v in eqn.invars if not hasattr(v, "val"))
            kept.append(eqn)
    return kept[::-1]


class _Row:
    """The index-th row of a stack, taken when it is needed."""

    __slots__ = ("index", "stack", "value")

    def __init__(self, stack, index):
        self.stack, self.index, self.value = stack, index, None

    def take(self):
        if self.value is None:
            self.value = lax.index_in_dim(self.stack, self.index, keepdims=False)
        return self.value


def _value(v, env):
    value = env[v]
    return value.take() if type(value) is _Row else value


class _Plain:
    """eqns[start:stop] as they are; but what only says how rows lie in memory is done to their stacks, and scans are in parts.

    scans: their parts, by the identity of the equation.  places: the primitives that may be about places alone.
    """

    def __init__(self, closed, eqns, start, stop, read, scans, places):
        self.parts = []  # (inputs, results, closed jaxpr, the equation if it is one of these)
        self.scans = scans
        alone = [id(eqn) in scans or eqn.primitive.name in places for eqn in eqns[start:stop]]
        i = start
        while i < stop:
            j = i + 1
            while not alone[i - start] and j < stop and not alone[j - start]:
                j += 1
            inside = eqns[i:j]
            made = {v: None for eqn in inside for v in eqn.outvars}
            given = list({v: None for eqn in inside for v in eqn.invars if not hasattr(v, "val") and v not in made})
            results = [v for v in made if read.get(v, -1) >= j]
            self.parts.append((given, results, subset(closed, inside, given, results), eqns[i] if alone[i - start] else None))
            i = j

    def run(self, env):
        """Add what is read later to `env`."""
        stacks: dict = {}
        for given, results, part, eqn in self.parts:
            if eqn is not None and id(eqn) in self.scans:
                values = [v.val if hasattr(v, "val") else _value(v, env) for v in eqn.invars]
                env.update(zip(eqn.outvars, run_scan(self.scans[id(eqn)], eqn, values), strict=True))
                continue
            placed = None if eqn is None else _placed(eqn, [env[v] for v in given], stacks)
            if placed is None:
                env.update(zip(results, eval_jaxpr(part, [_value(v, env) for v in given])))
            else:
                env.update(zip(eqn.outvars, placed))


_PLACES = frozenset("broadcast_in_dim concatenate reshape slice split squeeze stack".split())


def _placed(eqn, values, stacks):
    """The results of an equation as rows, or as a stack of rows; None if they are none."""
    name, params, out = eqn.primitive.name, eqn.params, eqn.outvars[0].aval
    if name not in _PLACES or not values:
        return None

    def reshaped(stack, shape):
        key = id(stack), shape
        if key not in stacks:
            stacks[key] = stack, lax.reshape(stack, shape)  # with the stack, whose id would be used again
        return stacks[key][1]

    if name in ("slice", "split"):
        whole = values[0]
        if type(whole) is _Row or out.ndim == 0 or out.shape[1:] != whole.shape[1:] or not 0 < out.shape[0] < whole.shape[0] or (
                whole.shape[0] % out.shape[0]):
            return None
        start, step = params.get("start_indices", (0,))[0], params.get("strides")
        if start % out.shape[0] or step not in (None, (1,) * out.ndim) or len({v.aval.shape for v in eqn.outvars}) > 1:
            return None
        stack = reshaped(whole, (whole.shape[0] // out.shape[0], *out.shape))
        return [_Row(stack, start // out.shape[0] + n) for n in range(len(eqn.outvars))]
    if not all(type(value) is _Row for value in values):
        return None
    if name in ("concatenate", "stack"):
        first, stack = values[0].index, values[0].stack
        if params["dimension" if name == "concatenate" else "axis"] != 0 or len(values) != len(eqn.invars) or any(
                value.stack is not stack or value.index != first + n for n, value in enumerate(values)):
            return None
        return [lax.reshape(lax.slice_in_dim(stack, first, first + len(values)), out.shape)]
    (row,) = values
    if out.size * row.stack.shape[0] != row.stack.size or params.get("dimensions") is not None and name == "reshape":
        return None
    return [_Row(reshaped(row.stack, (row.stack.shape[0], *out.shape)), row.index)]


def _look(eqn, texts) -> tuple:
    """What an equation does, whatever it does it to: equal for the turns of a loop."""
    if eqn.effects:
        return (id(eqn),)
    params = eqn.params
    if eqn.primitive.name.startswith(("custom_jvp", "custom_vjp")):  # derivatives have been taken: what it computes is all that counts
        params = {name: value for name, value in params.items() if hasattr(getattr(value, "jaxpr", value), "eqns")}
    return (eqn.primitive, *[(name, _as_key(value, texts)) for name, value in params.items()],
            *[_as_key(v.val, texts) if hasattr(v, "val") else None for v in eqn.invars], *map(_kind, eqn.invars), *map(_kind, eqn.outvars))


def _kind(v):
    return getattr(v.aval, "shape", None), getattr(v.aval, "dtype", v.aval), getattr(v.aval, "weak_type", None)


def _as_key(value, texts):
    inner = getattr(value, "jaxpr", value)
    if hasattr(inner, "eqns"):
        text = texts.get(id(inner))
        if text is None:
            text = texts[id(inner)] = str(inner)
        return text, tuple(map(id, getattr(value, "consts", ())))
    if isinstance(value, onp.generic | onp.ndarray) and value.ndim == 0:
        value = value[()]
        return value.dtype, value.tobytes()
    if isinstance(value, float):
        return value.hex()
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), value


def _repetitions(eqns) -> list[tuple[int, int, int]]:
    """(start, period, stop) of the stretches that repeat themselves, those that save most first."""
    numbers: dict = {}
    texts: dict = {}  # of inner jaxprs, which many equations share
    codes = onp.asarray([numbers.setdefault(_look(eqn, texts), len(numbers)) for eqn in eqns])
    n, found = len(codes), []
    for period in range(1, min(n // 3, LONGEST) + 1):
        equal = onp.concatenate([[False], codes[:-period] == codes[period:], [False]])
        starts, stops = onp.flatnonzero(equal[1:] > equal[:-1]), onp.flatnonzero(equal[1:] < equal[:-1])
        long = stops - starts >= max(WORTH, 2 * period)
        found += [(int(a), period, int(b) + period) for a, b in zip(starts[long], stops[long])]
    return sorted(found, key=lambda f: (f[0] + f[1] - f[2], f[1]))


def _best(closed, eqns, made, read, start, period, stop):
    """The loop in eqns[start:stop], begun where least must be carried from turn to turn; None if it is none."""
    ways: dict = {}  # (variable's offset in its turn, output) -> (its bytes, how far away it is read)
    last = start + ((stop - start) // period - 1) * period
    for i in range(last, last + period):
        for v in eqns[i].invars:
            if not hasattr(v, "val") and made.get(v, (-1,))[0] >= start:
                j, k = made[v]
                key = ((j - start) % period, k)
                size, far = ways.get(key, (v.aval.size * v.aval.dtype.itemsize, 0))
                ways[key] = size, max(far, i - j)
    cost = [sum(64 + size for (j, _), (size, far) in ways.items() if (j - turn) % period + far >= period) for turn in range(period)]
    for turn in sorted(range(period), key=cost.__getitem__)[:4]:
        loop = _Loop.of(closed, eqns, made, read, start + turn, period, (stop - start - turn) // period)
        if loop is not None:
            return loop
    return None


class _Loop:
    """eqns[start:stop] as `turns` turns of `period` equations.

    given: where each input of the body comes from. A variable: from outside, the same at every turn; a tuple of variables: from
    outside, one per turn; ((equation, output), first variables): what that equation of a turn gave, as many turns ago as there
    are first variables, and those before.
    carried: those of the third kind; without first variables, only the last turn's is wanted, afterwards.
    stacked: the (equation, output) of which several turns' are read afterwards.
    """

    start: int
    stop: int

    @classmethod
    def of(cls, closed, eqns, made, read, start, period, turns):
        """None if what the turns read follows no rule, or if they compute nothing."""
        if all(eqn.primitive.name in _PLACES for eqn in eqns[start:start + period]):
            return None
        self = cls()
        self.eqns, self.start, self.period, self.turns = eqns, start, period, turns
        self.stop = stop = start + turns * period
        reads = []  # per equation of a turn
        for j in range(period):
            reads.append([self._source(made, j, [eqn.invars[q] for eqn in eqns[start + j:stop:period]])
                          for q in range(len(eqns[start + j].invars))])
            if None in reads[-1]:
                return None
        last, self.stacked = {}, []
        for j in range(period):
            for k in range(len(eqns[start + j].outvars)):
                later = [read.get(eqn.outvars[k], -1) >= stop for eqn in eqns[start + j:stop:period]]
                if any(later[:-1]):
                    self.stacked.append((j, k))
                elif later[-1]:
                    last[j, k] = None
        some = BODY / period  # that many turns are written out, or about that many if they come out even
        numbers = range(max(1, round(some / 2)), max(1, round(1.5 * some)) + 1)
        self.unroll = min(numbers, key=lambda n: (turns % n > 0 and self.stacked != [], abs(n - some)))
        if (turns - self.unroll - turns % self.unroll) * period < WORTH:
            return None
        examples = {source: v for eqn, sources in zip(eqns[start:], reads) for source, v in zip(sources, eqn.invars)
                    if not (hasattr(v, "val") or source == v and made.get(v, (-1,))[0] >= start)}
        self.given = list(examples)
        structs = [jax.ShapeDtypeStruct(v.aval.shape, v.aval.dtype) for v in examples.values()]
        names = dict(zip(self.given, jax.make_jaxpr(lambda *xs: xs)(*structs).jaxpr.invars, strict=True))
        body = [eqn.replace(invars=[source if hasattr(source, "val") else names.get(source, source) for source in sources])
                for eqn, sources in zip(eqns[start:], reads)]
        self.carried = [source for source in self.given if type(source) is tuple and type(source[0]) is tuple]
        self.carried += [(place, ()) for place in last if place not in [place for place, _ in self.carried]]
        results = [self._made(place) for place in [place for place, _ in self.carried] + self.stacked]
        self.names = names
        same = {v for source, v in names.items() if type(source) is not tuple}
        many = {v for source, v in names.items() if type(source) is tuple and type(source[0]) is not tuple}
        self.parts = Parts(subset(closed, body, names.values(), results), same, many, [names.get(source) for source in self.carried])
        return self

    def _made(self, place, turn=0):
        j, k = place
        return self.eqns[self.start + turn * self.period + j].outvars[k]

    def _source(self, made, j, variables):
        """Where the j-th equation of a turn reads one of its arguments: a literal, the first turn's own, or as in `given`."""
        first = variables[0]
        if hasattr(first, "val"):
            return first
        start, period = self.start, self.period
        places = [made.get(v, (-1, 0)) for v in variables]
        if places[-1][0] < start:
            if any(i >= start for i, _ in places):
                return None
            return first if all(v is first for v in variables) else tuple(variables)
        far = start + (self.turns - 1) * period + j - places[-1][0]
        back = max(0, -((j - far) // period))
        if any(p != (start + n * period + j - far, places[-1][1]) for n, p in enumerate(places) if n >= back) or any(
                i >= start for i, _ in places[:back]):
            return None
        return (((j - far) % period, places[-1][1]), tuple(variables[:back])) if back else first

    def run(self, env):
        """Add what is read later to `env`."""
        turns, names = self.turns, self.names
        same = {names[source]: _value(source, env) for source in self.given if type(source) is not tuple}
        stacks = {names[source]: _stack(source, env) for source in self.given if type(source) is tuple and type(source[0]) is not tuple}
        begin = []
        for place, first in self.carried:
            v = self._made(place)
            begin.append([strong(_value(w, env)) for w in first] or [jnp.zeros(v.aval.shape, v.aval.dtype)])
        # Rows lie in the order of memory, so that a backward loop, which reads all its stacks from their ends, turns none round.
        back = bool(stacks) and all(step < 0 for _, _, step in stacks.values())
        if back:
            stacks = {v: (stack, first + step * (turns - 1), -step) for v, (stack, first, step) in stacks.items()}
        last, rows = self.parts.run(same, stacks, begin, turns, self.unroll, back)
        for (place, _), value in zip(self.carried, last, strict=True):
            env[self._made(place, turns - 1)] = value
        for place, v in zip(self.stacked, self.parts.results[len(last):], strict=True):
            for n in range(turns):
                env[self._made(place, n)] = _Row(rows[v], turns - 1 - n if back else n)


def _stack(variables, env):
    """(stack, first, step): the variables' values are its rows first, first + step, ..."""
    values = [env[v] for v in variables]
    pieces: list[list] = []
    for value in values:  # rows of one stack, equally far apart, are taken together
        piece = pieces[-1] if pieces else []
        if not (type(value) is _Row and piece and type(piece[0]) is _Row and value.stack is piece[0].stack) or (
                value.index == piece[-1].index or len(piece) > 1 and value.index - piece[-1].index != piece[1].index - piece[0].index):
            pieces.append(piece := [])
        piece.append(value)
    if len(pieces) == 1:
        return values[0].stack, values[0].index, values[1].index - values[0].index
    return jnp.concatenate([_rows(piece) for piece in pieces]), 0, 1


def _rows(piece):
    """Equally distant rows of a stack, or one value, as a stack."""
    if type(piece[0]) is not _Row:
        return piece[0][None]
    first = piece[0].index
    return rows_of(piece[0].stack, first, piece[1].index - first if len(piece) > 1 else 1, len(piece))
