"""Running a trace in pieces, instruction by instruction, where compiling it whole would not pay.

Code whose steps are never the same (sentences of any length, recursion over trees) asks for another whole program at every turn.
When a line has asked for three in quick succession and has waited for seconds, or on a CPU for six of the same operators with other
shapes or called another number of times, what compiling the next one would take, going by those before, is held against running its
pieces. A piece that was compiled before runs so; on a CPU one that was not is computed with NumPy if it can be; else it is compiled by
itself: pieces come back where whole structures do not.

A structure that comes back runs as it did, so that it gives the same bits, until that has taken as long as compiling it would, or
it comes for the third time in a row or after as many others as before, as in a loop; a step with a backward in it, for the second time
in a row. Where such rows turn out to end before that has paid, as they do where there are few structures, or a few turns of an inner
loop to each, they have to be twice as long the next time.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from .cell import DONATE, keep
from .host import CannotRun, Steps, failed
from .spec import FLOAT, NUMBER_SLOT, SCALAR_DTYPES, SHIFT
from .stretch import Stretch

STREAK = 3  # the how-manieth structure of a line, in quick succession, may run in pieces, if ...
WAITED = 3.0  # seconds were spent compiling those before, or ...
MANY = 6  # on a CPU it is the how-manieth of the same operators: tests of many are not to see other bits, and loops have fewer
_BEGIN = 4  # operators by which a line is known again
_IN_TURN = 16  # structures that come in turn, as in a loop; of more, as in a search that grows, few may ever pay
_CREDIT = 0.25  # of the time that whole programs of a line took, what may go into pieces that might be of no use


class Piece(NamedTuple):
    """code applied to the arrays of these names and to run-time numbers, in the order of `slots`; outs: the results' names."""

    code: Any
    slots: tuple
    arrays: list
    numbers: list
    outs: list
    line: tuple | None


class Line:
    """What the programs have cost that start at a line of the user's, those with a backward in them apart from the others.

    length, seconds: of those compiled whole, the pieces and the time it took.  credit: seconds that may be risked.
    hits: how often one was found compiled since the last new structure; streak: how many of these came in quick succession; alike: how
    many of those, by the names of their operators, hashed, however often each is called.
    runs: how many were without a program; met: by structure, the number of its last such run, how many lay before it to the one before,
    and how often as many in a row.  row: how many runs in a row are taken for a loop; owed: after how many hits compiling the last that
    was will have paid.
    """

    __slots__ = ("alike", "credit", "hits", "length", "met", "owed", "row", "runs", "seconds", "streak")

    def __init__(self, trains=False):
        self.length = self.streak = self.hits = self.runs = 0
        self.alike: Counter[int] = Counter()
        self.row = 1 if trains else 2
        self.seconds = self.credit = self.owed = 0.0
        self.met: dict[int, tuple[int, int, int]] = {}

    def loops(self, structure: int) -> bool:
        """Note a run of a structure without a program; whether it came so often at equal distances that it is taken for a loop."""
        self.runs += 1
        if len(self.met) > 1000:
            self.met.clear()
        last, before, times = self.met.get(structure, (self.runs, 0, 0))
        distance = self.runs - last
        times = times + 1 if distance in (1, before) and 0 < distance <= _IN_TURN else 0
        self.met[structure] = self.runs, distance, times
        # Several in turn have come three times then, as one that came in a row.
        return times >= (self.row if distance == 1 else max(1, self.row - 1))


_lines: dict[tuple, Line] = {}
_begun: dict[tuple, tuple] = {}  # by the first operators, the line where traces began with them: steady loops do not keep lines
_spent: defaultdict[object, float] = defaultdict(float)  # seconds that structures, hashed, and pieces have taken so far
_on_host: dict[tuple, Steps | None] = {}  # pieces by code and slots, for NumPy; None if it cannot compute them
_EACH = 0.02  # seconds to compile a piece, and ...
_DISPATCH = 5e-5  # ... to run one, about
_PATIENCE = 0.5  # seconds that a piece may take with NumPy, all in all
SMALL = 16  # instructions of a trace that may be small
LIMIT = 1.6e-5  # seconds that NumPy may take for it, about: what calling XLA costs, the caches that it empties included
TINY, AT_ONCE = 1 << 14, 1e-5  # bytes of the arrays of a call that is computed at once; by how many seconds NumPy may be slower then
_NEAR, _STILL = 4, 64  # programs that may be found between two new structures in quick succession; once there were STREAK of these


def clear():
    """Forget what lines asked for."""
    _lines.clear()
    _begun.clear()
    _spent.clear()


def line_of(instructions) -> Line:
    where, trains = next((i[4] for i in instructions if i[4] is not None), None), _trains(instructions)
    begins = trains, *[i[0].name for i in instructions[:_BEGIN]]
    if where is None:
        where = _begun.get(begins)
    else:
        if len(_begun) > 10_000:
            _begun.clear()
        _begun[begins] = where
    key = where, trains
    found = _lines.get(key)
    if found is None:
        found = keep(_lines, 10_000, key, Line(trains=key[1]))
    return found


def _trains(instructions) -> bool:
    return any(type(i[0]) is Stretch for i in instructions)


def _length(instructions) -> int:
    return sum([len(i[0].parts) if type(i[0]) is Stretch else 1 for i in instructions])


def _operators(instructions) -> frozenset:
    stretches = [i[0] for i in instructions if type(i[0]) is Stretch]
    return frozenset([i[0].name for i in instructions if type(i[0]) is not Stretch]
                     + [f"backward of {part.spec.name}" for stretch in stretches for part, _, _ in stretch.parts])


def compiled(line: Line, instructions, seconds):
    """Take note of what compiling a trace whole took."""
    line.length += _length(instructions)
    line.seconds += seconds
    line.credit += _CREDIT * seconds


def ran(structure: int, seconds):
    """Take note of what running a structure in pieces took, without compiling any of them: that may serve others."""
    if len(_spent) > 100_000:
        _spent.clear()
    _spent[structure] += seconds


def instead(line: Line, instructions, structure: int, live, has: Callable, on_cpu: bool) -> Pieces | None:
    """The trace in pieces, if it had better run like that; None if it had better be compiled.

    structure: a hash of it; live: the slots that are wanted; has: whether there is a program for a piece; on_cpu: whether NumPy may
    compute.
    """
    known, often = structure in _spent, False
    if line.hits < line.owed:
        line.row *= 2
    line.owed = 0.0
    if not known:
        line.streak = line.streak + 1 if line.hits <= (_NEAR if line.streak < STREAK else _STILL) else 0
        line.hits = 0
        if not line.streak or len(line.alike) > 1000:
            line.alike.clear()
        names = hash(_operators(instructions))
        line.alike[names] += 1
        often = line.streak >= STREAK and line.seconds >= WAITED or on_cpu and line.alike[names] >= MANY
    loops = line.loops(structure)
    if not line.length or not known and not often:
        return None
    whole = line.seconds / line.length * _length(instructions)
    if known and _spent[structure] > whole:
        return None
    if known and loops:
        _, distance, times = line.met[structure]
        line.owed, line.hits = whole * times / max(_spent[structure], _DISPATCH) if distance == 1 else 0.0, 0
        return None
    found = Pieces(instructions, structure, live)
    cost = found.plan(has, on_cpu)
    if cost > whole / 2:
        if cost > line.credit:
            return None
        line.credit -= cost
    return found


def small(instructions, live, inputs: int) -> Steps | None:
    """The trace as functions of NumPy's, if calling them takes less time than calling XLA."""
    if len(instructions) > SMALL:
        return None
    whole = Pieces(instructions, 0, live)
    large = [k for k, s in enumerate(live) if instructions[s >> SHIFT][0].out[s & ((1 << SHIFT) - 1)].nbytes >= DONATE]
    return _steps(whole.pieces, whole.live, inputs, LIMIT, large)


def alone(spec) -> Steps | None:
    """A call as functions of NumPy's, if its arrays are small, these take little time, and its operator does not wait."""
    if spec.op is not None and spec.op.waits or any(a.nbytes > TINY for a in (*spec.avals, *spec.out)):
        return None
    inputs = len(spec.avals)
    piece = Piece(spec, (*[~j for j in range(inputs)], *spec.number_slots), [~j for j in range(inputs)], [], [*range(len(spec.out))], None)
    return _steps([piece], piece.outs, inputs, AT_ONCE)


def _steps(pieces: list[Piece], live, inputs: int, limit: float | None = None, large=()) -> Steps | None:
    """Functions of NumPy's that compute the results `live` of pieces, for `inputs` arrays and all the pieces' numbers in turn.

    large: which results may share the memory of an input.
    """
    kinds = [_DTYPES[s].type for p in pieces for s in p.slots if s <= FLOAT]
    numbers = iter(range(inputs, inputs + len(kinds)))
    found = Steps(inputs, kinds, limit)
    env: dict = {~j: j for j in range(inputs)}
    try:
        for p in pieces:
            args = [env[p.arrays[~s]] if s > FLOAT else next(numbers) for s in p.slots]
            env.update(zip(p.outs, p.code.emit(args, found.evaluate), strict=True))
        return found.finish([env[name] for name in live], large)
    except CannotRun:
        return None
    except Exception:
        failed()
        return None


class Pieces:
    """A trace in pieces.

    Arrays have their slots in the trace as names; what is inside of a stretch of pullbacks has pairs of numbers.
    """

    def __init__(self, instructions, structure, live):
        self.pieces: list[Piece] = []
        self.structure = structure
        self.on_host: dict[tuple, Steps] = {}
        same: dict = {}  # by slot, the names of outputs that other pieces have put out
        for i, (code, slots, _, numbers, line) in enumerate(instructions):
            rest = iter(numbers)
            given = [_Number(s, next(rest)) if s <= FLOAT else same.get(s, s) for s in slots]
            if type(code) is Stretch:
                found = code.apart(given, lambda code, given, n, line=line: self._add(
                    code, given, [(len(self.pieces), k) for k in range(n)], line))
                same.update((i << SHIFT | k, name) for k, name in enumerate(found))
            else:
                self._add(code, given, [i << SHIFT | k for k in range(len(code.out))], line)
        self.live = [same.get(s, s) for s in live]

    def _add(self, code, given, outs, line):
        slots, numbers, arrays = [], [], {}
        for name in given:
            if type(name) is _Number:
                slots.append(name.slot)
                numbers.append(name.value)
            else:
                slots.append(arrays.setdefault(name, ~len(arrays)))
        self.pieces.append(Piece(code, tuple(slots), [*arrays], numbers, outs, line))
        return outs

    def plan(self, has: Callable, on_cpu: bool) -> float:
        """Decide which pieces are for NumPy; returns the seconds that all would take."""
        cost, lacking = 0.0, set()
        for p in self.pieces:
            key = p.code, p.slots
            steps = _for_host(p) if on_cpu and not has(p) and _spent[key] <= _PATIENCE else None
            if steps is not None:
                self.on_host[key] = steps
                cost += steps.seconds
                _spent[key] += steps.seconds
            else:
                cost += _DISPATCH
                if key not in lacking and not has(p):
                    lacking.add(key)
                    cost += _EACH
        return cost

    def run(self, data, compiled: Callable) -> list:
        """The live results. compiled: (piece, arrays) -> its results by a program of its own."""
        uses = Counter([name for p in self.pieces for name in p.arrays])
        uses.update(self.live)
        env = {~j: d for j, d in enumerate(data)}
        for p in self.pieces:
            arrays = [env[name] for name in p.arrays]
            steps = self.on_host.get((p.code, p.slots))
            outs = None if steps is None else steps(arrays, p.numbers)
            if outs is None:
                outs = compiled(p, arrays)
                if steps is not None:
                    _on_host[p.code, p.slots] = None
            env.update(zip(p.outs, outs, strict=True))
            for name in p.arrays:
                uses[name] -= 1
            for name in (*p.arrays, *p.outs):
                if not uses[name]:
                    del env[name]
        return [env[name] for name in self.live]


def _for_host(piece: Piece) -> Steps | None:
    key = piece.code, piece.slots
    if key not in _on_host:
        alone = piece._replace(arrays=[~j for j in range(len(piece.arrays))])
        keep(_on_host, 1000, key, _steps([alone], piece.outs, len(piece.arrays)))  # up to 50 KB each; shapes may never come back
    return _on_host[key]


_DTYPES = {NUMBER_SLOT[kind]: dtype for kind, dtype in SCALAR_DTYPES.items()}


class _Number(NamedTuple):
    slot: int
    value: object
