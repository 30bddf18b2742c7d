"""How operators of two operands are declared: dtype rules by family, and rows for np and nd.

Every operator is one record per dialect whose operands are arrays or run-time numbers in any order, so it serves the function
and the operator of the array class ("np.ndarray.__add__"); a reversed operator swaps the operands.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp

from ..base import BOOL, FLOAT32, FLOAT64, INT64, MXNetError, is_float
from ..engine.op import op
from .dtypes import equal, kind, promote, promoted, row, value

A = onp.array([[1.7, -2.3, 3.1], [0.6, 4.4, -1.9]], "float32")
B = onp.array([[2.6, 1.2, 0.8], [-3.7, 2.3, 1.4]], "float32")
I = onp.array([[6, -4, 9], [12, 5, 0]], "int32")
J = onp.array([[4, 6, 3], [8, 2, 7]], "int32")
P = onp.array([[0.7, 2.4, 1.6], [3.2, 0.5, 1.3]], "float32")
PAIR = {"args": [((A, B), {}), ((A, B[0]), {}), ((A, 1.5), {}), ((2, B), {}), ((I, J), {})]}
POSITIVE = {"args": [((P, B), {}), ((P, 1.5), {}), ((2, B), {}), ((I, J), {})]}
FLOATS = {"args": [((A, B), {}), ((A, B[0]), {}), ((A, 1.5), {}), ((2, B), {})]}
TWINS = {"args": [((A, B), {}), ((I, J), {})]}
INTS = {"args": [((I, J), {}), ((I, J[0]), {}), ((I, 3), {}), ((3, J), {})]}


# How each family finds the dtype in which it computes, where that is not `promoted`.

def no_booleans(x1, x2):
    dtype = promoted(x1, x2)
    if dtype == BOOL:
        raise MXNetError("this operator does not support boolean arrays: cast one with astype()")
    return dtype


def equal_operands(x1, x2):
    equal(x1, x2)
    return promoted(x1, x2)


def with_exponents(x1, x2):
    """As equal_operands, but exponents of floats may be integers: NumPy's own ldexp takes nothing else."""
    if not kind(x1) and not kind(x2) and is_float(x1.dtype) and not is_float(x2.dtype):
        return x1.dtype
    return equal_operands(x1, x2)


def floats(x1, x2):
    dtype = promoted(x1, x2)
    if not kind(x1) and not kind(x2) and not is_float(dtype):
        raise MXNetError(f"this operator needs floating point arrays, got {x1.dtype.name} and {x2.dtype.name}: "
                         "cast one with astype('float32')")
    return dtype


def equal_floats(x1, x2):
    equal(x1, x2)
    return floats(x1, x2)


def quotient(x1, x2):
    dtype = promoted(x1, x2)
    both_ints = not any(k == "" and is_float(x.dtype) for k, x in ((kind(x1), x1), (kind(x2), x2)))
    return FLOAT32 if both_ints else dtype


def numpy_floats(x1, x2):
    """NumPy's floats: wide enough for all integers of the operands' dtypes."""
    integers = [x.dtype for x in (x1, x2) if not kind(x) and not is_float(x.dtype)]
    return onp.result_type(promoted(x1, x2), *integers, "float16") if integers else promoted(x1, x2)


def integers(x1, x2):
    kinds = kind(x1), kind(x2)
    dtypes = [x.dtype for k, x in zip(kinds, (x1, x2), strict=True) if not k]
    for dtype in dtypes:
        if is_float(dtype):
            raise MXNetError(f"this operator only supports integer and boolean arrays, got {dtype.name}: cast with astype()")
    return promote(*dtypes) if len(dtypes) == 2 else dtypes[0] if dtypes else promoted(x1, x2)


def integers_only(x1, x2):
    if any(not kind(x) and x.dtype == BOOL for x in (x1, x2)):
        raise MXNetError("this operator only supports integers, got booleans: cast with astype()")
    return integers(x1, x2)


def equal_integers(x1, x2):
    equal(x1, x2)
    return integers_only(x1, x2)


def compared(x1, x2):
    """Promoted, but float64 where a 32-bit or wider integer meets a float: comparisons are exact."""
    dtype = promoted(x1, x2)
    if is_float(dtype) and any(not kind(x) and x.dtype.kind in "iu" and x.dtype.itemsize >= 4 for x in (x1, x2)):
        return FLOAT64
    return dtype


def nd_rule(x1, x2):
    equal(x1, x2, TypeError)
    if kind(x1) and kind(x2):
        return promoted(x1, x2)
    dtype = x2.dtype if kind(x1) else x1.dtype
    return INT64 if dtype == BOOL else dtype


def np_number(v, dtype):
    """A number as np computes with it beside an array of integers: whole ones are of the array's dtype."""
    return v if dtype == BOOL or is_float(jnp.result_type(v)) else value(v, dtype)


def nd_number(v, dtype):
    """A number as nd computes with it beside an array of integers."""
    return value(v, INT64 if dtype == BOOL else dtype)


def nd_compared(x1, x2):
    if not kind(x1, TypeError) and not kind(x2, TypeError) and x1.dtype == x2.dtype == BOOL:
        return BOOL
    return nd_rule(x1, x2)


# Rows.

def _body(fn, rule, result=None, swap=False):
    def body(x1, x2):
        if swap and kind(x1) and not kind(x2):
            x1, x2 = x2, x1
        dtype = rule(x1, x2)
        out = fn(value(x1, dtype), value(x2, dtype))
        return out if result is None else out.astype(dtype if result == "same" else result)
    return body


def declare_pair(names, body, diff, doc, **facts):
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
    params = ("x1", "x2") if names[0].startswith("np.") else ("lhs", "rhs")
    op(*names, scalars=params, elementwise=True, broadcasts=True, diff=smooth if facts.get("grad", True) else None, doc=doc,
       **facts)(row(fn, names[0]))


def _full(names, function, method):
    return [f"{method if n.startswith('__') else function}.{n}" for n in names.split()]


def np_op(names, fn, doc, rule=promoted, result=None, swap=False, **facts):
    """Declare np functions and, for names like __add__, operators of np.ndarray."""
    # Derivatives see integers as reals of another dtype than their partner's, so they must not check dtypes.
    declare_pair(_full(names, "np", "np.ndarray"), _body(fn, rule, result, swap), _body(fn, promoted, swap=swap), doc,
                 numbers=np_number, **facts)


def nd_op(names, fn, doc, rule=nd_rule, result=None, swap=False, also=(), **facts):
    """Declare nd functions and, for names like __add__, operators of nd.NDArray."""
    declare_pair([*_full(names, "nd", "nd.NDArray"), *also], _body(fn, rule, result, swap),
                 _body(fn, promoted, swap=swap), doc, numbers=nd_number, **facts)


def both(names, nd_names, fn, doc, **facts):
    """The same function in both dialects, under np's dtype rule and nd's."""
    nd_facts = {k: v for k, v in facts.items() if k != "rule"}
    np_op(names, fn, doc, **facts)
    nd_op(nd_names, fn, doc, **nd_facts)
