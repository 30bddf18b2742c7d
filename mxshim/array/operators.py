"""Python's operators as one table: operator -> the registry's name for it; in-place forms write into the same memory."""
from __future__ import annotations

import dataclasses
from functools import partial

import jax
import numpy as onp

from ..base import MXNetError
from ..engine.cell import Handle
from ..engine.emit import emit1, emit2, form_of, inplace, place
from ..engine.op import NAMES
from ..engine.spec import NUM, lit
from ..engine.trace import state, threads
from .core import _X, _Y, INPLACE

ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
UNARY = ("neg", "abs", "invert")
_KIND = {float: NUM["f"], int: NUM["i"], bool: NUM["b"]}
# Exponents with a program of their own: a square is no general power. Any other exponent is a run-time number.
_EXPONENTS = (2, 2.0, 0.5, -0.5, -1, -1.0)
_TOO_BIG = 1 << 63


def install(cls, class_name: str):
    """Give an array class every operator that the registry declares for it under `class_name`.__x__."""
    for name in ARITHMETIC:
        op = NAMES.get(f"{class_name}.__{name}__")
        if op is not None:
            setattr(cls, f"__{name}__", _binary(cls, op, name, False))
            setattr(cls, f"__r{name}__", _binary(cls, op, f"r{name}", True))
            if cls._dialect == "np" or name in ("add", "sub", "mul", "truediv", "mod"):  # nd: x **= 2 makes a new array
                setattr(cls, f"__i{name}__", _inplace(cls, getattr(cls, f"__{name}__"), name))
    if hasattr(cls, "__truediv__"):
        cls.__div__, cls.__rdiv__, cls.__idiv__ = cls.__truediv__, cls.__rtruediv__, cls.__itruediv__
    for name in COMPARISONS:
        op = NAMES.get(f"{class_name}.__{name}__")
        if op is not None:
            setattr(cls, f"__{name}__", _binary(cls, op, name, False))
    for name in UNARY:
        op = NAMES.get(f"{class_name}.__{name}__")
        if op is not None:
            setattr(cls, f"__{name}__", _unary(cls, op, name))


def _tail(op):
    return tuple([lit(v) if type(v) in (float, bool) else v for v in (op.defaults[p] for p in op.params[2:])])


def _binary(cls, op, name, swapped):
    if "np_dtype" in op.params:  # the one operator whose result depends on a switch, int / int, has a form for each of its states
        return _switched(*[_binary(cls, dataclasses.replace(op, params=tuple(p for p in op.params if p != "np_dtype"), fn=partial(
            op.fn, np_dtype=on), diff=op.diff and partial(op.diff, np_dtype=on)), name, swapped) for on in (False, True)])
    tail = _tail(op)
    both = form_of(op, (_X, _Y, *tail))
    numbers = {t: form_of(op, (k, _X, *tail) if swapped else (_X, k, *tail)) for t, k in _KIND.items()}
    powers = {} if name != "pow" else {(type(e), e): form_of(op, (_X, e if type(e) is int else lit(e), *tail)) for e in _EXPONENTS}

    def method(self, other):
        kind = type(other)
        if kind is cls:
            return emit2(both, other, self, (), cls) if swapped else emit2(both, self, other, (), cls)
        form = numbers.get(kind)
        if form is None:
            return other_kind(self, other)
        if kind is int and not -_TOO_BIG <= other < _TOO_BIG:
            return method(self, float(other))
        if powers and (kind, other) in powers:
            return emit1(powers[kind, other], self, (), cls)
        return emit1(form, self, (other,), cls)

    def other_kind(self, other):
        if isinstance(other, onp.generic) and other.dtype.kind in "biuf":
            return method(self, other.item())
        if isinstance(other, Handle):  # of the other class: the result is an np array, as in MXNet
            if cls._dialect == "nd" and other._dialect != "nd":
                return NotImplemented
            return emit2(both, other, self, (), cls) if swapped else emit2(both, self, other, (), cls)
        if isinstance(other, onp.ndarray | jax.Array):
            return method(self, self._from_operand(onp.asarray(other)))
        if hasattr(type(other), "__array_priority__") and not isinstance(other, list | tuple):
            return NotImplemented
        return self._bad_operand(other, f"__{name}__")

    method.__name__ = method.__qualname__ = f"__{name}__"
    return method


def _switched(off, on):
    def method(self, other):
        return (on if threads.now.np_dtype else off)(self, other)

    method.__name__ = method.__qualname__ = off.__name__
    return method


def _unary(cls, op, name):
    form = form_of(op, (_X, *[lit(v) if type(v) in (float, bool) else v for v in (op.defaults[p] for p in op.params[1:])]))

    def method(self):
        return emit1(form, self, (), cls)

    method.__name__ = method.__qualname__ = f"__{name}__"
    return method


def _inplace(cls, plain, name):
    def method(self, other):
        result = plain(self, other)
        if result is NotImplemented:
            return result
        aval = self._value_now().aval
        got = result._value_now().aval
        if got.shape != aval.shape:
            raise MXNetError(f"{describe_inplace(name)}: the result of {aval} with {type(other).__name__} has shape {got.shape}; "
                             f"it cannot be written into {aval.shape}")
        if got.dtype != aval.dtype and cls._dialect == "np":
            raise MXNetError(f"{describe_inplace(name)}: the result is {got.dtype.name}, which does not fit into this {aval.dtype.name} "
                             f"array; write x = x {describe_inplace(name)[:-1]} ... for a new array")
        if inplace.policy == "error" and state.recording and place(result) is not None:
            raise MXNetError(INPLACE)
        self._store(result if got is aval else result._fitted(aval))
        return self

    method.__name__ = method.__qualname__ = f"__i{name}__"
    return method


def describe_inplace(name: str) -> str:
    signs = {"add": "+=", "sub": "-=", "mul": "*=", "truediv": "/=", "floordiv": "//=", "mod": "%=", "pow": "**=", "matmul": "@=",
             "and": "&=", "or": "|=", "xor": "^=", "lshift": "<<=", "rshift": ">>="}
    return signs.get(name, f"{name}=")


__all__ = ["install"]
