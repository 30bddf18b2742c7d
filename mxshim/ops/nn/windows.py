"""Maxima and sums of windows that move along axes of space, as pooling needs them.

XLA has operations for this. Their gradients are slow, the second ones wrong where maxima are equal. So windows are taken axis by
axis. The last axis goes first, so that among equal maxima the first in a window gets the gradient, as in XLA's operation.

Few places along an axis are combined one after the other, as slices of whole arrays; many on CPUs by doubling: windows of two
places from neighbours, of four from two of those. There gradients go the other way, too: every element asks the few windows that
it lies in, whether it is their maximum; `apart` keeps XLA from computing one axis anew for each place of the next. No array is
padded for the few windows that an edge cuts off: they are computed by themselves and joined to the others, which are slices of the
data and vectors to XLA (maximum of 3 x 3, stride 2, pad 1, 8 x 64 x 112 x 112: 1.2 ms, padded 7.7 to 9.5). Measured, in
ms, XLA's way, slices with JAX's gradients, and what is done here, on two cores of an EPYC, and the first two on an H100:

    maximum of 2 x 2, 4 x 64 x 112 x 112: forward, gradient                 4, 74       0.2, 2.1    0.2, 2.5
    maximum of 3 x 3, stride 2, 32 x 64 x 28 x 28: forward, gradient                    1.0, 4.3    0.9, 2.8
    maximum of 3 x 3 x 3, stride 1, 32 x 64 x 12 x 12 x 12: both                        10, 75      13, 36
    maximum of 5 x 5, stride 2, 32 x 64 x 28 x 28: forward, gradient        6, 68       5, 71       1.7, 4.5
    maximum of 13 x 13, stride 1, 8 x 32 x 26 x 26: forward, gradient       9, 125      10, 230     0.8, 1.3
    sum of 3 x 3, stride 2, 32 x 64 x 28 x 28: forward, gradient                        0.9, 1.9    0.9, 0.8
    sum of 7 x 7, stride 2, 32 x 16 x 28 x 28: forward, gradient            1.0, 4.6    1.5, 11     0.3, 0.5
    H100: maximum of 3 x 3, stride 2, 64 x 64 x 112 x 112: forward, both    0.10, 0.68  0.17, 0.46
    H100: maximum of 2 x 2, 256 x 64 x 56 x 56: forward, both               0.09, 0.52  0.09, 0.34
    H100: maximum of 3 x 3, stride 1, 64 x 192 x 28 x 28: forward, both     0.07, 0.28  0.09, 0.16
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...engine.op import apart
from ..outline import derivative, linear, outlined
from ..platform import on_cpu

_SMALL = 4  # places along an axis that are combined one after the other; every one is code to compile, ...
_SIDE_BY_SIDE = 16  # ... as many where windows do not overlap, so that no element is read twice
_LARGE = 1 << 14  # elements from which it pays to keep loops apart
_CUT = 5  # parts of an axis that are computed by themselves: each that an edge cuts off, and the rest; where there are more, it is padded


def _beats(x, m):
    return (x > m) | jnp.isnan(x)


def _larger(m, x):
    """The larger of both; m if they are equal, nan if one is."""
    return jnp.where(_beats(x, m), x, m)


_START = {"max": (lax.max, _larger, -onp.inf), "sum": (lax.add, lax.add, 0)}


def _native(x, kind, spots, kernel, stride, edges):
    combine, _, start = _START[kind]
    window, steps, pads = [1] * x.ndim, [1] * x.ndim, [(0, 0)] * x.ndim
    for spot, k, s, e in zip(spots, kernel, stride, edges, strict=True):
        window[spot], steps[spot], pads[spot] = k, s, e
    return lax.reduce_window(x, onp.asarray(start, x.dtype), combine, window, steps, pads)


def _padded(x, fill, spots, edges):
    pads = [(0, 0, 0)] * x.ndim
    for spot, e in zip(spots, edges, strict=True):
        pads[spot] = (*e, 0)
    return lax.pad(x, jnp.asarray(fill, x.dtype), pads)


def _places(x, axis, first, count, step=1):
    """`count` elements along an axis, from `first` on."""
    return lax.slice_in_dim(x, first, first + (count - 1) * step + 1, step, axis)


def _slices(x, combine, axis, k, s):
    count = (x.shape[axis] - k) // s + 1
    return reduce(combine, [_places(x, axis, i, count, s) for i in range(k)])


# --- an axis on CPUs ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """Windows of k places that move by s along an axis of `size` elements, with `low` and `high` places of padding around it."""

    axis: int
    size: int
    k: int
    s: int
    low: int
    high: int

    @property
    def count(self) -> int:
        return (self.low + self.size + self.high - self.k) // self.s + 1

    def parts(self) -> list[tuple[int, int, int, int]]:
        """Windows as (first, how many, the first element of the first, its places): each that is cut off, and all others together."""
        whole = range(-(-self.low // self.s), min(self.count, (self.size + self.low - self.k) // self.s + 1))
        found = [(whole[0], len(whole), whole[0] * self.s - self.low, self.k)] if whole else []
        for i in range(self.count):
            if i not in whole:
                start, end = (min(max(at, 0), self.size) for at in (i * self.s - self.low, i * self.s - self.low + self.k))
                found.append((i, 1, start, end - start))
        return sorted(found)


def _first_of(a, b, off):
    """Of pairs (value, place in its window), the ones with the larger value; those of `b` begin `off` places further on."""
    (m, i), (x, j) = a, b
    right = _beats(x, m)
    return jnp.where(right, x, m), jnp.where(right, j + onp.float32(off), i)


def _sums_of(a, b, off):
    return (a[0] + b[0],)


def _combined(x, kind, at: Line):
    """Windows along an axis: (sums,), or (maxima, the place of each in its window as a float32)."""
    parts = at.parts()
    if len(parts) > _CUT:
        x = _padded(x, _START[kind][2], [at.axis], [(at.low, at.high)])
        parts = [(0, at.count, 0, at.k)]
    found = []
    for i, many, start, k in parts:
        if not k:  # it lies in the padding
            of = [lax.full(_sized(x, at.axis, 1), fill, dtype) for fill, dtype in ((_START[kind][2], x.dtype), (-1, "float32"))]
        else:
            of = _whole(_places(x, at.axis, start, (many - 1) * at.s + k), kind, at.axis, k, at.s)
            if kind == "max" and k < at.k:  # what is missing before its first element counts among the places
                of = of[0], of[1] + onp.float32(start + at.low - i * at.s)
        found.append(of[:1] if kind == "sum" else of)
    return [lax.concatenate(of, at.axis) for of in zip(*found, strict=True)]


def _whole(x, kind, axis, k, s):
    """The same of windows that lie in x, from its first element on."""
    combine = _sums_of if kind == "sum" else _first_of
    one = (x,) if kind == "sum" else (x, jnp.zeros(x.shape, "float32"))
    count = (x.shape[axis] - k) // s + 1

    def at(window, first, count, step=1):
        return tuple([_places(a, axis, first, count, step) for a in window])

    if k <= _SMALL or s >= k and k <= _SIDE_BY_SIDE:
        found = at(one, 0, count, s)
        for i in range(1, k):
            found = combine(found, at(one, i, count, s), i)
        return found
    wide, width, found, taken = one, 1, None, 0  # windows of `width` places wherever they fit, of which `found` are the first ones
    room = x.shape[axis] - k + 1
    while width <= k:
        if kind == "sum" and k & width:
            part = at(wide, taken, room)
            found, taken = part if found is None else combine(found, part, taken), taken + width
        if 2 * width <= k:
            n = x.shape[axis] - 2 * width + 1
            wide = combine(at(wide, 0, n), at(wide, width, n), width)
        elif kind == "max":  # maxima of windows that overlap
            found = at(wide, 0, room) if width == k else combine(at(wide, 0, room), at(wide, k - width, room), k - width)
        width *= 2
    return at(found, 0, count, s)


def _spread(ct, place, at: Line):
    """What windows along an axis hand on to its elements: each to all of its places, or to the one that `place` tells."""
    count, meet = at.count, -(-at.k // at.s)  # so many windows may meet in an element
    rows = max(-(-(at.low + at.size) // at.s), count + meet - 1)  # of s elements: the windows of a row begin in it and in those before

    def of_rows(first, many, windows):
        shape = [*ct.shape[:at.axis], many, at.s, *ct.shape[at.axis + 1:]]
        within = lax.broadcasted_iota("float32", shape, at.axis + 1)
        total = jnp.zeros(shape, ct.dtype)
        for j in windows:
            here = within + onp.float32(j * at.s)
            theirs, mine = (a if a is None else jnp.expand_dims(_places(a, at.axis, first - j, many), at.axis + 1) for a in (ct, place))
            total = total + jnp.where(here < at.k if mine is None else mine == here, theirs, jnp.zeros((), ct.dtype))
        return total

    parts = [(q, 1, range(max(0, q - count + 1), min(q + 1, meet))) for q in range(rows) if not meet - 1 <= q < count]
    if len(parts) >= _CUT:
        pads = [(meet - 1, rows - count)]
        ct, place = _padded(ct, 0, [at.axis], pads), None if place is None else _padded(place, -1, [at.axis], pads)
        parts = [(meet - 1, rows, range(meet))]
    elif count >= meet:
        parts.append((meet - 1, count - meet + 1, range(meet)))
    total = lax.concatenate([of_rows(*part) for part in sorted(parts)], at.axis)
    total = total.reshape(*ct.shape[:at.axis], rows * at.s, *ct.shape[at.axis + 1:])
    return _places(total, at.axis, at.low, at.size)


def _alone(size):
    return apart if size >= _LARGE else lambda function: function


def _sized(x, axis, size):
    """The shape of x with this size along an axis."""
    return (*x.shape[:axis], size, *x.shape[axis + 1:])


def _of_windows(x, kind, at: Line):
    alone = _alone(x.size if _SMALL < at.k and at.s < at.k else 0)
    return alone(lambda x: _combined(x, kind, at)[0])(x)


def _sums(x, *, at: Line):
    return _of_windows(x, "sum", at)


def _to_all(ct, *, at: Line):
    return _alone(math.prod(_sized(ct, at.axis, at.size)))(lambda ct: _spread(ct, None, at))(ct)


def _maxima(x, *, at: Line):
    return _of_windows(x, "max", at)


def _to_largest(ct, x, *, at: Line):
    place = _alone(x.size)(lambda x: _combined(x, "max", at)[1])(x)
    return _alone(x.size)(lambda place, ct: _spread(ct, place, at))(place, ct)


def _at_largest(t, x, *, at: Line):
    ct = jax.ShapeDtypeStruct(_sized(x, at.axis, at.count), x.dtype)
    return jax.linear_transpose(lambda ct: _to_largest(ct, x, at=at), ct)(t)[0]


def _windows_of(*arrays, at: Line):
    return _sized(arrays[0], at.axis, at.count)


def _elements_of(*arrays, at: Line):
    return _sized(arrays[0], at.axis, at.size)


sums = outlined("window_sums", _sums, _windows_of)
to_all = outlined("window_sums_gradient", _to_all, _elements_of)
linear(sums, lambda ct, _, at: to_all(ct, at=at))
linear(to_all, lambda ct, _, at: sums(ct, at=at))

maxima = outlined("window_maxima", _maxima, _windows_of)
at_largest = outlined("window_maxima_tangent", _at_largest, _windows_of)
to_largest = outlined("window_maxima_gradient", _to_largest, _elements_of)
derivative(maxima, at_largest)
linear(at_largest, lambda ct, _, x, at: to_largest(ct, x, at=at))
linear(to_largest, lambda ct, _, x, at: at_largest(ct, x, at=at))


def reduce_windows(x, kind, spots, kernel, stride, edges):
    """The "max" or "sum" of windows of `kernel` that move by `stride` along the axes `spots`, padded by the pairs `edges`.

    Padding counts as -inf or 0. Among equal maxima of a window the first one gets the gradient; nan spreads.
    """
    if not x.size:
        return _native(x, kind, spots, kernel, stride, edges)
    _, combine, start = _START[kind]
    axes = list(reversed(list(zip(spots, kernel, stride, edges, strict=True))))

    def ours(x):
        for axis, k, s, (low, high) in axes:
            size = x.shape[axis]
            s = max(s, k) if low + size + high - k < s else s  # a single window
            x = (maxima if kind == "max" else sums)(x, at=Line(axis, size, k, s, low, high))
        return x

    def native(x):
        if max(kernel) > _SMALL:
            return _native(x, kind, spots, kernel, stride, edges)
        x = _padded(x, start, spots, edges)
        for axis, k, s, _ in axes:
            x = _slices(x, combine, axis, k, s)
        return x

    return on_cpu(ours, native, x)
