"""mx.sym.np's functions that make Symbols out of nothing."""
from __future__ import annotations

from .compose import create
from .np_symbol import _Symbol


def zeros(shape, dtype=None, order="C", ctx=None, device=None):
    """Zeros."""
    return create("_npi_zeros", (), {"shape": _sizes(shape), "dtype": dtype or "float32"}, cls=_Symbol)


def ones(shape, dtype=None, order="C", ctx=None, device=None):
    """Ones."""
    return create("_npi_ones", (), {"shape": _sizes(shape), "dtype": dtype or "float32"}, cls=_Symbol)


def full(shape, fill_value, dtype=None, order="C", ctx=None, device=None):
    """One number everywhere."""
    return create("_full", (), {"shape": _sizes(shape), "value": float(fill_value), "dtype": dtype or "float32"}, cls=_Symbol)


def arange(start, stop=None, step=1, dtype=None, ctx=None, device=None):
    """start, start + step, ... below stop; from 0 to `start` if there is no stop."""
    if stop is None:
        start, stop = 0, start
    return create("_npi_arange", (), {"start": start, "stop": stop, "step": step, "dtype": dtype or "float32"}, cls=_Symbol)


def _sizes(shape):
    return tuple(shape) if isinstance(shape, list | tuple) else (shape,)
