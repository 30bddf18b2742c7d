"""Comparisons, logic and bits of two operands; np and nd. None has a gradient.

np compares exactly whatever the dtypes and answers bool; nd wants one dtype and answers 0 and 1 of it.
"""
from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from ..base import BOOL, FLOAT32, FLOAT64, is_float
from ..engine.op import op
from .binary import INTS, PAIR, compared, equal_integers, integers, integers_only, nd_compared, nd_op, np_op
from .dtypes import promote, value
from .outline import pointwise


def _truth(fn):
    return lambda x, y: fn(x != 0, y != 0)


def _comparison(names, nd_names, fn, doc, also=()):
    np_op(names, fn, doc, rule=compared, result=BOOL, grad=False, samples=PAIR)
    nd_op(nd_names, fn, f"{doc[:-1]}: 1 or 0 of the operands' dtype.", rule=nd_compared, result="same", grad=False, also=also,
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
    dtype = compared(a, b)
    dtype = promote(dtype, FLOAT32) if is_float(dtype) else FLOAT64
    a, b = value(a, dtype), value(b, dtype)
    close = jnp.abs(a - b) <= value(atol, dtype) + value(rtol, dtype) * jnp.abs(b)
    close = jnp.where(jnp.isfinite(a) & jnp.isfinite(b), close, a == b)
    return close | (jnp.isnan(a) & jnp.isnan(b)) if equal_nan else close


# Bits, np only. A number takes the array's dtype; shifts past the width give 0, or -1 for negative integers to the right.

_bits = {"grad": False, "samples": INTS}
np_op("bitwise_and __and__", jnp.bitwise_and, "x1 & x2, bit by bit; integers and booleans.", rule=integers, **_bits)
np_op("bitwise_or __or__", jnp.bitwise_or, "x1 | x2, bit by bit; integers and booleans.", rule=integers, **_bits)
np_op("bitwise_xor __xor__", jnp.bitwise_xor, "x1 ^ x2, bit by bit; integers and booleans.", rule=integers, **_bits)
np_op("bitwise_left_shift __lshift__", jnp.left_shift, "x1 with its bits moved x2 places up; integers.", rule=integers_only, **_bits)
np_op("bitwise_right_shift __rshift__", jnp.right_shift, "x1 with its bits moved x2 places down, keeping the sign; integers.",
      rule=integers_only, **_bits)


def _divisor(x, y):
    """Euclid's, without signs: the lowest integer has no absolute value of its own dtype, and jnp.gcd never ends on it."""
    shape, dtype = jnp.broadcast_shapes(x.shape, y.shape), jnp.dtype(f"uint{8 * x.dtype.itemsize}")

    def turn(xy):
        x, y = xy
        done = y == 0
        return jnp.where(done, x, y), jnp.where(done, y, x % jnp.where(done, jnp.ones((), dtype), y))

    start = tuple(jnp.broadcast_to(jnp.abs(v).astype(dtype), shape) for v in (x, y))
    return lax.while_loop(lambda xy: (xy[1] != 0).any(), turn, start)[0]


def _gcd(x, y):
    return _divisor(x, y).astype(x.dtype)


def _lcm(x, y):
    divisor = _gcd(x, y)
    return jnp.abs(lax.div(*jnp.broadcast_arrays(x, jnp.where(divisor == 0, jnp.ones((), x.dtype), divisor))) * y)


_common_multiple, _common_divisor = pointwise("common_multiple", _lcm), pointwise("common_divisor", _gcd)
np_op("lcm", _common_multiple, "The least common multiple of |x1| and |x2|; integers.", rule=equal_integers, **_bits)
np_op("gcd", _common_divisor, "The greatest common divisor of |x1| and |x2|; integers.", rule=equal_integers, **_bits)
