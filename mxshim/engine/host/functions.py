"""Functions that are many steps in XLA's programs, and few for NumPy."""
from __future__ import annotations

import numpy as onp

from .elementwise import in_double
from .rules import RULES, CannotRun, Table, prepared

_ROUNDED: Table = {"hypotenuse": in_double(onp.hypot), "log_of_sum": in_double(onp.logaddexp)}
for _name, _fn in _ROUNDED.items():
    RULES[_name] = lambda params, avals, shapes, fn=_fn: fn
_OF_INTEGERS: Table = {"common_divisor": onp.gcd, "common_multiple": onp.lcm}
for _name, _fn in _OF_INTEGERS.items():
    @prepared(_name)
    def _of_integers(params, avals, shapes, fn=_fn):
        if avals[0].dtype.kind not in "iu":
            raise CannotRun
        return fn


@prepared("modulo")
def _modulo(params, avals, shapes):
    def modulo(x, y):
        found = onp.mod(x, y)
        if not shapes[1] and y > 0:
            return found
        found = onp.where(y == 0, onp.zeros_like(x), found)
        return onp.where((found == 0) & (y < 0), onp.copysign(found, x), found) if found.dtype.kind == "f" else found

    return modulo


@prepared("rounded")
def _rounded(params, avals, shapes):
    decimals, dtype = params["decimals"], avals[0].dtype

    def moved(x, places):
        for _ in range(min(abs(places), 400)):
            wide = x.astype("float64")
            x = (wide * 10 if places > 0 else wide / 10).astype(dtype)
        return x

    return lambda x: moved(onp.rint(moved(x, decimals)), -decimals)


@prepared("numbers_only")
def _numbers_only(params, avals, shapes):
    def numbers_only(x, nan, largest, least):
        if onp.isfinite(x).all():
            return onp.array(x)
        x = onp.where(x != x, nan, x)  # noqa: PLR0124
        return onp.where(x == -onp.inf, least, onp.where(x == onp.inf, largest, x))

    return numbers_only


def _between(below, above, share, method):
    """A value between two neighbours; share: how far it is from the one below."""
    if method == "linear":
        return below * (1 - share) + above * share
    if method == "midpoint":
        return (below + above) * below.dtype.type(0.5)
    return below if method == "lower" or method == "nearest" and share <= 0.5 else above


@prepared("quantile")
def _quantile(params, avals, shapes):
    """Of the last axis, at one place or several, whose axis comes first."""
    method, n, one, dtype = params["method"], shapes[0][-1], not shapes[1], avals[0].dtype
    if not n or method == "nearest" and not one:
        raise CannotRun

    def quantile(x, q):
        x = onp.sort(x, -1)
        place = q * dtype.type(n - 1)
        low, high = onp.floor(place), onp.ceil(place)
        share = place - low
        below, above = (x.take(v.astype("int64"), -1, mode="clip") for v in (low, high))
        if not one:
            below, above = onp.moveaxis(below, -1, 0), onp.moveaxis(above, -1, 0)
            share = share.reshape(-1, *[1] * (x.ndim - 1))
        out = _between(below, above, share, method)
        last = x[..., -1]
        return onp.where(last == last, out, onp.nan).astype(dtype, copy=False)  # noqa: PLR0124 - nan comes last, if there is any

    return quantile


@prepared("polynomial_value")
def _polynomial(params, avals, shapes):
    shape, dtype = avals[0].shape, avals[0].dtype

    def value(p, x):
        out = onp.zeros(shape, dtype)
        for c in p:
            out = out * x + c
        return out

    return value
