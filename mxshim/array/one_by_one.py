"""nd's samplers that throw candidates away, in plain Python: the fastest way to some thousand samples of different parameters.

A method takes the place of its first word and the constants of candidates.py; it returns the place of the next word and the
sample.  What MXNet calculates in float32 is rounded by way of a float32 cell; all other numbers are float64.
"""
from __future__ import annotations

import math
from bisect import bisect_left
from math import exp, lgamma, log, tan

import numpy as onp

from .lookahead import Words

_PI = float(onp.float32(3.1415926))
NEAR = 1e-5  # more than the logarithms of float32 products of uniform numbers lie off the exact ones
FAR = 1e6  # the mean from which MXNet's float32 leaves nothing of a Poisson sample's chance but rounding, or never takes any
_LONGEST = 100  # more words than a Poisson sample by products ever takes
_MOST = 700.0  # its exponential is infinite in float32, but no error in float64


def _far_chance(k, lam):
    """The logarithm of a count's chance of mean lam beside that of the mean; see candidates.py."""
    off = (k - lam) / lam
    return -lam * ((1 + off) * math.log1p(off) - off) - 0.5 * math.log1p(off) if k else -math.inf


class OneByOne:
    """Samples that begin at any of some words."""

    def __init__(self, words: Words):
        self.words = words
        self.cell = memoryview(bytearray(4)).cast("f")

    def __getattr__(self, name):
        """A table of Words, as a list."""
        found = getattr(self.words, name).tolist()
        setattr(self, name, found)
        return found

    def gamma(self, at, d, low, c, beta, power, endless):
        if endless:
            return at, math.nan
        cell = self.cell
        while True:
            z = self.normals[at]
            at += 2
            if not z > low:
                continue
            cell[0] = c * z
            cell[0] = 1 + cell[0]
            x = cell[0]
            cell[0] = x * x
            cell[0] = cell[0] * x
            v = cell[0]
            at += 1
            if v > 0 and self.logs[at - 1] < 0.5 * z * z + d * (1 - v + log(v)):
                break
        cell[0] = d * v
        cell[0] = cell[0] * beta
        if power:
            x = cell[0]
            cell[0] = self.numbers[at] ** power
            cell[0] = x * cell[0]
            at += 1
        return at, cell[0]

    def poisson(self, at, lam, bound, root, logs, g):
        if not lam < math.inf:
            return at, math.nan
        if root:
            return self._poisson_high(at, lam, root, logs, g)
        target = self.sums[at] + lam
        end = max(bisect_left(self.sums, target, at, at + _LONGEST), at + 1)
        if self.sums[end] - target > NEAR and target - self.sums[end - 1] > NEAR:
            return end, end - at - 1
        numbers, cell = self.numbers, self.cell
        count, product = 0, numbers[at]
        while product > bound:
            count += 1
            cell[0] = product * numbers[at + count]
            product = cell[0]
        return at + count + 1, count

    def _poisson_high(self, at, lam, root, logs, g):
        numbers, cell = self.numbers, self.cell
        while True:
            cell[0] = _PI * numbers[at]
            cell[0] = tan(cell[0])
            y = cell[0]
            cell[0] = root * y
            cell[0] = cell[0] + lam
            k = cell[0] // 1
            at += 1
            if k < 0:
                continue
            if lam > FAR:
                chance = _far_chance(k, lam)
            else:
                cell[0] = lgamma(k + 1)
                gammas = cell[0]
                cell[0] = k * logs
                cell[0] = cell[0] - gammas
                cell[0] = cell[0] - g
                chance = cell[0]
            cell[0] = exp(min(chance, _MOST))
            chance = cell[0]
            cell[0] = y * y
            cell[0] = 0.9 * (1 + cell[0]) * chance
            at += 1
            if numbers[at - 1] <= cell[0]:
                return at, k

    def _of_mean(self, at, lam):
        cell = self.cell
        root = logs = g = 0.0
        if 12 <= lam < math.inf:
            cell[0] = math.sqrt(2 * lam)
            root = cell[0]
            cell[0] = log(lam)
            logs = cell[0]
            cell[0] = lam * logs
            cell[0] = cell[0] - lgamma(lam + 1)
            g = cell[0]
        cell[0] = exp(min(-lam, _MOST))
        return self.poisson(at, lam, cell[0], root, logs, g)

    def negative_binomial(self, at, *constants):
        return self._of_mean(*self.gamma(at, *constants))

    def generalized_negative_binomial(self, at, mu, plain, *constants):
        return self._of_mean(at, mu) if plain else self._of_mean(*self.gamma(at, *constants))
