"""Dtype rules of the elementwise operators: C casts, run-time numbers, what two operands make.

np follows MXNet 2.0: floats win over integers, the wider float wins, an integer array and a fraction make float64.
nd follows MXNet 1.9: two arrays must agree, a number takes the array's dtype.
"""
from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as onp

from ..base import BOOL, FLOAT16, FLOAT32, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import Scalar
from ..engine.op import cast as cast


def value(v, dtype):
    """An operand or a parameter as an array of `dtype`: an array, a run-time `Scalar`, or a plain number."""
    if isinstance(v, jax.Array):
        return cast(v, dtype)
    return cast(v.value if isinstance(v, Scalar) else jnp.asarray(onp.asarray(v)), dtype)


def kind(v, refusal: type[Exception] = MXNetError) -> str:
    """"f", "i" or "b" for a number, "" for an array. Raises: `refusal` for anything else."""
    if isinstance(v, jax.Array):
        return ""
    if isinstance(v, Scalar):
        return v.kind
    if isinstance(v, bool | int | float):
        return "b" if isinstance(v, bool) else "i" if isinstance(v, int) else "f"
    raise refusal(f"an operand must be an array or a number, got {v!r} of type {type(v).__name__}")


def promote(a: onp.dtype, b: onp.dtype) -> onp.dtype:
    """What two arrays make: the float if there is one, the wider of two floats, else NumPy's integer."""
    if a == b:
        return a
    if is_float(a) != is_float(b):
        return a if is_float(a) else b
    return jnp.promote_types(a, b) if is_float(a) else onp.promote_types(a, b)


def promoted(x1, x2) -> onp.dtype:
    """The dtype of x1 + x2 in np, each an array or a number."""
    kinds = kind(x1), kind(x2)
    if kinds == ("", ""):
        return promote(x1.dtype, x2.dtype)
    if "" not in kinds:
        return FLOAT64 if "f" in kinds else INT64 if "i" in kinds else BOOL
    dtype = x2.dtype if kinds[0] else x1.dtype
    if is_float(dtype):
        return dtype
    return FLOAT64 if "f" in kinds else INT64 if dtype == BOOL else dtype


def equal(x1, x2, refusal: type[Exception] = MXNetError) -> None:
    """Raises: MXNetError if both operands are arrays and their dtypes differ or are bool."""
    if kind(x1, refusal) or kind(x2, refusal):
        return
    if x1.dtype != x2.dtype:
        raise MXNetError(f"the operands must have one dtype, got {x1.dtype.name} and {x2.dtype.name}: cast one with astype()")
    if x1.dtype == BOOL:
        raise MXNetError("this operator does not support boolean arrays: cast them with astype()")


def float_of(dtype: onp.dtype) -> onp.dtype:
    """The float in which np answers sqrt, exp, ... of `dtype`: float16 up to 16 bits, float32 for wider integers."""
    return dtype if is_float(dtype) else FLOAT16 if dtype.itemsize <= 2 else FLOAT32


def numpy_float_of(dtype: onp.dtype) -> onp.dtype:
    """The same for the functions that MXNet leaves to NumPy: float64 for integers of 32 bits and more."""
    return dtype if is_float(dtype) else {1: FLOAT16, 2: FLOAT32}.get(dtype.itemsize, FLOAT64)


def in_floats(fn, wide=FLOAT32):
    """`fn` for integers too: computed in the float `wide` and cut off; floats go through unchanged."""

    def apply(*xs):
        dtype = xs[0].dtype
        return fn(*xs) if is_float(dtype) else cast(fn(*(x.astype(wide) for x in xs)), dtype)

    return apply


def row(fn, name: str):
    """A function made by a row of a table: called `name` in messages, and found by `where()` on the row's own line."""
    frame = sys._getframe(1)
    while frame.f_code.co_name != "<module>":
        frame = frame.f_back
    fn.__code__ = fn.__code__.replace(co_filename=frame.f_code.co_filename, co_firstlineno=frame.f_lineno)
    fn.__name__ = fn.__qualname__ = name.replace(".", "_")
    return fn
