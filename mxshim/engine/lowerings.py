"""How CPUs do what XLA does badly there: primitives of JAX that are lowered in another way, in our programs only.

Chosen by measurement on a grid of shapes. XLA sums the columns of a wide matrix, as the gradient of a bias is, 2 to 50 times as slowly
as it multiplies the matrix by a row of ones, and looks for their largest elements as slowly, if there are more than some 16,000; in
rows of some hundred or thousand elements it looks one after the other, in half again to twice the time of several at once; its
sine and cosine of an array are one call of the C library's for each element. Transposes: see turns.py.
"""
from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as onp
from jax import lax
from jax.extend.mlir.dialects import stablehlo
from jax.interpreters import mlir

from ..base import end, is_float
from . import turns
from .op import apart
from .spec import equations

_WIDE, _VERY_WIDE = 1 << 12, 1 << 14  # columns
_FEW, _MOST = 8, 1 << 12  # rows: of more, the products would be added up less exactly
_AT_ONCE = 16  # rows that are compared in one loop
_ROWS, _SHORT, _LONG_ROW, _LANES = 32, 128, 1 << 14, 32  # rows, and lengths of them, that are compared this many elements side by side
_LONG = 4096  # elements from which sine and cosine are worth it
_FAR = 2.0 ** 28  # up to here a quarter turn, in two parts, is exact enough
_QUARTER = float.fromhex("0x1.921fb544p+0"), float.fromhex("0x1.0b4611a626331p-34")
_SIN = [(-1) ** k / math.factorial(2 * k + 1) for k in range(6)]
_COS = [(-1) ** k / math.factorial(2 * k) for k in range(7)]


class Instead(NamedTuple):
    """applies: (aval, parameters) -> whether to take `compute`, of an array and the parameters; plain: the rule for the others."""

    applies: Callable[..., bool]
    compute: Callable
    plain: Callable


def _matrix(shape, axes) -> tuple[int, int]:
    """(rows, columns) of the matrix over whose columns is reduced; no columns if it is not one."""
    rows = math.prod(shape[:len(axes)])
    return rows, math.prod(shape[len(axes):]) if axes == tuple(range(len(axes))) else 0


def _rows(shape, axes) -> tuple[int, int]:
    """(rows, their length) of the matrix along whose rows is reduced; no rows if it is not one."""
    first = len(shape) - len(axes)
    return math.prod(shape[:first]) if sorted(axes) == [*range(first, len(shape))] else 0, math.prod(shape[first:])


def _sums_wide_columns(x, axes, **_) -> bool:
    rows, columns = _matrix(x.shape, axes)
    return x.dtype == onp.float32 and 2 <= rows <= _MOST and columns >= (_WIDE if rows >= _FEW else _VERY_WIDE + 1)


def _compares_wide_columns(x, axes, **_) -> bool:
    rows, columns = _matrix(x.shape, axes)
    return x.dtype == onp.float32 and rows > 1 and columns > _VERY_WIDE


def _columns(x, *, axes, **_):
    rows, columns = _matrix(x.shape, axes)
    ones = lax.full((1, rows), 1, x.dtype)
    return lax.reshape(lax.dot(ones, lax.reshape(x, (rows, columns)), precision=lax.Precision.HIGHEST), x.shape[len(axes):])


def _is_real(x, **_) -> bool:
    return is_float(x.dtype)


def _extremes(x, compare, start, *, axes, **_):
    """The largest or smallest, as no reduction that XLA knows: the library that it gives those to loses NaN on some processors."""
    shape = x.shape

    def halved(x, axis):
        """Those along an axis, which is 1 long then: few loops, each over several rows side by side."""
        while x.shape[axis] > 1:
            n = x.shape[axis]
            count = -(-n // _AT_ONCE)
            x = functools.reduce(compare, [lax.slice_in_dim(x, i, i + count, axis=axis) for i in [
                min(i, n - count) for i in range(0, n, count)]])
        return x

    def reduced(x, axes):
        bits = jax.numpy.finfo(x.dtype)
        same = partial(lax.reduce_precision, exponent_bits=bits.nexp, mantissa_bits=bits.nmant)
        return lax.reduce(x, onp.asarray(start(x.dtype), x.dtype), lambda a, b: compare(same(a), b), axes)

    if _compares_wide_columns(x, axes):
        return apart(lambda x: lax.reshape(halved(lax.reshape(x, _matrix(x.shape, axes)), 0), x.shape[len(axes):]))(x)
    rows, n = _rows(x.shape, axes)
    if rows < _ROWS or not _SHORT <= n <= _LONG_ROW:
        return reduced(x, axes)
    x, lanes = lax.reshape(x, (rows, n)), n - n % _LANES
    found = reduced(halved(lax.reshape(x[:, :lanes], (rows, lanes // _LANES, _LANES)), 1), (1, 2))
    if lanes < n:
        found = compare(found, reduced(x[:, lanes:], (1,)))
    return lax.reshape(found, [size for a, size in enumerate(shape) if a not in axes])


def _reduced(start, operation):
    """The rule of a reduction, written so that it is not the primitive again."""

    def reduced(x, *, axes, **_):
        return lax.reduce(x, onp.asarray(start(x.dtype), x.dtype), lambda a, b: operation(a, b), axes)  # noqa: PLW0108

    return mlir.lower_fun(reduced, multiple_results=False)


def _is_long(x, **_) -> bool:
    return x.dtype == onp.float32 and math.prod(x.shape) >= _LONG


def _polynomial(z, coefficients):
    found = coefficients[-1]
    for c in coefficients[-2::-1]:
        found = c + z * found
    return found


def _wave(x, native, shift):
    """The sine of x plus `shift` quarter turns, to half a unit in the last place: by polynomials for doubles."""

    def near(x):
        x = x.astype("float64")
        turns = lax.round(x * (2 / math.pi))
        rest = (x - turns * _QUARTER[0]) - turns * _QUARTER[1]
        turns, z = turns.astype("int32") + shift, rest * rest
        found = jax.numpy.where(turns & 1 == 0, rest * _polynomial(z, _SIN), _polynomial(z, _COS))
        return jax.numpy.where(turns & 2 == 0, found, -found).astype("float32")

    with jax.enable_x64(True):
        return lax.cond(abs(x).max() < _FAR, near, lambda x: native(x.astype("float64")).astype("float32"), x)


_INSTEAD: dict[Any, Instead] = {
    lax.reduce_sum_p: Instead(_sums_wide_columns, _columns, _reduced(lambda dtype: 0, lax.add)),
    **{primitive: Instead(_is_real, partial(_extremes, compare=compare, start=start), _reduced(start, compare))
       for primitive, compare, start in ((lax.reduce_max_p, lax.max, partial(end, largest=False)),
                                         (lax.reduce_min_p, lax.min, partial(end, largest=True)))},
    lax.sin_p: Instead(_is_long, lambda x, **_: _wave(x, lax.sin, 0), lambda ctx, x, **_: [stablehlo.sine(x)]),
    lax.cos_p: Instead(_is_long, lambda x, **_: _wave(x, lax.cos, 1), lambda ctx, x, **_: [stablehlo.cosine(x)])}


def _lower(ctx, x, *, instead, **params):
    if instead.applies(ctx.avals_in[0], **params):
        return mlir.lower_fun(instead.compute, multiple_results=False)(ctx, x, **params)
    return instead.plain(ctx, x, **params)


_RULES = {primitive: partial(_lower, instead=instead) for primitive, instead in _INSTEAD.items()}
# Those that must be right wherever they are, inside of primitives of ours, too, which are not looked into here.
_ALWAYS = {primitive: _RULES[primitive] for primitive in (lax.reduce_max_p, lax.reduce_min_p)}


def _turn(far):
    """The rule of transposes of which some, `far`, are done in two steps."""
    return partial(_lower, instead=Instead(
        lambda x, permutation: (x.shape, x.dtype, permutation) in far, turns.by_lines,
        lambda ctx, x, *, permutation: [stablehlo.transpose(x, mlir.dense_int_array(permutation))]))


def lower(traced, device):
    """traced.lower(), for this device."""
    if device.platform != "cpu" or not _OFFERED:
        return traced.lower()
    rules = {eqn.primitive: _RULES[eqn.primitive] for eqn in equations(traced.jaxpr) if eqn.primitive in _INSTEAD
             and _INSTEAD[eqn.primitive].applies(eqn.invars[0].aval, **eqn.params)}
    rules |= _ALWAYS
    far = turns.far(traced.jaxpr)
    if far:
        rules[lax.transpose_p] = _turn(far)
    return traced.lower(_private_parameters=mlir.LoweringParameters(override_lowering_rules=tuple(rules.items())))


# Not a part of JAX's public interface: a JAX without it does as XLA does.
_OFFERED = hasattr(mlir, "LoweringParameters") and "_private_parameters" in inspect.signature(jax.stages.Traced.lower).parameters
