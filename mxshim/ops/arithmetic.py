"""Arithmetic, powers and functions of two reals: add, divide, mod, power, maximum, hypot, ...; np and nd.

All broadcast, except nd's `elemwise_*`. Gradients: at a tie maximum and minimum pass it to the first operand, or to the array
beside a number.
"""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from ..base import BOOL, FLOAT64, MXNetError, is_float
from ..engine.op import op
from .axes import over
from .binary import (
    FLOATS,
    PAIR,
    POSITIVE,
    TWINS,
    both,
    declare_pair,
    equal_floats,
    equal_operands,
    floats,
    nd_number,
    nd_op,
    nd_rule,
    no_booleans,
    np_number,
    np_op,
    numpy_floats,
    quotient,
    with_exponents,
)
from .dtypes import equal, in_floats, promoted, row, value
from .outline import pointwise


def _with_derivatives(fn, by_x, by_y):
    """fn(x, y) with these derivatives by x and by y, functions of (x, y, fn(x, y)). A number that is no array asks for none."""
    found = jax.custom_jvp(fn)

    @partial(found.defjvp, symbolic_zeros=True)
    def jvp(primals, tangents):
        out = found(*primals)
        total = jnp.zeros_like(out)
        for tangent, derivative in zip(tangents, (by_x, by_y), strict=True):
            if not isinstance(tangent, SymbolicZero):
                total = total + tangent * derivative(*primals, out)
        return out, total

    return found


# Arithmetic.

def _modulo(x, y):
    zero = y == 0
    found = jnp.remainder(x, jnp.where(zero, jnp.ones((), y.dtype), y))
    if is_float(x.dtype):  # nothing that is left of a negative number is no negative zero
        found = jnp.where((found == 0) & (y > 0), jnp.zeros((), x.dtype), found)
    return jnp.where(zero, jnp.zeros((), x.dtype), found)


# Python's remainder, with the sign of y; 0 where y is 0.
_remainder = pointwise("modulo", _modulo)
# MXNet's derivatives are these everywhere.
_mod = _with_derivatives(_remainder, lambda x, y, out: jnp.ones((), x.dtype), lambda x, y, out: -jnp.floor(over(x, y)))


def _fmod(x, y):
    """C's remainder, with the sign of x; 0 where y is 0."""
    zero = y == 0
    return jnp.where(zero, jnp.zeros((), x.dtype), jnp.fmod(x, jnp.where(zero, jnp.ones((), y.dtype), y)))


def _lowest(dtype):
    """What C makes of an infinity: the machine word's lowest number, of which narrow integers keep the low bits, 0."""
    return jnp.asarray(jnp.iinfo(dtype).min if dtype.itemsize > 2 else 0, dtype)


def _floor_divide(x, y):
    """The quotient rounded down; integers by 0 give what MXNet's cast of an infinity does."""
    if is_float(x.dtype):
        return jnp.floor(over(x, y))
    if x.dtype == BOOL:
        return jnp.logical_and(x, y)
    zero = y == 0
    return jnp.where(zero, _lowest(x.dtype), jnp.floor_divide(x, jnp.where(zero, jnp.ones((), y.dtype), y)))


def _divide_nd(x, y):
    """The quotient; integers are cut off towards zero, and by 0 give the lowest number (MXNet dies)."""
    if is_float(x.dtype):
        return over(x, y)
    zero = y == 0
    x, y = jnp.broadcast_arrays(x, jnp.where(zero, jnp.ones((), y.dtype), y))
    return jnp.where(zero, _lowest(x.dtype), lax.div(x, y))


both("add __add__", "add broadcast_add broadcast_plus __add__", jnp.add, "x1 + x2.", samples=PAIR)
both("subtract __sub__", "subtract broadcast_sub broadcast_minus __sub__", jnp.subtract, "x1 - x2; not for two boolean arrays.",
     rule=no_booleans, samples=PAIR)
both("multiply __mul__", "multiply broadcast_mul __mul__", jnp.multiply, "x1 * x2.", samples=PAIR)
nd_op("divide true_divide broadcast_div __truediv__ __div__", _divide_nd, "x1 / x2; integers are cut off towards zero.",
       samples=PAIR)
both("mod remainder __mod__", "modulo broadcast_mod __mod__", _mod,
     "x1 modulo x2, with the sign of x2; 0 where x2 is 0. Integers have no gradient.", rule=no_booleans, grad="floats", samples=PAIR)
np_op("fmod", _fmod, "The remainder of x1 / x2 with the sign of x1; 0 where x2 is 0. Integers have no gradient.", rule=equal_operands,
      grad="floats", samples=PAIR)
np_op("floor_divide __floordiv__", _floor_divide, "x1 / x2 rounded down. Integers divided by 0 give the lowest integer.",
      grad=False, samples=PAIR)


@op("np.true_divide", "np.divide", "np.ndarray.__truediv__", scalars=("x1", "x2"), elementwise=True, broadcasts=True,
    samples=PAIR)
def true_divide(x1, x2, np_dtype=False):
    """x1 / x2; two integers (or an integer array and any number) make float32, float64 with NumPy's default dtypes.

    MXNet: np.true_divide. Differs: integers of two dtypes divide; MXNet raises.
    """
    dtype = quotient(x1, x2)
    if np_dtype and not any(isinstance(x, jax.Array) and is_float(x.dtype) for x in (x1, x2)):
        dtype = FLOAT64
    return over(value(x1, dtype), value(x2, dtype))


@op("np.divmod", scalars=("x1", "x2"), samples=PAIR)
def divmod_(x1, x2):
    """(x1 // x2, x1 % x2)."""
    dtype = no_booleans(x1, x2)
    x1, x2 = value(x1, dtype), value(x2, dtype)
    return _floor_divide(x1, x2), _mod(x1, x2)


def _elemwise(name, fn, doc):
    """Declare nd.elemwise_*: two arrays of one shape and dtype."""

    def body(lhs, rhs):
        if lhs.shape != rhs.shape:
            raise MXNetError(f"the operands must have one shape, got {lhs.shape} and {rhs.shape}: use nd.broadcast_{name}")
        return fn(*(value(x, nd_rule(lhs, rhs)) for x in (lhs, rhs)))

    op(f"nd.elemwise_{name}", elementwise=True, diff=lambda lhs, rhs: fn(lhs, rhs), doc=doc,
       samples=TWINS)(row(body, f"nd.elemwise_{name}"))


_elemwise("add", jnp.add, "lhs + rhs for two arrays of one shape.")
_elemwise("sub", jnp.subtract, "lhs - rhs for two arrays of one shape.")
_elemwise("mul", jnp.multiply, "lhs * rhs for two arrays of one shape.")
_elemwise("div", _divide_nd, "lhs / rhs for two arrays of one shape; integers are cut off towards zero.")


@op("nd.add_n", "nd.ElementWiseSum", "npx.add_n", elementwise=True, samples=TWINS,
    diff=lambda *args, num_args=None: sum(args[1:], args[0]))
def add_n(*args, num_args=None):
    """The sum of one or more arrays of one shape and dtype."""
    if not args:
        raise MXNetError("add_n needs at least one array")
    total = args[0]
    for x in args[1:]:
        if x.shape != total.shape:
            raise MXNetError(f"the operands must have one shape, got {total.shape} and {x.shape}")
        equal(total, x)
        total = total + x
    return total


# Powers.

def _one_where(condition, x):
    return jnp.where(condition, jnp.ones((), x.dtype), x)


# x ** y with derivatives that are finite wherever calculus has them: 0 * x ** -1 at x = 0 is 0.
_smooth_power = _with_derivatives(jnp.power, lambda x, y, out: y * _smooth_power(_one_where((x == 0) & (y == 0), x), y - 1),
                                  lambda x, y, out: jnp.log(_one_where((x == 0) & (y > 0), x)) * out)
# x ** y with MXNet's first derivatives: y x^(y-1), which is nan for 0 ** 0, and log(x) x^y. Beside a run-time number only the array's
# term exists, so log of a negative base does no harm there.
_power = _with_derivatives(jnp.power, lambda x, y, out: y * _smooth_power(x, y - 1), lambda x, y, out: jnp.log(x) * _smooth_power(x, y))


def _integer_power(x, n):
    """x ** n in integers that wrap around; negative n give the fraction cut off, 0 ** -1 the lowest number."""
    if x.dtype == BOOL:
        return jnp.logical_or(x, jnp.logical_not(n))
    power = jnp.power(x, jnp.maximum(n, 0))
    odd = jnp.where(n % 2 == 0, jnp.ones((), x.dtype), x)
    unit = jnp.where((x == 1) | (x + 1 == 0), odd, jnp.where(x == 0, _lowest(x.dtype), jnp.zeros((), x.dtype)))
    return jnp.where(n < 0, unit, power)


_EXACT = {2: jnp.square, 0.5: jnp.sqrt, -0.5: lax.rsqrt, -1: lambda x: 1 / x}


def _powers(rule):
    def body(x, y):
        dtype = rule(x, y)
        if is_float(dtype):
            exact = _EXACT.get(y) if isinstance(y, int | float) and not isinstance(y, bool) else None
            return exact(value(x, dtype)) if exact else _power(value(x, dtype), value(y, dtype))
        return _integer_power(value(x, dtype), value(y, dtype))
    return body


_POWER = """{0} ** {1}. Integers make integers: they wrap around, and a negative exponent cuts the fraction off.

Gradients: {1} {0}^({1}-1), nan for 0 ** 0, and log({0}) {0}^{1}. Differs: large integers wrap; MXNet gives the lowest.
"""
_smooth = _powers(promoted)
declare_pair(["np.power", "np.pow", "np.ndarray.__pow__"], _smooth, _smooth, _POWER.format("x1", "x2"), numbers=np_number,
             samples=POSITIVE)
declare_pair(["nd.power", "nd.broadcast_power", "nd.NDArray.__pow__"], _powers(nd_rule), _smooth, _POWER.format("lhs", "rhs"),
             numbers=nd_number, samples=POSITIVE)


@op("np.float_power", scalars=("x1", "x2"), samples=POSITIVE)
def float_power(x1, x2):
    """x1 ** x2 in float64."""
    promoted(x1, x2)
    return _power(value(x1, FLOAT64), value(x2, FLOAT64))


# Larger, smaller, and functions of two reals.

def _maximum(x, y):
    return jnp.where((x >= y) | (x != x), x, y)


def _minimum(x, y):
    return jnp.where((x <= y) | (x != x), x, y)


def _fmax(x, y):
    return jnp.where((x >= y) | (y != y), x, y)


def _fmin(x, y):
    return jnp.where((x <= y) | (y != y), x, y)


_hypotenuse = pointwise("hypotenuse", jnp.hypot)
_log_of_sum = pointwise("log_of_sum", lambda x, y: jnp.logaddexp(x, y))


@jax.custom_jvp
def _hypot(x, y):
    return _hypotenuse(x, y)


def _logaddexp(x, y):
    return _log_of_sum(x, y)


@_hypot.defjvp
def _hypot_jvp(primals, tangents):
    (x, y), (tx, ty) = primals, tangents
    out = _hypot(x, y)
    return out, tx * (x / out) + ty * (y / out)  # nan at the origin, as MXNet


def _copysign(x, y):
    # Zero counts as positive whatever its sign, as in MXNet.
    return jnp.where(((x >= 0) & (y >= 0)) | ((x < 0) & (y < 0)), x, -x)


def _ldexp(x, n):
    # XLA's exp2 is not exact for whole numbers; the fraction carries the derivative.
    whole = jnp.where(jnp.isfinite(n), jnp.floor(n), jnp.zeros((), n.dtype))
    exact = jnp.ldexp(jnp.ones((), n.dtype), jnp.clip(lax.stop_gradient(whole), -2000, 2000).astype(jnp.int32))
    return x * jnp.exp2(n - whole) * exact


def _heaviside(x, y):
    step = jnp.where(x > 0, jnp.ones((), x.dtype), jnp.zeros((), x.dtype))
    return jnp.where(x == 0, y, jnp.where(x != x, x, step))


_extreme = {"rule": equal_operands, "swap": True, "samples": PAIR}
both("maximum", "maximum broadcast_maximum", _maximum, "The larger of x1 and x2; nan if one is nan.", **_extreme)
both("minimum", "minimum broadcast_minimum", _minimum, "The smaller of x1 and x2; nan if one is nan.", **_extreme)
np_op("fmax", _fmax, "The larger of x1 and x2; the other one if one is nan.", **_extreme)
np_op("fmin", _fmin, "The smaller of x1 and x2; the other one if one is nan.", **_extreme)
np_op("hypot", in_floats(_hypot, FLOAT64), "sqrt(x1 ** 2 + x2 ** 2) without overflow.", rule=equal_floats, samples=FLOATS)
nd_op("broadcast_hypot", in_floats(_hypot, FLOAT64), "sqrt(lhs ** 2 + rhs ** 2) without overflow.", samples=FLOATS)
np_op("arctan2 atan2", in_floats(jnp.arctan2, FLOAT64), "The angle of the point (x2, x1) in radians, from -pi to pi.",
      rule=floats, samples=FLOATS)
np_op("logaddexp", in_floats(_logaddexp, FLOAT64), "log(exp(x1) + exp(x2)) without overflow.", rule=floats, samples=FLOATS)
np_op("copysign", _copysign, "|x1| with the sign of x2; 0 and -0 count as positive.", rule=equal_operands, samples=PAIR)
np_op("ldexp", in_floats(_ldexp, FLOAT64), "x1 * 2 ** x2.", rule=with_exponents, samples=FLOATS)
np_op("heaviside", _heaviside, "0 where x1 < 0, 1 where x1 > 0, x2 where x1 is 0.", rule=numpy_floats, samples=PAIR)
