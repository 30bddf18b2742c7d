"""The table of what NumPy computes in XLA's place, by JAX's names of primitives."""
from __future__ import annotations

from collections.abc import Callable

import numpy as onp

Table = dict[str, Callable]
RULES: Table = {}  # primitive -> function of (inputs, its parameters, avals of the results) -> result or list of them


def rule(*names):
    def put(fn):
        RULES.update(dict.fromkeys(names, fn))
        return fn
    return put


def end(dtype, largest: bool):
    """The largest or smallest value of a dtype."""
    if dtype.kind == "f":
        return onp.inf if largest else -onp.inf
    return largest if dtype == bool else onp.iinfo(dtype).max if largest else onp.iinfo(dtype).min
