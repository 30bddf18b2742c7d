"""Running a trace in pieces, every instruction a program of its own, where compiling it whole would not pay.

Code whose steps are never the same (recursion over trees, sentences that grow) asks for another whole program at every turn, but
for the same few operators. From the second structure that starts at a line on, what compiling it would cost, going by those before,
is held against what the programs would that its pieces lack. A structure that comes back is compiled whole: at once if twice in
a row, else when running it in pieces has taken as long as compiling it would.
"""
from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import NamedTuple

from .spec import FLOAT, SHIFT
from .stretch import Stretch

FROM = 1  # structures from one line that are compiled whole whatever they cost
_CREDIT = 0.25  # of the time that whole programs of a line took, what may go into pieces that might be of no use


class Piece(NamedTuple):
    """code applied to the arrays of these names and to run-time numbers, in the order of `slots`; outs: the results' names."""

    code: object
    slots: tuple
    arrays: list
    numbers: list
    outs: list
    line: tuple | None


class Line:
    """What the programs have cost that start at a line of the user's.

    whole, length, seconds: how many were compiled whole, their pieces and the time it took.  credit: seconds that may be risked.
    last: the structure that ran in pieces last.
    """

    __slots__ = ("credit", "last", "length", "seconds", "whole")

    def __init__(self):
        self.whole = self.length = 0
        self.seconds = self.credit = 0.0
        self.last = None


_lines: dict[tuple | None, Line] = {}
_spent: defaultdict[int, float] = defaultdict(float)  # structure, hashed -> seconds that running it in pieces has taken so far
_EACH = 0.02  # seconds to compile a piece, and ...
_DISPATCH = 5e-5  # ... to run one, about


def _line(instructions) -> Line:
    if len(_lines) > 10_000:
        _lines.clear()
    return _lines.setdefault(next((i[4] for i in instructions if i[4] is not None), None), Line())


def _length(instructions) -> int:
    return sum([len(i[0].structure) // 3 if type(i[0]) is Stretch else 1 for i in instructions])


def compiled(instructions, seconds):
    """Take note of what compiling a trace whole took."""
    line = _line(instructions)
    line.whole += 1
    line.length += _length(instructions)
    line.seconds += seconds
    line.credit += _CREDIT * seconds


def instead(instructions, structure: int, live, has: Callable) -> Pieces | None:
    """The trace in pieces, if it had better run like that; None if it had better be compiled.

    structure: a hash of it; live: the slots that are wanted; has: whether there is a program for a piece.
    """
    line = _line(instructions)
    if line.whole < FROM or line.last == structure:
        return None
    whole = line.seconds / line.length * _length(instructions)
    if _spent[structure] > whole:
        return None
    found = Pieces(instructions, structure, live)
    cost = len({(p.code, p.slots) for p in found.pieces if not has(p)}) * _EACH + len(found.pieces) * _DISPATCH
    if cost > whole / 2:
        if cost > line.credit:
            return None
        line.credit -= cost
    line.last = structure
    return found


class Pieces:
    """A trace in pieces.

    Arrays have their slots in the trace as names; what is inside of a stretch of pullbacks has pairs of numbers.
    """

    def __init__(self, instructions, structure, live):
        self.pieces: list[Piece] = []
        self.structure = structure
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

    def run(self, data, one: Callable) -> list:
        """The live results. one: (piece, arrays) -> its results."""
        start = time.perf_counter()
        uses = Counter([name for p in self.pieces for name in p.arrays])
        uses.update(self.live)
        env = {~j: d for j, d in enumerate(data)}
        for p in self.pieces:
            env.update(zip(p.outs, one(p, [env[name] for name in p.arrays]), strict=True))
            for name in p.arrays:
                uses[name] -= 1
            for name in (*p.arrays, *p.outs):
                if not uses[name]:
                    del env[name]
        if len(_spent) > 100_000:
            _spent.clear()
        _spent[self.structure] += time.perf_counter() - start
        return [env[name] for name in self.live]


class _Number(NamedTuple):
    slot: int
    value: object
