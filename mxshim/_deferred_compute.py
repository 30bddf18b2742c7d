"""Graphs of what ordinary code computes (MXNet 2: mxnet._deferred_compute).

    with context():
        set_variable(x, mx.sym.var("x"))
        y = f(x)
    get_symbol(y)       # f as a Symbol of x

Calls compute as always, and what they make knows its graph. In hybridized blocks this mode is not on: they have another way.
Differs: an array that stands for nothing is refused where it meets one that does, or by get_symbol; MXNet refuses it in any call.
"""
from __future__ import annotations

from .symbol.deferred import clear, context, get_symbol, is_deferred_compute, set_deferred_compute, set_variable

__all__ = ["clear", "context", "get_symbol", "is_deferred_compute", "set_deferred_compute", "set_variable"]
