"""The table of what NumPy computes in XLA's place, by JAX's names of primitives."""
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as onp

from ..cell import DONATE, empty

Table = dict[str, Callable]


class CannotRun(Exception):
    """NumPy cannot compute this, or would take too long."""


DTYPES = {onp.dtype(t) for t in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")}
# Primitives that call a jaxpr, and the name of the parameter that it is.
CALLS = {"jit": "jaxpr", "closed_call": "call_jaxpr", "custom_jvp_call": "call_jaxpr", "custom_vjp_call": "call_jaxpr", "remat2": "jaxpr"}
# primitive -> function of (its parameters, avals of the results, shapes of the operands) -> function of the operands -> result, or
# a list of several
RULES: Table = {}


def filling(fn, aval):
    """A function of NumPy's that takes out=, into memory where XLA reads large results without a copy."""
    shape, dtype = aval.shape, aval.dtype
    if math.prod(shape) * dtype.itemsize < DONATE:
        return fn
    return lambda *inputs: fn(*inputs, out=empty(shape, dtype))


def copied(array) -> onp.ndarray:
    """An array of its own with the same elements, in order."""
    if array.nbytes < DONATE:
        return onp.array(array, order="C")
    out = empty(array.shape, array.dtype)
    out[...] = array
    return out


def scan_counts(eqn) -> tuple[int, int]:
    """(how many inputs of a scan are the same at every turn, how many are carried): each JAX says that in another way."""
    closed = eqn.params["jaxpr"]  # what is stacked has an axis more outside
    carried = sum(v.aval.ndim == a.ndim for v, a in zip(eqn.outvars, closed.out_avals, strict=True))
    return sum(v.aval.ndim == a.ndim for v, a in zip(eqn.invars, closed.in_avals, strict=True)) - carried, carried


def prepared(*names):
    """The decorated function prepares a rule: it is called once for each step."""
    def put(make):
        RULES.update(dict.fromkeys(names, make))
        return make
    return put


def rule(*names):
    """The decorated function, of (operands, parameters, avals of the results), is a rule that needs no preparation."""
    def put(fn):
        def make(params, avals, shapes):
            def run(*operands):
                found = fn(operands, params, avals)
                return found[0] if type(found) is list and len(avals) == 1 else found
            return run
        RULES.update(dict.fromkeys(names, make))
        return fn
    return put
