"""The table of what NumPy computes in XLA's place, by JAX's names of primitives."""
from __future__ import annotations

from collections.abc import Callable

import numpy as onp

Table = dict[str, Callable]
DTYPES = {onp.dtype(t) for t in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")}
# Primitives that call a jaxpr, and the name of the parameter that it is.
CALLS = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr", "custom_jvp_call": "call_jaxpr",
         "custom_vjp_call": "call_jaxpr", "remat": "jaxpr", "remat2": "jaxpr", "checkpoint": "jaxpr"}
RULES: Table = {}  # primitive -> function of (inputs, its parameters, avals of the results) -> result or list of them


def rule(*names):
    def put(fn):
        RULES.update(dict.fromkeys(names, fn))
        return fn
    return put


# primitive -> function of (its parameters, avals of the results) -> function of the inputs -> result: rules that are prepared once
PREPARED: dict[str, Callable] = {}


def prepared(*names):
    def put(make):
        PREPARED.update(dict.fromkeys(names, make))
        RULES.update(dict.fromkeys(names, lambda inputs, params, avals: make(params, avals)(*inputs)))
        return make
    return put


def end(dtype, largest: bool):
    """The largest or smallest value of a dtype."""
    if dtype.kind == "f":
        return onp.inf if largest else -onp.inf
    return largest if dtype == bool else onp.iinfo(dtype).max if largest else onp.iinfo(dtype).min
