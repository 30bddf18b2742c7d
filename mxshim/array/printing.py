"""Arrays as text. NumPy does the formatting, so `numpy.set_printoptions` governs it."""
from __future__ import annotations

import re

import numpy as onp

_DTYPE = re.compile(r",\s*(dtype=[a-z0-9]+)\)$")
_SHAPE = re.compile(r",\s*shape=\([0-9, ]*\)")


def np_repr(array: onp.ndarray, ctx) -> str:
    """NumPy's repr, without the dtype for float32 and for booleans that show and with it for all others, as MXNet 2 prints it, and with
    devices but cpu."""
    if array.dtype.name == "bfloat16":
        text = re.sub(r", dtype=float32\)$", ", dtype=bfloat16)", _with_dtype(repr(array.astype("float32")), "float32", array.size))
    else:
        text = _with_dtype(repr(array), array.dtype.name, array.size)
    return text if ctx.device_type == "cpu" else f"{text[:-1]}, device={ctx})"


def _with_dtype(text: str, name: str, size: int) -> str:
    if size:  # newer NumPys add the shape of summarized arrays
        text = _SHAPE.sub("", text)
    if name == "float32" or name == "bool" and size:
        return _DTYPE.sub(")", text)
    if "dtype=" not in text:
        text = f"{text[:-1]}, dtype={name})"
    return text


def _numbers(array: onp.ndarray) -> str:
    return str(array.astype("float32") if array.dtype.name == "bfloat16" else array)


def np_str(array: onp.ndarray, ctx) -> str:
    return _numbers(array) if ctx.device_type == "cpu" or not array.ndim else f"{_numbers(array)} @{ctx}"


def nd_repr(array: onp.ndarray, ctx) -> str:
    """The text, then class, shape and device: what print() of an NDArray shows."""
    return f"\n{_numbers(array)}\n<NDArray {'x'.join(map(str, array.shape))} @{ctx}>"
