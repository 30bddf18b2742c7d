"""What is wrong with a call, as users read it: the public name and the operands' shapes around the reason."""
from __future__ import annotations

import re

import numpy as onp

from ..base import ArgumentTypeError, ArgumentValueError, DTypeError, MXNetError
from ..device import Device
from . import emit as _emit
from .op import Op
from .spec import Arr, Lit, Num, Spec, lit, spec_of, tracing


def _infer(op: Op, pattern, avals, training) -> Spec:
    try:
        _check_kinds(op, pattern, avals)
        with tracing():
            return spec_of(op, pattern, avals, training)
    except Exception as error:
        if not _from_jax(error) and type(error) in _OWN:
            raise type(error)(f"{describe(op, pattern, avals)}: {_reason(error)}") from None
        if not isinstance(error, (*_OWN, NotImplementedError, OverflowError, ZeroDivisionError, AttributeError)):
            raise
        raise MXNetError(f"{describe(op, pattern, avals)}: {_foreign_reason(error, op, pattern, avals, training)}") from None


_OWN = (MXNetError, ArgumentTypeError, ArgumentValueError, DTypeError, TypeError, ValueError, IndexError, KeyError, AssertionError)


def _check_kinds(op: Op, pattern, avals):
    """That arrays and numbers stand where the operator computes with them, and nothing but plain data elsewhere."""
    def got(p):
        return repr(avals[p.index]) if isinstance(p, Arr) else "a list of arrays" if _holds_arrays(p) else repr(_value(p))

    names = (["*"] if op.variadic else []) + list(op.params)
    for name, p in zip(names, pattern, strict=False):
        default = op.defaults.get(name, op)
        if p is default:
            continue
        if name in op.arrays or name in op.scalars:
            if isinstance(p, str) or p is None and name in op.arrays and name not in op.scalars or (
                    isinstance(p, tuple) and name in op.scalars and _holds_arrays(p)):
                wanted = "a number or an array" if name in op.scalars else "an array"
                raise ArgumentTypeError(f"`{name}` must be {wanted}, got {got(p)}")
        elif type(default) is bool and name not in op.either and not isinstance(_value(p), bool | int | None):
            raise ArgumentTypeError(f"`{name}` must be True or False, got {got(p)}")
        elif name != "*" and name not in op.either and _holds_arrays(p):
            word = _WORDS.get(type(default))
            raise ArgumentTypeError(f"`{name}` {'cannot be' if word is None else f'must be {word}, got'} {got(p)}")
        if not _plain(p):
            raise ArgumentTypeError(f"`{name}` cannot be {p!r}, of type {type(p).__name__}")


def _holds_arrays(p) -> bool:
    return isinstance(p, Arr) or isinstance(p, tuple) and any(map(_holds_arrays, p))


def _plain(p) -> bool:
    return all(map(_plain, p)) if isinstance(p, tuple) else p is None or isinstance(p, _PLAIN) or callable(p)


_PLAIN = (str, int, float, onp.dtype, Lit, Arr, Num, Device)


_emit.infer = _infer


def _from_jax(error) -> bool:
    """Whether an error comes from inside JAX, NumPy or Python rather than from an operator's own check."""
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    if "mxshim" not in last.tb_frame.f_globals.get("__name__", ""):
        return True
    return type(error) is TypeError and PYTHONS.search(str(error)) is not None


# What Python says of a wrong type, in a line of ours.
PYTHONS = re.compile(r"not supported between|unsupported operand|cannot be interpreted as an integer|bad operand type|has no len|"
                     r"not iterable|not subscriptable|must be a string|must be a real number|cannot unpack|indices must be|"
                     r"not all arguments converted|can only concatenate|can't multiply")
_SHAPES = re.compile(r"\((?:\d+, ?)*\d*,?\)")


def _reason(error) -> str:
    return (error.args[0] if isinstance(error, KeyError) and error.args else str(error)) or type(error).__name__


def _foreign_reason(error, op: Op, pattern, avals, training) -> str:
    """In our words, what JAX, NumPy or Python could not do: the shapes that do not fit, or the argument without which it works."""
    text = str(error)
    if "broadcast" in text and "hapes" in text:
        shapes = dict.fromkeys(_SHAPES.findall(text))
        if len(shapes) > 1:
            return (f"the shapes {' and '.join(shapes)} do not broadcast: counted from the last axis, sizes must be equal or 1; "
                    "reshape() or expand_dims() makes axes of size 1")
    at_fault, needed = [], []
    for i, name in enumerate(op.params, start=int(op.variadic)):
        default = op.defaults.get(name, op)
        if not _static(pattern[i]) or _value(pattern[i]) == default or default is op and name in op.arrays:
            continue
        fault = _fault(name, _value(pattern[i]), default)
        if default is op:
            needed.append(fault)
            continue
        usual = lit(default) if type(default) in (float, bool) else default
        try:
            with tracing():
                spec_of(op, (*pattern[:i], usual, *pattern[i + 1:]), avals, training)
            at_fault.append(fault)
        except Exception:  # not this one, or not this one alone
            continue
    found = at_fault or (needed if len(needed) == 1 else [])
    if found:
        return " and ".join(found) + ("" if not avals else " with this array" if len(avals) == 1 else " with these arrays")
    return "arrays of these shapes and dtypes do not fit together" if len(avals) > 1 else "an array of this shape and dtype cannot be used"


_WORDS = {int: "an int", float: "a number", str: "a string", tuple: "a tuple"}


def _fault(name, value, default) -> str:
    wanted = _WORDS.get(type(default))
    return f"`{name}` {'cannot be' if wanted is None or type(value) is type(default) else f'must be {wanted}, got'} {value!r}"


def _static(p) -> bool:
    return not isinstance(p, Arr | Num) and not (isinstance(p, tuple) and not all(map(_static, p)))


def _value(p):
    return p.value if isinstance(p, Lit) else tuple(map(_value, p)) if isinstance(p, tuple) else p


def describe(op: Op, pattern, avals) -> str:
    """The call as text: nd.dot(float32[2, 3], float32[2, 3], transpose_a=True)."""

    def text(p):
        if isinstance(p, tuple):
            return "[" + ", ".join(map(text, p)) + "]"
        if isinstance(p, Lit):
            return repr(p.value)
        name = type(p).__name__
        return repr(avals[p.index]) if name == "Arr" else "number" if name == "Num" else repr(p)

    names = (["arrays"] if op.variadic else []) + list(op.params)
    parts = []
    for name, p in zip(names, pattern, strict=False):
        default = op.defaults.get(name, op)
        if p is default or (isinstance(p, Lit) and p.value == default and type(p.value) is type(default)):
            continue
        plain = name in op.arrays or name == "arrays" or type(p).__name__ == "Arr"
        parts.append(text(p) if plain else f"{name}={text(p)}")
    return f"{op.name}({', '.join(parts)})"


def under_name(error, own: str, name: str):
    """A wrong call's error with the public name that was called in front, instead of the operator's own name, or of none."""
    text = _reason(error)
    found = re.match(rf"({re.escape(own)}|mx\.\w+|{re.escape(name.rpartition('.')[2])}\(\))(?!\w)", text)
    if type(error) not in _OWN or re.match(rf"{re.escape(name)}(?!\w)", text):
        return error
    if found:
        return type(error)(name + text[found.end():])
    return error if type(error) is MXNetError else type(error)(f"{name}: {text}")
