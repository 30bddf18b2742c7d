"""Operators of two operands: arithmetic, powers, comparisons, logic, bits; np and nd.

Every operator is one record per dialect whose operands are arrays or run-time numbers in any order, so it serves the function
and the operator of the array class ("np.ndarray.__add__"); a reversed operator swaps the operands. All broadcast, except nd's
`elemwise_*`. Gradients: at a tie maximum and minimum pass it to the first operand, or to the array beside a number.
"""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from ..base import FLOAT32, MXNetError, is_float
from ..engine.op import op
from .dtypes import BOOL, FLOAT64, INT64, equal, in_floats, kind, number, operand, promote, promoted

_A = onp.array([[1.5, -2.25, 3.], [0.5, 4.25, -1.75]], "float32")
_B = onp.array([[2.5, 1.25, 0.75], [-3.5, 2., 1.5]], "float32")
_I = onp.array([[6, -4, 9], [12, 5, 0]], "int32")
_J = onp.array([[4, 6, 3], [8, 2, 7]], "int32")
_P = onp.array([[0.75, 2.5, 1.5], [3.25, 0.5, 1.25]], "float32")
PAIR = {"args": [((_A, _B), {}), ((_A, _B[0]), {}), ((_A, 1.5), {}), ((2, _B), {}), ((_I, _J), {})]}
POSITIVE = {"args": [((_P, _B), {}), ((_P, 1.5), {}), ((2, _B), {}), ((_I, _J), {})]}
FLOATS = {"args": [((_A, _B), {}), ((_A, _B[0]), {}), ((_A, 1.5), {}), ((2, _B), {})]}
INTS = {"args": [((_I, _J), {}), ((_I, _J[0]), {}), ((_I, 3), {}), ((3, _J), {})]}


# How each family finds the dtype in which it computes.

def _both_promoted(x1, x2):
    return promoted(x1, x2)


def _no_booleans(x1, x2):
    dtype = promoted(x1, x2)
    if dtype == BOOL:
        raise MXNetError("this operator does not support boolean arrays: cast one with astype()")
    return dtype


def _equal(x1, x2):
    equal(x1, x2)
    return promoted(x1, x2)


def _floats(x1, x2):
    dtype = promoted(x1, x2)
    if not kind(x1) and not kind(x2) and not is_float(dtype):
        raise MXNetError(f"this operator needs floating point arrays, got {x1.dtype.name} and {x2.dtype.name}: "
                         "cast one with astype('float32')")
    return dtype


def _equal_floats(x1, x2):
    equal(x1, x2)
    return _floats(x1, x2)


def _quotient(x1, x2):
    dtype = promoted(x1, x2)
    both_ints = not any(k == "" and is_float(x.dtype) for k, x in ((kind(x1), x1), (kind(x2), x2)))
    return FLOAT32 if both_ints else dtype


def _integers(x1, x2):
    kinds = kind(x1), kind(x2)
    dtypes = [x.dtype for k, x in zip(kinds, (x1, x2), strict=True) if not k]
    for dtype in dtypes:
        if is_float(dtype):
            raise MXNetError(f"this operator only supports integer and boolean arrays, got {dtype.name}: cast with astype()")
    return promote(*dtypes) if len(dtypes) == 2 else dtypes[0] if dtypes else promoted(x1, x2)


def _equal_integers(x1, x2):
    equal(x1, x2)
    return _integers(x1, x2)


def _compared(x1, x2):
    """Promoted, but float64 where a 32-bit or wider integer meets a float: comparisons are exact."""
    dtype = promoted(x1, x2)
    if is_float(dtype) and any(not kind(x) and x.dtype.kind in "iu" and x.dtype.itemsize >= 4 for x in (x1, x2)):
        return FLOAT64
    return dtype


def _nd(x1, x2):
    equal(x1, x2, TypeError)
    if kind(x1) and kind(x2):
        return promoted(x1, x2)
    dtype = x2.dtype if kind(x1) else x1.dtype
    return INT64 if dtype == BOOL else dtype


def _nd_compared(x1, x2):
    if not kind(x1, TypeError) and not kind(x2, TypeError) and x1.dtype == x2.dtype == BOOL:
        return BOOL
    return _nd(x1, x2)


# Rows.

def _body(fn, rule, result=None, swap=False):
    def body(x1, x2):
        if swap and kind(x1) and not kind(x2):
            x1, x2 = x2, x1
        dtype = rule(x1, x2)
        out = fn(operand(x1, dtype), operand(x2, dtype))
        return out if result is None else out.astype(dtype if result == "same" else result)
    return body


def _declare(names, body, diff, doc, **facts):
    """Declare `body` with np's parameter names or nd's, as the first of `names` asks."""
    if names[0].startswith("np."):
        def fn(x1, x2):
            return body(x1, x2)

        def smooth(x1, x2):
            return diff(x1, x2)
    else:
        def fn(lhs, rhs):
            return body(lhs, rhs)

        def smooth(lhs, rhs):
            return diff(lhs, rhs)
    fn.__name__ = fn.__qualname__ = names[0].replace(".", "_")
    params = ("x1", "x2") if names[0].startswith("np.") else ("lhs", "rhs")
    op(*names, scalars=params, diff=smooth if diff and facts.get("grad", True) else None, doc=doc, **facts)(fn)


def _full(names, function, method):
    return [f"{method if n.startswith('__') else function}.{n}" for n in names.split()]


def np_op(names, fn, doc, rule=_both_promoted, result=None, swap=False, **facts):
    """Declare np functions and, for names like __add__, operators of np.ndarray."""
    # Derivatives see integers as reals of another dtype than their partner's, so they must not check dtypes.
    _declare(_full(names, "np", "np.ndarray"), _body(fn, rule, result, swap), _body(fn, _both_promoted, swap=swap), doc, **facts)


def nd_op(names, fn, doc, rule=_nd, result=None, swap=False, also=(), **facts):
    """Declare nd functions and, for names like __add__, operators of nd.NDArray."""
    _declare([*_full(names, "nd", "nd.NDArray"), *also], _body(fn, rule, result, swap),
             _body(fn, _both_promoted, swap=swap), doc, **facts)


def both(names, nd_names, fn, doc, **facts):
    """The same function in both dialects, under np's dtype rule and nd's."""
    nd_facts = {k: v for k, v in facts.items() if k != "rule"}
    np_op(names, fn, doc, **facts)
    nd_op(nd_names, fn, doc, **nd_facts)


# Arithmetic.

def _mod(x, y):
    """Python's remainder, with the sign of y; 0 where y is 0."""
    zero = y == 0
    return jnp.where(zero, jnp.zeros((), x.dtype), jnp.remainder(x, jnp.where(zero, jnp.ones((), y.dtype), y)))


def _fmod(x, y):
    """C's remainder, with the sign of x; 0 where y is 0."""
    zero = y == 0
    return jnp.where(zero, jnp.zeros((), x.dtype), jnp.fmod(x, jnp.where(zero, jnp.ones((), y.dtype), y)))


def _lowest(dtype):
    return jnp.asarray(jnp.iinfo(dtype).min, dtype)


def _floor_divide(x, y):
    """The quotient rounded down; integers by 0 give the lowest number, as MXNet's cast of an infinity does."""
    if is_float(x.dtype):
        return jnp.floor(x / y)
    if x.dtype == BOOL:
        return jnp.logical_and(x, y)
    zero = y == 0
    return jnp.where(zero, _lowest(x.dtype), jnp.floor_divide(x, jnp.where(zero, jnp.ones((), y.dtype), y)))


def _divide_nd(x, y):
    """The quotient; integers are cut off towards zero, and by 0 give the lowest number (MXNet dies)."""
    if is_float(x.dtype):
        return x / y
    zero = y == 0
    x, y = jnp.broadcast_arrays(x, jnp.where(zero, jnp.ones((), y.dtype), y))
    return jnp.where(zero, _lowest(x.dtype), lax.div(x, y))


both("add __add__", "add broadcast_add broadcast_plus __add__", jnp.add, "x1 + x2.", samples=PAIR)
both("subtract __sub__", "subtract broadcast_sub broadcast_minus __sub__", jnp.subtract, "x1 - x2; not for two boolean arrays.",
     rule=_no_booleans, samples=PAIR)
both("multiply __mul__", "multiply broadcast_mul __mul__", jnp.multiply, "x1 * x2.", samples=PAIR)
nd_op("divide true_divide broadcast_div __truediv__ __div__", _divide_nd, "x1 / x2; integers are cut off towards zero.",
       samples=PAIR)
both("mod remainder __mod__", "modulo broadcast_mod __mod__", _mod,
     "x1 modulo x2, with the sign of x2; 0 where x2 is 0.", rule=_no_booleans, samples=PAIR)
np_op("fmod", _fmod, "The remainder of x1 / x2 with the sign of x1; 0 where x2 is 0.", rule=_equal, samples=PAIR)
np_op("floor_divide __floordiv__", _floor_divide, "x1 / x2 rounded down. Integers divided by 0 give the lowest integer.",
      grad=False, samples=PAIR)


@op("np.true_divide", "np.divide", "np.ndarray.__truediv__", scalars=("x1", "x2"), samples=PAIR)
def true_divide(x1, x2, np_dtype=False):
    """x1 / x2; two integers (or an integer array and any number) make float32, float64 with NumPy's default dtypes.

    MXNet: np.true_divide. Differs: integers of two dtypes divide; MXNet raises.
    """
    dtype = _quotient(x1, x2)
    if np_dtype and not any(isinstance(x, jax.Array) and is_float(x.dtype) for x in (x1, x2)):
        dtype = FLOAT64
    return operand(x1, dtype) / operand(x2, dtype)


@op("np.divmod", scalars=("x1", "x2"), samples=PAIR)
def divmod_(x1, x2):
    """(x1 // x2, x1 % x2)."""
    dtype = _no_booleans(x1, x2)
    x1, x2 = operand(x1, dtype), operand(x2, dtype)
    return _floor_divide(x1, x2), _mod(x1, x2)


def _elemwise(name, fn, doc):
    """Declare nd.elemwise_*: two arrays of one shape and dtype."""

    def body(lhs, rhs):
        if lhs.shape != rhs.shape:
            raise MXNetError(f"the operands must have one shape, got {lhs.shape} and {rhs.shape}: use nd.broadcast_{name}")
        return fn(*(operand(x, _nd(lhs, rhs)) for x in (lhs, rhs)))

    body.__name__ = f"nd_elemwise_{name}"
    op(f"nd.elemwise_{name}", diff=lambda lhs, rhs: fn(lhs, rhs), doc=doc, samples={"args": [((_A, _B), {}), ((_I, _J), {})]})(body)


_elemwise("add", jnp.add, "lhs + rhs for two arrays of one shape.")
_elemwise("sub", jnp.subtract, "lhs - rhs for two arrays of one shape.")
_elemwise("mul", jnp.multiply, "lhs * rhs for two arrays of one shape.")
_elemwise("div", _divide_nd, "lhs / rhs for two arrays of one shape; integers are cut off towards zero.")


@op("nd.add_n", "nd.ElementWiseSum", "npx.add_n", samples={"args": [((_A, _B, _A), {}), ((_I, _J), {})]})
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

@jax.custom_jvp
def _smooth_power(x, y):
    """x ** y with derivatives that are finite wherever calculus has them: 0 * x ** -1 at x = 0 is 0."""
    return jnp.power(x, y)


@partial(_smooth_power.defjvp, symbolic_zeros=True)
def _smooth_power_jvp(primals, tangents):
    (x, y), (tx, ty) = primals, tangents
    out = _smooth_power(x, y)
    total = jnp.zeros_like(out)
    if not isinstance(tx, SymbolicZero):
        base = jnp.where((x == 0) & (y == 0), jnp.ones((), x.dtype), x)
        total = total + tx * (y * _smooth_power(base, y - 1))
    if not isinstance(ty, SymbolicZero):
        base = jnp.where((x == 0) & (y > 0), jnp.ones((), x.dtype), x)
        total = total + ty * (jnp.log(base) * out)
    return out, total


@jax.custom_jvp
def _power(x, y):
    """x ** y with MXNet's first derivatives: y x^(y-1), which is nan for 0 ** 0, and log(x) x^y."""
    return jnp.power(x, y)


@partial(_power.defjvp, symbolic_zeros=True)
def _power_jvp(primals, tangents):
    # Beside a run-time number only the array's term exists, so log of a negative base does no harm there.
    (x, y), (tx, ty) = primals, tangents
    out = _power(x, y)
    total = jnp.zeros_like(out)
    if not isinstance(tx, SymbolicZero):
        total = total + tx * (y * _smooth_power(x, y - 1))
    if not isinstance(ty, SymbolicZero):
        total = total + ty * (jnp.log(x) * _smooth_power(x, y))
    return out, total


def _integer_power(x, n):
    """x ** n in integers that wrap around; negative n give the fraction cut off, 0 ** -1 the lowest number."""
    if x.dtype == BOOL:
        return jnp.logical_or(x, jnp.logical_not(n))
    power = jnp.power(x, jnp.maximum(n, 0))
    odd = jnp.where(n % 2 == 0, jnp.ones((), x.dtype), x)
    unit = jnp.where((x == 1) | (x + 1 == 0), odd, jnp.where(x == 0, _lowest(x.dtype), jnp.zeros((), x.dtype)))
    return jnp.where(n < 0, unit, power)


_EXACT = {2: jnp.square, 0.5: jnp.sqrt, -0.5: lax.rsqrt, -1: lambda x: 1 / x}


def _powers(rule, refusal):
    def body(x, y):
        dtype = rule(x, y)
        if is_float(dtype):
            exact = _EXACT.get(y) if isinstance(y, int | float) and not isinstance(y, bool) else None
            return exact(operand(x, dtype)) if exact else _power(operand(x, dtype), operand(y, dtype))
        return _integer_power(operand(x, dtype), operand(y, dtype))
    return body


_declare(["np.power", "np.pow", "np.ndarray.__pow__"], _powers(_both_promoted, MXNetError), _powers(_both_promoted, MXNetError),
         """x1 ** x2. Integers make integers: they wrap around, and a negative exponent cuts the fraction off.

         Gradients: x2 x1^(x2-1), nan for 0 ** 0, and log(x1) x1^x2. Differs: large integers wrap; MXNet gives the lowest.
         """, samples=POSITIVE)
_declare(["nd.power", "nd.broadcast_power", "nd.NDArray.__pow__"], _powers(_nd, TypeError), _powers(_both_promoted, MXNetError),
         """lhs ** rhs. Integers make integers: they wrap around, and a negative exponent cuts the fraction off.

         Gradients: rhs lhs^(rhs-1), nan for 0 ** 0, and log(lhs) lhs^rhs. Differs: large integers wrap; MXNet gives the lowest.
         """, samples=POSITIVE)


@op("np.float_power", scalars=("x1", "x2"), samples=POSITIVE)
def float_power(x1, x2):
    """x1 ** x2 in float64."""
    promoted(x1, x2)
    return _power(operand(x1, FLOAT64), operand(x2, FLOAT64))


# Larger, smaller, and functions of two reals.

def _maximum(x, y):
    return jnp.where((x >= y) | (x != x), x, y)


def _minimum(x, y):
    return jnp.where((x <= y) | (x != x), x, y)


def _fmax(x, y):
    return jnp.where((x >= y) | (y != y), x, y)


def _fmin(x, y):
    return jnp.where((x <= y) | (y != y), x, y)


@jax.custom_jvp
def _hypot(x, y):
    return jnp.hypot(x, y)


@_hypot.defjvp
def _hypot_jvp(primals, tangents):
    (x, y), (tx, ty) = primals, tangents
    out = _hypot(x, y)
    return out, tx * (x / out) + ty * (y / out)  # nan at the origin, as MXNet


def _copysign(x, y):
    # Zero counts as positive whatever its sign, as in MXNet.
    return jnp.where((x < 0) == (y < 0), x, -x)


def _ldexp(x, n):
    return x * jnp.exp2(n)


def _heaviside(x, y):
    step = jnp.where(x > 0, jnp.ones((), x.dtype), jnp.zeros((), x.dtype))
    return jnp.where(x == 0, y, jnp.where(x != x, x, step))


both("maximum", "maximum broadcast_maximum", _maximum, "The larger of x1 and x2; nan if one is nan.", rule=_equal, swap=True,
     samples=PAIR)
both("minimum", "minimum broadcast_minimum", _minimum, "The smaller of x1 and x2; nan if one is nan.", rule=_equal, swap=True,
     samples=PAIR)
np_op("fmax", _fmax, "The larger of x1 and x2; the other one if one is nan.", rule=_equal, swap=True, samples=PAIR)
np_op("fmin", _fmin, "The smaller of x1 and x2; the other one if one is nan.", rule=_equal, swap=True, samples=PAIR)
np_op("hypot", in_floats(_hypot, FLOAT64), "sqrt(x1 ** 2 + x2 ** 2) without overflow.", rule=_equal_floats, samples=FLOATS)
nd_op("broadcast_hypot", in_floats(_hypot, FLOAT64), "sqrt(lhs ** 2 + rhs ** 2) without overflow.", samples=FLOATS)
np_op("arctan2 atan2", in_floats(jnp.arctan2, FLOAT64), "The angle of the point (x2, x1) in radians, from -pi to pi.",
      rule=_floats, samples=FLOATS)
np_op("logaddexp", in_floats(jnp.logaddexp, FLOAT64), "log(exp(x1) + exp(x2)) without overflow.", rule=_floats, samples=FLOATS)
np_op("copysign", _copysign, "|x1| with the sign of x2; 0 and -0 count as positive.", rule=_equal, samples=PAIR)
np_op("ldexp", in_floats(_ldexp, FLOAT64), "x1 * 2 ** x2.", rule=_equal, samples=FLOATS)
np_op("heaviside", _heaviside, "0 where x1 < 0, 1 where x1 > 0, x2 where x1 is 0.", rule=_quotient, samples=PAIR)


# Comparisons and logic: np answers bool, nd 0 and 1 of the operands' dtype. No gradient.

def _truth(fn):
    return lambda x, y: fn(x != 0, y != 0)


def _comparison(names, nd_names, fn, doc, also=()):
    np_op(names, fn, doc, rule=_compared, result=BOOL, grad=False, samples=PAIR)
    nd_op(nd_names, fn, f"{doc[:-1]}: 1 or 0 of the operands' dtype.", rule=_nd_compared, result="same", grad=False, also=also,
           samples=PAIR)


_comparison("equal __eq__", "equal broadcast_equal __eq__", jnp.equal, "x1 == x2.")
_comparison("not_equal __ne__", "not_equal broadcast_not_equal __ne__", jnp.not_equal, "x1 != x2.")
_comparison("less __lt__", "lesser broadcast_lesser __lt__", jnp.less, "x1 < x2.")
_comparison("less_equal __le__", "lesser_equal broadcast_lesser_equal __le__", jnp.less_equal, "x1 <= x2.")
_comparison("greater __gt__", "greater broadcast_greater __gt__", jnp.greater, "x1 > x2.", also=["npx.broadcast_greater"])
_comparison("greater_equal __ge__", "greater_equal broadcast_greater_equal __ge__", jnp.greater_equal, "x1 >= x2.")
_comparison("logical_and", "logical_and broadcast_logical_and", _truth(jnp.logical_and), "Whether x1 and x2 are both not 0.")
_comparison("logical_or", "logical_or broadcast_logical_or", _truth(jnp.logical_or), "Whether x1 or x2 is not 0.")
_comparison("logical_xor", "logical_xor broadcast_logical_xor", _truth(jnp.logical_xor), "Whether one of x1 and x2 is not 0.")


@op("np.isclose", scalars=("a", "b", "rtol", "atol"), grad=False, samples=PAIR)
def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |a - b| <= atol + rtol |b|, element by element; bool. `equal_nan`: two nan are close."""
    dtype = _compared(a, b)
    dtype = promote(dtype, FLOAT32) if is_float(dtype) else FLOAT64
    a, b = operand(a, dtype), operand(b, dtype)
    close = jnp.abs(a - b) <= number(atol, dtype) + number(rtol, dtype) * jnp.abs(b)
    close = jnp.where(jnp.isfinite(a) & jnp.isfinite(b), close, a == b)
    return close | (jnp.isnan(a) & jnp.isnan(b)) if equal_nan else close


# Bits, np only. A number takes the array's dtype; shifts past the width give 0, or -1 for negative integers to the right.

np_op("bitwise_and __and__", jnp.bitwise_and, "x1 & x2, bit by bit; integers and booleans.", rule=_integers, grad=False, samples=INTS)
np_op("bitwise_or __or__", jnp.bitwise_or, "x1 | x2, bit by bit; integers and booleans.", rule=_integers, grad=False, samples=INTS)
np_op("bitwise_xor __xor__", jnp.bitwise_xor, "x1 ^ x2, bit by bit; integers and booleans.", rule=_integers, grad=False, samples=INTS)
np_op("bitwise_left_shift __lshift__", jnp.left_shift, "x1 with its bits moved x2 places up; integers.", rule=_integers, grad=False,
      samples=INTS)
np_op("bitwise_right_shift __rshift__", jnp.right_shift, "x1 with its bits moved x2 places down, keeping the sign; integers.",
      rule=_integers, grad=False, samples=INTS)
np_op("lcm", jnp.lcm, "The least common multiple of |x1| and |x2|; integers.", rule=_equal_integers, grad=False, samples=INTS)
np_op("gcd", jnp.gcd, "The greatest common divisor of |x1| and |x2|; integers.", rule=_equal_integers, grad=False, samples=INTS)
