"""The words that engines of the parallel stream say next, as numbers of every kind that samplers use (candidates.py)."""
from __future__ import annotations

from functools import cached_property

import numpy as onp

from ..engine.words import F32, canonical32, canonical64, stretch

F64 = onp.float64
BEYOND = 128  # words that a candidate may look at beyond the last one
_TABLES = 128  # engines up to which numbers are calculated for all words, rather than for those that are asked for


class Words:
    """The next words of some engines, uint32 (engines, k), as numbers that begin at any of them.

    at: places, int (m,), that count through the rows; None: at every word.  What begins `on` words after each place.
    """

    def __init__(self, words):
        self.size = words.size
        self.raw = onp.resize(words.reshape(-1), words.size + BEYOND)
        self.tables = len(words) <= _TABLES

    @cached_property
    def numbers(self):
        return canonical32(self.raw)

    @cached_property
    def numbers64(self):
        return canonical64(onp.stack([self.raw[:-1], self.raw[1:]], axis=1).reshape(-1))

    @cached_property
    def normals(self):
        return _normal(self.numbers[:-1], self.numbers[1:])

    @cached_property
    def normals64(self):
        return _normal(self.numbers64[:-2], self.numbers64[2:])

    @cached_property
    def logs(self):
        return _log(self.numbers)

    @cached_property
    def logs64(self):
        return _log(self.numbers64)

    @cached_property
    def sums(self):
        """Of -log(u) of all uniform numbers before a word, float64: differences are logarithms of products."""
        sums = onp.zeros(self.numbers.size + 1)
        onp.cumsum(-onp.log(onp.maximum(self.numbers, F32(2 ** -33)).astype(F64)), out=sums[1:])
        return sums

    def places(self, at):
        return onp.arange(self.size) if at is None else at

    def _look(self, table, at, on):
        return table[on:on + self.size] if at is None else table.take(at + on, mode="wrap")

    def uniform(self, at, on, wide=False):
        """Numbers in [0, 1), float32 of one word, or float64 of two words."""
        return self._look(self.numbers64 if wide else self.numbers, at, on)

    def normal(self, at, wide):
        """Standard normal numbers from a point of two uniform numbers; nan where that lies outside of the circle."""
        if at is None or self.tables:
            return self._look(self.normals64 if wide else self.normals, at, 0)
        return _normal(self.uniform(at, 0, wide), self.uniform(at, 1 + wide, wide))

    def log(self, at, on, wide):
        """log(1 - u) of a uniform number u, float64."""
        if at is None or self.tables:
            return self._look(self.logs64 if wide else self.logs, at, on)
        return _log(self.uniform(at, on, wide))


def _normal(x, y):
    x, y = 2 * x - 1, 2 * y - 1
    r = x * x + y * y
    r[r == 0] = 2
    y *= stretch(r)
    return y


def _log(u):
    return onp.log(1 - u.astype(F64, copy=False))
