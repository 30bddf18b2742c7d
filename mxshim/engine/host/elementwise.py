"""Element by element, reductions and running totals."""
from __future__ import annotations

import math
from typing import Any

import numpy as onp
from jax import lax
from jax.dtypes import bfloat16

from ...base import end
from .rules import RULES, CannotRun, Table, filling, prepared, rule

SMALL = 4096  # elements up to which float32 is computed in float64 where that is rounded better
_SINGLE, _DOUBLE = onp.dtype("float32"), onp.dtype("float64")


def in_double(fn):
    """A function of NumPy's whose float32 results are rounded once, as those of a C library are, where there are few."""
    def rounded(*inputs):
        x = inputs[0]
        return fn(*inputs) if x.dtype != _SINGLE or x.size > SMALL else fn(*[x.astype(_DOUBLE) for x in inputs]).astype(_SINGLE)
    return rounded


# By name of the primitive, functions of its operands alone.
EXACT: Table = {
    "add": onp.add, "sub": onp.subtract, "mul": onp.multiply, "max": onp.maximum, "min": onp.minimum, "eq": onp.equal, "ne": onp.not_equal,
    "lt": onp.less, "le": onp.less_equal, "gt": onp.greater, "ge": onp.greater_equal, "and": onp.bitwise_and, "or": onp.bitwise_or,
    "xor": onp.bitwise_xor, "not": onp.invert, "neg": onp.negative, "abs": onp.abs, "floor": onp.floor, "ceil": onp.ceil,
    "sqrt": onp.sqrt, "square": onp.square, "is_finite": onp.isfinite, "add_any": onp.add, "shift_left": onp.left_shift,
    "shift_right_arithmetic": onp.right_shift}
UFUNCS: dict[str, onp.ufunc] = {
    "atan2": onp.arctan2, "exp": onp.exp, "exp2": onp.exp2, "log": onp.log, "log1p": onp.log1p, "expm1": onp.expm1, "sin": onp.sin,
    "cos": onp.cos, "tan": onp.tan, "tanh": onp.tanh, "sinh": onp.sinh, "cosh": onp.cosh, "asin": onp.arcsin, "acos": onp.arccos,
    "atan": onp.arctan, "asinh": onp.arcsinh, "acosh": onp.arccosh, "atanh": onp.arctanh, "cbrt": onp.cbrt, "pow": onp.power}
ROUNDED: Table = {name: in_double(fn) for name, fn in {
    **UFUNCS, "logistic": lambda x: 1 / (1 + onp.exp(-x)), "rsqrt": lambda x: 1 / onp.sqrt(x)}.items()}
_power = ROUNDED.pop("pow")
for _name, _fn in EXACT.items():
    RULES[_name] = lambda params, avals, shapes, fn=_fn: filling(fn, avals[0])
for _name, _fn in ROUNDED.items():
    RULES[_name] = lambda params, avals, shapes, fn=_fn: fn
_REDUCED: dict[str, onp.ufunc] = {
    "reduce_and": onp.logical_and, "reduce_or": onp.logical_or, "reduce_max": onp.maximum, "reduce_min": onp.minimum}
for _name, _fn in _REDUCED.items():
    @prepared(_name)
    def _reduced(params, avals, shapes, fn=_fn):
        axes, to = params["axes"], avals[0].dtype

        def reduced(x):
            if x.size or fn.identity is not None:
                return fn.reduce(x, axis=axes)
            return fn.reduce(x, axis=axes, dtype=to, initial=end(to, fn is onp.minimum))
        return reduced


@prepared("reduce_sum")
def _sum(params, avals, shapes):
    to, axes = avals[0].dtype, params["axes"]
    if to != _SINGLE:
        return lambda x: onp.add.reduce(x, axis=axes, dtype=to)
    return lambda x: onp.add.reduce(x, axis=axes, dtype=_DOUBLE).astype(to)


@prepared("reduce_prod")
def _product(params, avals, shapes):
    to, axes = avals[0].dtype, params["axes"]
    return lambda x: onp.multiply.reduce(x, axis=axes, dtype=to)


CUMULATIVE: Table = {"cumsum": onp.cumsum, "running_sum": onp.cumsum, "cumprod": onp.cumprod}
for _name, _fn in CUMULATIVE.items():
    @prepared(_name)
    def _cumulative(params, avals, shapes, fn=_fn):
        axis, to = params["axis"], avals[0].dtype
        if params["reverse"]:
            return lambda x: onp.flip(fn(onp.flip(x, axis), axis, to), axis)
        return filling(lambda x, out=None: fn(x, axis, to, out), avals[0])


@rule("copy")
def _same(inputs, params, avals):
    return inputs[0]


@rule("sign")
def _sign(inputs, params, avals):
    x = inputs[0]
    return onp.copysign(onp.sign(x), x) if x.dtype.kind == "f" else onp.sign(x)


_ERROR_FUNCTIONS: dict[str, Any] = {"erf": onp.frompyfunc(math.erf, 1, 1), "erfc": onp.frompyfunc(math.erfc, 1, 1)}
for _name, _fn in _ERROR_FUNCTIONS.items():
    RULES[_name] = lambda params, avals, shapes, fn=_fn: lambda x: onp.asarray(fn(x), avals[0].dtype)


@rule("round")
def _round(inputs, params, avals):
    x = inputs[0]
    return onp.rint(x) if params["rounding_method"] == lax.RoundingMethod.TO_NEAREST_EVEN else onp.copysign(onp.floor(onp.abs(x) + 0.5), x)


@rule("pow")
def _pow(inputs, params, avals):
    x, exponent = inputs
    return _power(x, exponent.astype(x.dtype, copy=False))


@rule("integer_pow")
def _integer_pow(inputs, params, avals):
    x, n = inputs[0], params["y"]
    result, factor, m = None, x, abs(n)
    while m:
        if m & 1:
            result = factor if result is None else result * factor
        m >>= 1
        factor = factor * factor if m else factor
    result = onp.ones_like(x) if result is None else result
    return 1 / result if n < 0 else result


def _remainder(a, b):
    """The remainder of integers as C has it; by zero, a."""
    if b.all():
        return onp.fmod(a, b)
    return onp.where(b == 0, a, onp.fmod(a, onp.where(b == 0, onp.ones_like(b), b)))


@rule("rem")
def _rem(inputs, params, avals):
    a, b = inputs
    return onp.fmod(a, b) if a.dtype.kind == "f" else _remainder(a, b)


@prepared("div")
def _div(params, avals, shapes):
    if avals[0].dtype.kind == "f":
        return filling(onp.divide, avals[0])

    def quotient(a, b):
        found = (a - _remainder(a, b)) // onp.where(b == 0, onp.ones_like(b), b)
        return onp.where(b == 0, onp.invert(onp.zeros_like(a)), found)

    return quotient


@rule("shift_right_logical")
def _shift_right(inputs, params, avals):
    a, b = inputs
    plain = onp.dtype(f"uint{8 * a.dtype.itemsize}")
    return onp.right_shift(a.astype(plain), b.astype(plain)).astype(a.dtype)


@rule("bitcast_convert_type")
def _bitcast(inputs, params, avals):
    return onp.ascontiguousarray(inputs[0]).view(avals[0].dtype).reshape(avals[0].shape)


@prepared("convert_element_type")
def _convert(params, avals, shapes):
    to = avals[0].dtype
    if to.kind == "f" and not avals[0].shape:
        return to.type  # of a scalar, as run-time numbers are: half the time
    if to.kind not in "iu":
        return filling(lambda x, out=None: x.astype(to) if out is None else onp.copyto(out, x, casting="unsafe") or out, avals[0])
    least, most = onp.iinfo(to).min, onp.iinfo(to).max
    word = to.kind == "i" and to.itemsize >= 4

    def convert(x):
        if x.dtype.kind != "f":
            return x.astype(to)
        if word:  # where numbers that do not fit become the least one, or are cut off as XLA does it
            found = x.astype(to)
            if not (found == least).any():
                return found
        inside = (x > least) & (x < most)
        if inside.all():
            return x.astype(to)
        found = onp.where(inside, x, 0).astype(to)  # XLA stops at the ends, and makes nan 0
        return onp.where(x >= most, onp.asarray(most, to), onp.where(x <= least, onp.asarray(least, to), found))

    return convert


_FLOATS = {(8, 23): _SINGLE, (5, 10): onp.dtype("float16"), (8, 7): onp.dtype(bfloat16)}  # by bits of exponent and mantissa


@prepared("reduce_precision")
def _reduce_precision(params, avals, shapes):
    own, wanted = onp.finfo(avals[0].dtype), (params["exponent_bits"], params["mantissa_bits"])
    if wanted == (own.nexp, own.nmant):
        return lambda x: x
    if wanted not in _FLOATS:
        raise CannotRun
    return lambda x: x.astype(_FLOATS[wanted]).astype(own.dtype)


@rule("select_n")
def _select(inputs, params, avals):
    which, *cases = inputs
    return onp.choose(onp.broadcast_to(which, avals[0].shape), cases)


@rule("clamp")
def _clamp(inputs, params, avals):
    least, x, most = inputs
    return onp.minimum(onp.maximum(x, least), most)
