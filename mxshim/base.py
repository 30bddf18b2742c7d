"""What every other module may rely on: the exception classes, dtypes and the few numeric limits MXNet names.

MXNet: mxnet.base, mxnet.error.
"""
from __future__ import annotations

import os

import numpy as onp
from ml_dtypes import bfloat16

from .absent import missing as _missing

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1  # that this process may use


class MXNetError(RuntimeError):
    """Raised for every wrong call and failed computation (MXNet: mxnet.base.MXNetError)."""


class ArgumentTypeError(MXNetError, TypeError):
    """An argument of a type that cannot serve. MXNet raises one or the other, as the function happens to be written."""


class ArgumentValueError(MXNetError, ValueError):
    """An argument of the right type, with a value that cannot serve. MXNet raises one or the other, or nothing."""


class AxisError(ArgumentValueError, IndexError):
    """An axis that an array does not have; NumPy's error of this name is a ValueError and an IndexError, too."""


class DTypeError(ArgumentTypeError, KeyError):
    """A dtype that arrays cannot have; MXNet raises MXNetError, TypeError or KeyError, by function and version."""

    __str__ = Exception.__str__  # KeyError would quote the text


class DeviceError(MXNetError, KeyError):
    """A kind of device that there is not; MXNet raises KeyError."""

    __str__ = Exception.__str__


class _NullType:
    """The class of `_Null`, which MXNet's functions have as default of what was not given; it is false."""

    def __repr__(self):
        return "_Null"

    def __bool__(self):
        return False

    def __reduce__(self):
        return "_Null"


_Null = _NullType()


class InternalError(MXNetError):
    """A broken promise inside mxshim itself (MXNet: mxnet.error.InternalError)."""


class NotImplementedForSymbol(MXNetError):
    """A function was called on a Symbol that only arrays have (MXNet: mxnet.base.NotImplementedForSymbol)."""


class NotSupportedForSparseNDArray(MXNetError):
    """A function was called on a sparse array that only dense ones have."""


# MXNet's dtype codes as they appear in files (mshadow/base.h).
DTYPE_CODES = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6, "bool": 7,
               "int16": 8, "uint16": 9, "uint32": 10, "uint64": 11, "bfloat16": 12}
BFLOAT16 = onp.dtype(bfloat16)
BOOL, FLOAT16, FLOAT32, FLOAT64, INT32, INT64 = (onp.dtype(n) for n in ("bool", "float16", "float32", "float64", "int32", "int64"))
HALVES = FLOAT16, BFLOAT16
_BY_NAME = {name: BFLOAT16 if name == "bfloat16" else onp.dtype(name) for name in DTYPE_CODES}
CODE_DTYPES = {code: _BY_NAME[name] for name, code in DTYPE_CODES.items()}
_KNOWN = frozenset(_BY_NAME.values())


def as_dtype(dtype) -> onp.dtype:
    """The NumPy dtype that `dtype` (a name, NumPy type or dtype, `float`, `int`, `bool`, or what has one, as arrays do) stands for.

    Raises: DTypeError if NumPy does not know it or MXNet has no such array (complex, str, object).
    """
    known = _BY_NAME.get(dtype) if isinstance(dtype, str) else None
    if known is None:
        try:
            known = onp.dtype(dtype if isinstance(dtype, type) else getattr(dtype, "dtype", dtype))
        except (TypeError, ValueError):
            known = None
        if known not in _KNOWN:
            name = repr(dtype if known is None else known.name)
            raise DTypeError(f"dtype {name} is not one MXNet arrays can have; use one of {', '.join(DTYPE_CODES)}")
    return known


def is_float(dtype: onp.dtype) -> bool:
    """Whether `dtype` is a floating type; NumPy alone does not say so of bfloat16."""
    return dtype.kind == "f" or dtype == BFLOAT16


def end(dtype: onp.dtype, largest: bool):
    """The largest or smallest value of a dtype."""
    if is_float(dtype):
        return onp.inf if largest else -onp.inf
    return largest if dtype == bool else onp.iinfo(dtype).max if largest else onp.iinfo(dtype).min


# What programs ask isinstance with.
string_types = (str,)
mx_real_t = onp.float32
numeric_types = (float, int, onp.generic)
integer_types = (int, onp.int32, onp.int64)


def py_str(x) -> str:
    """The text of bytes as C returns them; MXNet's tests and tools import it (MXNet: mxnet.base.py_str).

    Text stays as it is: monitors' callbacks get names as str here, and those written for MXNet pass them to this function.
    """
    return x if isinstance(x, str) else x.decode("utf-8")


def _as_list(obj) -> list:
    """obj as a list: a list or tuple of its elements, anything else alone (MXNet: mxnet.base._as_list)."""
    return list(obj) if isinstance(obj, list | tuple) else [obj]


def register_error(func_name=None, cls=None):
    """Give `cls` back, or a decorator that does, as MXNet's code that announces classes of errors expects.

    Call it as a decorator, `@register_error`, with a name, `@register_error("name")`, or as a function, `register_error("name", cls)`.
    Everything here is Python, so errors come as they were raised and nothing has to be found by its name.
    """
    if isinstance(func_name, type):
        return func_name
    return cls if cls is not None else lambda registered: registered


def with_metaclass(meta, *bases) -> type:
    """What to derive from for a class of `bases` with the metaclass `meta`, as Python 2 needed it (MXNet: mxnet.base.with_metaclass)."""
    class Stand(type):
        def __new__(cls, name, _, body):
            return meta(name, bases, body)

        @classmethod
        def __prepare__(cls, name, _):
            return meta.__prepare__(name, bases)

    return type.__new__(Stand, "with_metaclass", (), {})


class classproperty:
    """A decorator: a property of a class, read from it or from an instance (MXNet: mxnet.base.classproperty)."""

    def __init__(self, func):
        self.func = func

    def __get__(self, instance, owner):
        return self.func(owner)


def data_dir() -> str:
    """The folder for models and data sets: $MXNET_HOME, else ~/.mxnet (MXNet: mxnet.base.data_dir)."""
    return os.environ.get("MXNET_HOME") or data_dir_default()


def data_dir_default() -> str:
    """~/.mxnet, with the user's folder in place of ~ (MXNet: mxnet.base.data_dir_default)."""
    return os.path.join(os.path.expanduser("~"), ".mxnet")


__getattr__ = _missing("mx.base", __name__, [])
