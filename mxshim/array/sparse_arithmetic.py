"""Arithmetic with sparse arrays: what keeps zeros is done on the stored elements, the rest on dense arrays.

Which results are sparse follows MXNet 1.9.1, as measured.
"""
from __future__ import annotations

import operator

import numpy as onp

from ..engine.call import call, value_of
from ..engine.cell import Value
from ..engine.op import NAMES, Op
from ..engine.spec import arr
from .core import _X
from .nd_array import NDArray
from .sparse import INTEGERS, BaseSparseNDArray, recorded
from .sparse_storage import arrays_after_first, pad, padded, run

# Functions that give zero for zero: their results keep the storage, as in MXNet.
KEEPING_ZEROS = ("abs", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "degrees", "expm1", "fix", "floor", "log1p",
                 "negative", "radians", "relu", "rint", "round", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc")
_COMPARISONS = {n: getattr(operator, n) for n in ("eq", "ne", "lt", "le", "gt", "ge")}


def call_nd(name: str, *args, **kwargs):
    """nd's function of a name, on dense arrays."""
    record = NAMES[f"nd.{name}"]
    return call(record, NDArray, args, kwargs) if isinstance(record, Op) else record(*args, **kwargs)


def dense(x):
    """An operand with sparse storage as a dense array, anything else as it is."""
    return x._dense() if isinstance(x, BaseSparseNDArray) else x


def arithmetic(name: str, x: BaseSparseNDArray, other, swapped=False):
    """x + other and the like (other + x if swapped), name without underscores; the result's storage is MXNet's."""
    compute = getattr(NDArray, f"__{'r' if swapped else ''}{name}__")
    if isinstance(other, (*INTEGERS, float, onp.floating)):
        if _keeps_zero(name, other, swapped):
            return x._keeping_zeros(lambda d: compute(d, other))
    elif isinstance(other, BaseSparseNDArray) and other.stype == x.stype and other.shape == x.shape and name in ("add", "sub", "mul"):
        if recorded(x, other) or x._cell.data is None or other._cell.data is None:
            return x._dense_as(compute(x._dense(), other._dense()))
        return _merged(x, other, compute, name != "mul")
    elif type(other) is NDArray and not swapped and _fits_stored(name, x, other):
        if other.ndim == 1 < x.ndim:
            other = call_nd("reshape", other, shape=(1, -1))
        if recorded(x, other) or x._cell.data is None:
            return x._dense_as(compute(x._dense(), other), x._cell.pattern)
        data, pattern = x._cell.stored()
        places = pattern.places(x.ctx)
        taken = run("mx.sparse_take", [other._value_now(), *places], (_X, arrays_after_first(len(places))))
        return x._stored_as(compute(NDArray(data), NDArray(taken)), pattern)
    return compute(x._dense(), dense(other))


def _keeps_zero(name, number, swapped) -> bool:
    if name in _COMPARISONS:
        return not _COMPARISONS[name](0, number)
    return name == "mul" or (name == "truediv" and not swapped) or (number == 0 and (name == "add" or (name == "sub" and not swapped)))


def _fits_stored(name, x, other: NDArray) -> bool:
    """Whether x * other, x / other is computed on the stored elements alone."""
    if name not in ("mul", "truediv") or other.shape == x.shape or x.stype == "row_sparse":
        return name == "mul" and other.shape == x.shape
    return 1 <= other.ndim <= 2 and all(n in (1, m) for n, m in zip(other.shape, x.shape[-other.ndim:], strict=True))


def _merged(x, y, compute, union: bool):
    """A sparse array from two of one shape: on the places of either, or on those of the first."""
    (a, pattern), (b, other) = x._cell.stored(), y._cell.stored()
    if pattern is not other:
        mine, theirs = pattern.keys(), other.keys()
        keys = onp.union1d(mine, theirs) if union else onp.sort(mine)
        a, b = (_spread(data, k, keys, x.ctx) for data, k in ((a, mine), (b, theirs)))
        pattern = pattern.from_keys(keys)
    return x._stored_as(compute(NDArray(a), NDArray(b)), pattern)


def _spread(data: Value, keys, target, ctx) -> Value:
    """Stored elements of `keys` in the order of the ascending keys `target`, zeros where they have none."""
    length = padded(len(target))
    at = onp.searchsorted(target, keys)
    found = target[onp.minimum(at, max(len(target) - 1, 0))] == keys if len(target) else onp.zeros(len(keys), bool)
    slots = value_of(pad(onp.where(found, at, length), length), ctx)
    return run("mx.sparse_put", [data, slots], (_X, (arr(1),), (length, *data.aval.shape[1:])))


def _install():
    def binary(name, swapped=False):
        def method(self, other):
            return arithmetic(name, self, other, swapped)
        return method

    def inplace(name):
        def method(self, other):
            result = arithmetic(name, self, other)
            if result is NotImplemented:
                return result
            self._become(result)
            return self
        return method

    def unary(name):
        def method(self):
            return self._keeping_zeros(lambda d: call_nd(name, d))
        return method

    found = {f"__{n}__": binary(n) for n in ("add", "sub", "mul", "truediv", "mod", "pow", *_COMPARISONS)}
    found |= {f"__r{n}__": binary(n, True) for n in ("add", "sub", "mul", "truediv", "mod", "pow")}
    found |= {f"__i{n}__": inplace(n) for n in ("add", "sub", "mul", "truediv", "mod")}
    found |= {n: unary(n) for n in KEEPING_ZEROS} | {"__neg__": unary("negative"), "__abs__": unary("abs")}
    for name, method in found.items():
        method.__name__ = method.__qualname__ = name
        if not name.startswith("__"):
            method.__doc__ = f"As NDArray.{name}; the result keeps the storage."
        setattr(BaseSparseNDArray, name, method)


_install()
