"""Choices between an array and a number that are the larger or the smaller of the two: one function of NumPy's, not two to four."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as onp

_RELATIONS: dict[str, tuple[onp.ufunc, bool]] = {  # and whether it holds for the larger one on the left
    "gt": (onp.greater, True), "ge": (onp.greater_equal, True), "lt": (onp.less, False), "le": (onp.less_equal, False)}


class Comparison(NamedTuple):
    """Of an array, which is on the left or not, with a number. nan: whether it holds where the array is nan, too, whatever it says."""

    name: str
    array: int
    number: int
    left: bool
    nan: bool

    def holds(self, x, n):
        relation = _RELATIONS[self.name][0]
        found = relation(x, n) if self.left else relation(n, x)
        return found | (x != x) if self.nan else found  # noqa: PLR0124


class Extremes:
    """What is compared in a program, and what is chosen by it, by the numbers of the results.

    nans: of what it is asked whether it is nan.  found: the function, the array and the number of extremes.
    """

    def __init__(self):
        self.compared: dict[int, Comparison] = {}
        self.nans: dict[int, int] = {}
        self.found: dict[int, tuple[onp.ufunc, int, int]] = {}

    def note(self, name, operands, numbers, out):
        """Take note of a step, if it compares; numbers: whether the operands are numbers."""
        if name in _RELATIONS and numbers[0] is not numbers[1]:
            array, number = operands if numbers[1] else operands[::-1]
            self.compared[out] = Comparison(name, array, number, numbers[1], False)
        elif name == "ne" and operands[0] == operands[1]:
            self.nans[out] = operands[0]
        elif name == "or" and operands[0] in self.compared and self.nans.get(operands[1]) == self.compared[operands[0]].array:
            self.compared[out] = self.compared[operands[0]]._replace(nan=True)

    def choice(self, which, then, other) -> tuple[Callable, list[int], tuple | None] | None:
        """(function, its operands, an entry of `found` or None) of `then` where `which` holds, else `other`, if that is an extreme.

        Or if it is an extreme of what is one, on the other side, as of an array that is clipped. What is nan in the array stays so.
        """
        how = self.compared.get(which)
        if how is None:
            return None
        extreme = onp.maximum if _RELATIONS[how.name][1] is (how.left is (then == how.array)) else onp.minimum
        found = extreme, how.array, how.number
        if {then, other} == {how.array, how.number}:
            stays_nan = how.array == (then if how.nan else other)
            return (_extreme(how, extreme, then == how.array), [how.array, how.number], found) if stays_nan else None
        within, array, bound = self.found.get(other, (extreme, None, None))
        if then != how.number or array != how.array or within is extreme or how.nan:
            return None
        return _clipped(how, extreme), [other, how.number, array, bound], None  # of which another one would not hold


# Zeros of either sign are equal for NumPy, which gives any of them, and nan is an extreme for it.

def _extreme(how, extreme, array_if_so) -> Callable:
    def run(x, n):
        if n > 0 or n < 0:
            return extreme(x, n)
        return onp.where(how.holds(x, n), *((x, n) if array_if_so else (n, x)))
    return run


def _clipped(how, extreme) -> Callable:
    in_order = onp.greater_equal if extreme is onp.minimum else onp.less_equal

    def run(inside, n, x, bound):
        if (n > 0 or n < 0) and in_order(n, bound):
            return extreme(inside, n)
        return onp.where(how.holds(x, n), n, inside)
    return run
