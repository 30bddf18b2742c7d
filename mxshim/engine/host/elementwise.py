"""Element by element, reductions and running totals."""
from __future__ import annotations

import math
from typing import Any

import numpy as onp
from jax import lax

from .rules import RULES, Table, end, rule

_ELEMENTWISE: Table = {
    "add": onp.add, "sub": onp.subtract, "mul": onp.multiply, "max": onp.maximum, "min": onp.minimum, "atan2": onp.arctan2,
    "eq": onp.equal, "ne": onp.not_equal, "lt": onp.less, "le": onp.less_equal, "gt": onp.greater, "ge": onp.greater_equal,
    "and": onp.bitwise_and, "or": onp.bitwise_or, "xor": onp.bitwise_xor, "not": onp.invert, "neg": onp.negative, "abs": onp.abs,
    "floor": onp.floor, "ceil": onp.ceil, "exp": onp.exp, "exp2": onp.exp2, "log": onp.log, "log1p": onp.log1p,
    "expm1": onp.expm1, "sin": onp.sin, "cos": onp.cos, "tan": onp.tan, "tanh": onp.tanh, "sinh": onp.sinh, "cosh": onp.cosh,
    "asin": onp.arcsin, "acos": onp.arccos, "atan": onp.arctan, "asinh": onp.arcsinh, "acosh": onp.arccosh, "atanh": onp.arctanh,
    "sqrt": onp.sqrt, "cbrt": onp.cbrt, "square": onp.square, "is_finite": onp.isfinite, "add_any": onp.add}
for _name, _fn in _ELEMENTWISE.items():
    RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(*inputs)
_LOGICAL: Table = {"reduce_and": onp.all, "reduce_or": onp.any}
for _name, _fn in _LOGICAL.items():
    RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(inputs[0], axis=params["axes"])
_SUMS: Table = {"reduce_sum": onp.sum, "reduce_prod": onp.prod}
for _name, _fn in _SUMS.items():
    RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(inputs[0], axis=params["axes"], dtype=avals[0].dtype)


def _extreme(fn, largest):
    def rule(inputs, params, avals):
        x = inputs[0]
        return fn(x, axis=params["axes"]) if x.size else fn(x, axis=params["axes"], initial=end(x.dtype, largest))
    return rule


RULES["reduce_max"], RULES["reduce_min"] = _extreme(onp.max, False), _extreme(onp.min, True)
_CUMULATIVE: Table = {"cumsum": onp.cumsum, "cumprod": onp.cumprod}
for _name, _fn in _CUMULATIVE.items():
    def _cumulative(inputs, params, avals, fn=_fn):
        x, axis = inputs[0], params["axis"]
        if params["reverse"]:
            return onp.flip(fn(onp.flip(x, axis), axis=axis, dtype=x.dtype), axis)
        return fn(x, axis=axis, dtype=x.dtype)
    RULES[_name] = _cumulative


@rule("copy", "stop_gradient", "optimization_barrier")
def _same(inputs, params, avals):
    return list(inputs)


@rule("sign")
def _sign(inputs, params, avals):
    x = inputs[0]
    return onp.copysign(onp.sign(x), x) if x.dtype.kind == "f" else onp.sign(x)


@rule("logistic")
def _logistic(inputs, params, avals):
    return 1 / (1 + onp.exp(-inputs[0]))


@rule("rsqrt")
def _rsqrt(inputs, params, avals):
    return 1 / onp.sqrt(inputs[0])


_ERROR_FUNCTIONS: dict[str, Any] = {"erf": onp.frompyfunc(math.erf, 1, 1), "erfc": onp.frompyfunc(math.erfc, 1, 1)}
for _name, _fn in _ERROR_FUNCTIONS.items():
    RULES[_name] = lambda inputs, params, avals, fn=_fn: onp.asarray(fn(inputs[0]), avals[0].dtype)


@rule("round")
def _round(inputs, params, avals):
    x = inputs[0]
    return onp.rint(x) if params["rounding_method"] == lax.RoundingMethod.TO_NEAREST_EVEN else onp.copysign(onp.floor(onp.abs(x) + 0.5), x)


@rule("pow")
def _pow(inputs, params, avals):
    return onp.power(*inputs, dtype=avals[0].dtype) if inputs[1].dtype == inputs[0].dtype else onp.power(
        inputs[0], inputs[1].astype(inputs[0].dtype))


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
    return onp.where(b == 0, a, onp.fmod(a, onp.where(b == 0, onp.ones_like(b), b)))


@rule("rem")
def _rem(inputs, params, avals):
    a, b = inputs
    return onp.fmod(a, b) if a.dtype.kind == "f" else _remainder(a, b)


@rule("div")
def _div(inputs, params, avals):
    a, b = inputs
    if a.dtype.kind == "f":
        return a / b
    quotient = (a - _remainder(a, b)) // onp.where(b == 0, onp.ones_like(b), b)
    return onp.where(b == 0, onp.invert(onp.zeros_like(a)), quotient)


@rule("shift_left")
def _shift_left(inputs, params, avals):
    return onp.left_shift(*inputs)


@rule("shift_right_logical")
def _shift_right(inputs, params, avals):
    a, b = inputs
    plain = onp.dtype(f"uint{8 * a.dtype.itemsize}")
    return onp.right_shift(a.astype(plain), b.astype(plain)).astype(a.dtype)


@rule("shift_right_arithmetic")
def _shift_right_arithmetic(inputs, params, avals):
    return onp.right_shift(*inputs)


@rule("bitcast_convert_type")
def _bitcast(inputs, params, avals):
    return onp.ascontiguousarray(inputs[0]).view(avals[0].dtype).reshape(avals[0].shape)


@rule("convert_element_type")
def _convert(inputs, params, avals):
    x, to = inputs[0], avals[0].dtype
    if x.dtype.kind != "f" or to.kind not in "iu":
        return x.astype(to, copy=False)
    least, most = onp.iinfo(to).min, onp.iinfo(to).max  # XLA stops at the ends, and makes nan 0
    inside = onp.where((x > least) & (x < most), x, 0).astype(to)
    return onp.where(x >= most, onp.asarray(most, to), onp.where(x <= least, onp.asarray(least, to), inside))


@rule("select_n")
def _select(inputs, params, avals):
    which, *cases = inputs
    if which.dtype == bool:
        return onp.where(which, cases[1], cases[0])
    return onp.choose(onp.broadcast_to(which, cases[0].shape), cases)


@rule("clamp")
def _clamp(inputs, params, avals):
    least, x, most = inputs
    return onp.minimum(onp.maximum(x, least), most)
